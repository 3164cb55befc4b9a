import numpy as np
import pytest
from scipy.special import expit, log_expit, logsumexp
from scipy.stats import norm

from mnistlab.evaluation.likelihood import (
    active_units,
    binarise,
    importance_weighted_nll,
    standard_normal,
)

# A model with a code of one float, whose likelihood is an integral over a line.
PIXELS = (3, 4)
SLOPES = np.linspace(-3, 3, 12)
GRID = np.linspace(-9, 9, 4001)


def decode_logits(codes):
    return (codes * SLOPES - 0.5).astype(np.float32)


def posterior(images):
    """Rough on purpose: a tight bound has to come from the samples."""
    mean = (2 * images.reshape(len(images), -1) - 1) @ SLOPES / 15
    return mean[:, None], np.full((len(images), 1), -0.5)


def exact_nll(images, log_prior):
    logits = decode_logits(GRID[:, None]).astype(np.float64)
    fit = images.reshape(-1, 12) @ log_expit(logits).T
    fit += (1 - images.reshape(-1, 12)) @ log_expit(-logits).T
    return -logsumexp(fit + log_prior, axis=1) - np.log(GRID[1] - GRID[0])


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(3)
    ink = expit(decode_logits(rng.standard_normal((40, 1))))
    return (rng.random(ink.shape) < ink).astype(np.float32).reshape(-1, *PIXELS)


def test_it_finds_the_integral(images):
    found = importance_weighted_nll(images, posterior, decode_logits, k=5000)
    assert found.nll == pytest.approx(exact_nll(images, norm.logpdf(GRID)), abs=0.05)


def test_another_prior_is_another_integral(images):
    found = importance_weighted_nll(
        images, posterior, decode_logits, lambda codes: norm.logpdf(codes[:, 0], 1, 0.8), k=5000
    )
    assert found.nll == pytest.approx(exact_nll(images, norm.logpdf(GRID, 1, 0.8)), abs=0.05)


def test_the_bound_tightens_as_k_grows(images):
    exact = exact_nll(images, norm.logpdf(GRID)).mean()
    bounds = [
        np.mean([estimate(images, k, seed).nll.mean() for seed in range(10)]) for k in (1, 5, 50)
    ]
    assert bounds[0] > bounds[1] + 0.02 > bounds[2] + 0.02 > exact


def estimate(images, k, seed=0, **options):
    return importance_weighted_nll(images, posterior, decode_logits, k=k, seed=seed, **options)


def test_the_elbo_never_beats_the_nll_and_equals_it_at_one_sample(images):
    one, many = estimate(images, 1), estimate(images, 200)
    assert one.nll == pytest.approx(one.negative_elbo)
    assert (many.nll <= many.negative_elbo + 1e-9).all()


def test_the_parts_of_the_elbo(images):
    found = estimate(images, 20_000)
    mean, log_var = posterior(images)
    kl = 0.5 * np.sum(mean**2 + np.exp(log_var) - 1 - log_var, axis=1)
    assert found.kl == pytest.approx(kl, abs=0.05)
    assert found.negative_elbo == pytest.approx(found.reconstruction + found.kl)


def test_a_decoder_that_ignores_the_code_is_exact_at_one_sample(images):
    found = importance_weighted_nll(
        images,
        lambda given: (np.zeros((len(given), 2)), np.zeros((len(given), 2))),
        lambda codes: np.full((len(codes), *PIXELS), 1.5, np.float32),
        k=1,
    )
    expected = -np.sum(images * log_expit(1.5) + (1 - images) * log_expit(-1.5), axis=(1, 2))
    assert found.nll == pytest.approx(expected, abs=1e-4)
    assert found.kl == pytest.approx(np.zeros(40), abs=1e-6)


@pytest.mark.parametrize("batch", [1, 7, 64, 100_000])
def test_the_batch_changes_nothing(images, batch):
    found, expected = estimate(images[:5], 30, batch=batch), estimate(images[:5], 30)
    assert found.nll == pytest.approx(expected.nll, abs=1e-4)
    assert found.kl == pytest.approx(expected.kl, abs=1e-4)


def test_no_call_is_larger_than_the_batch(images):
    sizes = []

    def decode(codes):
        sizes.append(len(codes))
        return decode_logits(codes)

    importance_weighted_nll(images[:5], posterior, decode, k=30, batch=64)
    assert max(sizes) <= 64
    assert sum(sizes) == 5 * 30


def test_the_seed_decides(images):
    assert (estimate(images, 3, seed=1).nll == estimate(images, 3, seed=1).nll).all()
    assert (estimate(images, 3, seed=1).nll != estimate(images, 3, seed=2).nll).any()


def test_confident_logits_do_not_overflow():
    images = np.array([[[1.0, 0.0]]])
    found = importance_weighted_nll(
        images,
        lambda given: (np.zeros((1, 1)), np.zeros((1, 1))),
        lambda codes: np.full((len(codes), 2), 300, np.float32),
        k=2,
    )
    assert found.nll == pytest.approx([300])


def test_what_cannot_be_scored_is_refused(images):
    with pytest.raises(ValueError, match="grey pixels"):
        estimate(images / 2, 1)
    with pytest.raises(ValueError, match="k must be >= 1, got 0"):
        estimate(images, 0)
    with pytest.raises(ValueError, match="batch must be >= 1, got 0"):
        estimate(images, 1, batch=0)
    with pytest.raises(ValueError, match=r"posterior log_var must be \(n, 1\).*\(40, 2\)"):
        importance_weighted_nll(
            images, lambda given: (np.zeros((40, 1)), np.zeros((40, 2))), decode_logits, k=1
        )
    with pytest.raises(ValueError, match="posterior mean must have 40 rows, got 3"):
        importance_weighted_nll(
            images, lambda given: (np.zeros((3, 1)), np.zeros((3, 1))), decode_logits, k=1
        )


def test_binarised_pixels_follow_the_grey():
    grey = np.tile(np.array([0, 0.25, 1], np.float32), (20_000, 1, 1))
    drawn = binarise(grey)
    assert drawn.dtype == np.float32
    assert set(np.unique(drawn)) == {0, 1}
    assert drawn.mean(axis=0)[0] == pytest.approx([0, 0.25, 1], abs=0.01)
    np.testing.assert_array_equal(drawn, binarise(grey, seed=0))
    assert (drawn != binarise(grey, seed=1)).any()


def test_the_standard_normal_is_that_of_scipy():
    codes = np.random.default_rng(0).standard_normal((3, 4, 5))
    assert standard_normal(codes) == pytest.approx(norm.logpdf(codes).sum(axis=-1))


def test_active_units_are_those_that_move():
    means = np.random.default_rng(0).standard_normal((1000, 4)) * [1, 0.2, 0.05, 0]
    assert active_units(means) == 2
    assert active_units(means, threshold=1e-4) == 3
    with pytest.raises(ValueError, match="n >= 2"):
        active_units(means[:1])
