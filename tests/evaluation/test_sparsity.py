import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mnistlab.evaluation import sparsity

CODES = np.array([[0, 2.0, 0, 1e-7], [0, 3, -4, 0]])


def test_active_and_dead_units_by_hand():
    assert sparsity.active_fraction(CODES) == 3 / 8
    assert sparsity.dead_units(CODES) == 2
    assert sparsity.dead_units(CODES, threshold=0) == 1


def test_hoyer_by_hand():
    assert sparsity.hoyer_sparsity(np.array([[0, 5.0, 0]])) == pytest.approx(1)
    assert sparsity.hoyer_sparsity(np.ones((2, 9))) == pytest.approx(0)
    assert sparsity.hoyer_sparsity(np.zeros((2, 9))) == 0
    assert sparsity.hoyer_sparsity(np.array([[0, 3, -4, 0]])) == pytest.approx(2 - 7 / 5)
    with pytest.raises(ValueError, match="at least 2 units, got 1"):
        sparsity.hoyer_sparsity(np.ones((3, 1)))


@pytest.fixture(scope="module")
def problem():
    """Codes of three classes that overlap, a third of them zero, and their labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 900)
    codes = np.maximum(rng.standard_normal((900, 20)) + rng.standard_normal((3, 20))[labels] / 2, 0)
    return codes.astype(np.float32), labels


def scaled(codes):
    return codes / np.sqrt(np.mean(np.sum(codes**2, axis=1)))


def test_the_probe_is_that_of_scikit_learn(problem):
    codes, labels = scaled(problem[0]), problem[1]
    weights = np.zeros((21, 3))
    for strength in (0.5, 20.0, 25.0):  # each from the one before
        oracle = LogisticRegression(C=strength, tol=1e-8, max_iter=1000).fit(codes, labels)
        weights = sparsity._fit(codes, labels, strength, weights)
        np.testing.assert_allclose(weights[:-1].T, oracle.coef_, atol=0.005)
        offsets = weights[-1] - weights[-1].mean()  # softmax leaves their sum free
        expected = oracle.intercept_ - oracle.intercept_.mean()
        np.testing.assert_allclose(offsets, expected, atol=0.005)


def test_the_probe_chooses_the_strength_on_what_is_held_out(problem):
    codes, labels = problem
    strengths = (1e-3, 1.0, 1000.0)
    test_codes, test_labels = codes[600:], labels[600:]
    codes, labels = codes[:600], labels[:600]
    found = sparsity.linear_probe(
        codes, labels, test_codes, test_labels, held_out=200, strengths=strengths
    )
    features = scaled(codes)
    held_out = {
        c: LogisticRegression(C=c, max_iter=1000)
        .fit(features[:400], labels[:400])
        .score(features[400:], labels[400:])
        for c in strengths
    }
    assert found["strength"] == max(held_out, key=held_out.get)
    assert found["held_out_accuracy"] == pytest.approx(max(held_out.values()), abs=0.011)
    oracle = LogisticRegression(C=found["strength"], max_iter=1000).fit(features, labels)
    test_features = test_codes * (features.max() / codes.max())
    assert found["accuracy"] == pytest.approx(oracle.score(test_features, test_labels), abs=0.01)


def test_a_sparse_product_gives_the_same_probe(problem, monkeypatch):
    codes, labels = problem
    dense = sparsity.linear_probe(codes, labels, codes, labels, held_out=300, strengths=[1])
    monkeypatch.setattr(sparsity, "SPARSE_ENOUGH", 1)
    sparse = sparsity.linear_probe(codes, labels, codes, labels, held_out=300, strengths=[1])
    assert sparse == pytest.approx(dense, abs=0.003)


def test_codes_of_zeros_are_read_as_the_commonest_class():
    codes, labels = np.zeros((10, 3)), np.array([1] * 7 + [0] * 3)
    found = sparsity.linear_probe(codes, labels, codes, labels, held_out=2)
    assert found["accuracy"] == 0.7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"held_out": 900}, "held_out must be from 1 to 899, got 900"),
        ({"strengths": ()}, "at least one"),
        ({"strengths": (1, -1)}, "strengths must be > 0"),
        ({"test_codes": np.zeros((900, 19))}, r"test_codes must be \(n, 20\)"),
        ({"test_labels": np.full(900, 3)}, "test_labels must be from 0 to 2, got 3 to 3"),
    ],
)
def test_the_probe_names_what_does_not_fit(problem, change, said):
    codes, labels = problem
    codes_and_labels = {
        "codes": codes,
        "labels": labels,
        "test_codes": codes,
        "test_labels": labels,
    }
    with pytest.raises(ValueError, match=said):
        sparsity.linear_probe(**({"held_out": 300} | codes_and_labels | change))


def test_a_digit_can_be_read_off_its_pixels(digits):
    found = sparsity.linear_probe(
        digits.x_train[:, ::2, ::2].reshape(-1, 196),
        digits.y_train,
        digits.x_test[:, ::2, ::2].reshape(-1, 196),
        digits.y_test,
        held_out=100,
        strengths=[10],
    )
    assert found["accuracy"] > 0.8
