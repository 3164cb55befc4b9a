import numpy as np
import pytest
from scipy.linalg import sqrtm

from mnistlab.evaluation.samples import (
    class_shares,
    class_total_variation,
    frechet_distance,
    frechet_ratio,
    memorisation_ratio,
    neighbourhood_scores,
)


def exactly(mean, deviations):
    """Features with precisely this mean and these standard deviations, uncorrelated."""
    corners = np.vstack([np.eye(len(mean)), -np.eye(len(mean))])
    return mean + corners * deviations * np.sqrt(len(mean) - 0.5)


def test_two_gaussians_of_known_distance():
    features = exactly(np.array([1.0, 2.0, 3.0]), [1, 2, 3])
    reference = exactly(np.array([1.0, 0.0, 3.0]), [1, 2, 5])
    assert np.cov(features.T) == pytest.approx(np.diag([1, 4, 9]))
    assert frechet_distance(features, reference) == pytest.approx(2**2 + (3 - 5) ** 2)


def test_the_textbook_formula():
    rng = np.random.default_rng(0)
    features, reference = (rng.random((300, 6)) @ rng.random((6, 6)) for _ in range(2))
    a, b = np.cov(features.T), np.cov(reference.T)
    expected = np.sum((features.mean(0) - reference.mean(0)) ** 2)
    expected += np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(features, reference) == pytest.approx(expected)
    assert frechet_distance(reference, features) == pytest.approx(expected)


def test_dead_features_and_few_samples_do_no_harm():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((8, 20)).astype(np.float32)
    features[:, 5:] = 0
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-12)
    assert frechet_distance(features + 1, features) == pytest.approx(20)


def test_frechet_wants_two_of_one_width():
    with pytest.raises(ValueError, match=r"features must be \(n, 3\) with n >= 2, got \(1, 3\)"):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))


def test_the_ratio_is_to_the_floor():
    reference = exactly(np.zeros(2), [1, 1])
    found = frechet_ratio(reference + np.array([3, 0]), reference, reference + np.array([0, 1]))
    assert found == pytest.approx({"distance": 9, "floor": 1, "ratio": 9})
    with pytest.raises(ValueError, match="must have 4 rows as features, got 3"):
        frechet_ratio(reference, reference, reference[1:])
    with pytest.raises(ValueError, match="a distance of 0"):
        frechet_ratio(reference, reference, reference)


def test_neighbourhoods_by_hand():
    # To the nearest other: the digits' balls reach 1, 1, 4 and 30, the samples' 1.5, 1.5 and 18.
    reference = np.array([[0.0], [1.0], [5.0], [-30.0]])
    features = np.array([[0.5], [2.0], [20.0]])
    assert neighbourhood_scores(features, reference, k=1) == pytest.approx(
        {"precision": 2 / 3, "recall": 3 / 4, "density": 1, "coverage": 3 / 4}
    )
    assert neighbourhood_scores(features + 100, reference, k=1) == pytest.approx(
        {"precision": 0, "recall": 0, "density": 0, "coverage": 0}
    )


def test_one_distribution_scores_near_one():
    features, reference = np.random.default_rng(0).standard_normal((2, 2000, 4))
    found = neighbourhood_scores(features, reference)
    assert min(found["precision"], found["recall"], found["coverage"]) > 0.9
    assert found["density"] == pytest.approx(1, abs=0.05)
    same = neighbourhood_scores(reference, reference)
    assert (same["precision"], same["recall"], same["coverage"]) == (1, 1, 1)


def test_a_missing_mode_is_not_covered_and_an_invented_one_is_not_precise():
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, 500, 4)) + np.array([-20, 20])[:, None, None]
    both = np.vstack([left, right])
    dropped = neighbourhood_scores(left + rng.normal(0, 0.01, left.shape), both)
    assert dropped["precision"] > 0.99
    assert dropped["coverage"] == pytest.approx(0.5, abs=0.01)
    assert neighbourhood_scores(both, left)["precision"] == pytest.approx(0.5, abs=0.02)


def test_class_shares():
    assert class_shares(np.array([0, 2, 2, 1]), 4) == pytest.approx([0.25, 0.25, 0.5, 0])
    with pytest.raises(ValueError, match="labels must be from 0 to 9, got 0 to 10"):
        class_shares(np.array([0, 10]))


def test_total_variation_of_classes():
    assert class_total_variation(np.array([0, 1]), np.array([1, 0, 0, 1])) == 0
    assert class_total_variation(np.array([0, 1]), np.array([2, 3])) == 1
    assert class_total_variation(np.array([0, 1]), np.array([0, 0])) == 0.5


def test_memorisation(digits):
    train, test = digits.x_train, digits.x_test
    assert memorisation_ratio(test[::-1], test, train) == pytest.approx(1)
    assert memorisation_ratio(train[:50], test, train) == 0
    assert memorisation_ratio(np.ones((5, 28, 28)), test, train) > 2
    with pytest.raises(ValueError, match="a median distance of 0"):
        memorisation_ratio(test, train, train)
