"""Losses and layers against mathematics."""

import numpy as np
import pytest
from keras import ops

from mnistlab.evaluation.pixels import ssim
from mnistlab.models.flow import FlowPrior
from mnistlab.models.layers import Fold, TopK, Unfold
from mnistlab.models.losses import (
    bernoulli_nll,
    gaussian_kl,
    gaussian_log_density,
    info_nce,
    squared_error,
    structural_similarity,
)
from mnistlab.models.vae import VAEConfig, vae

RNG = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype("float32")


def test_the_divergence_of_the_prior_from_itself_is_zero():
    zeros = np.zeros((3, 5), "float32")
    np.testing.assert_allclose(gaussian_kl(zeros, zeros), 0, atol=1e-7)


def test_the_divergence_is_the_mean_difference_of_log_densities():
    mean, log_var = normal(1, 2), 0.3 * normal(1, 2)
    draws = mean + np.exp(0.5 * log_var) * normal(200_000, 2)
    zeros = np.zeros_like(mean)
    posterior = np.asarray(gaussian_log_density(draws, mean, log_var))
    prior = np.asarray(gaussian_log_density(draws, zeros, zeros))
    assert (posterior - prior).mean() == pytest.approx(
        float(np.asarray(gaussian_kl(mean, log_var))[0]), abs=0.02
    )


def test_cross_entropy_equals_a_sum_by_hand():
    x, logits = RNG.random((2, 28, 28)).astype("float32"), normal(2, 28, 28)
    p = 1 / (1 + np.exp(-logits.astype("float64")))
    by_hand = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum((1, 2))
    np.testing.assert_allclose(bernoulli_nll(x, logits), by_hand, rtol=1e-5)


def test_the_similarity_that_is_learned_from_is_the_one_that_is_published(digits):
    images = digits.x_test[:20]
    others = np.clip(images + 0.2 * normal(*images.shape), 0, 1)
    np.testing.assert_allclose(
        structural_similarity(images, others), ssim(images, others), atol=1e-4
    )
    np.testing.assert_allclose(structural_similarity(images, images), 1, atol=1e-5)


def test_squared_error_sums_over_pixels():
    ones, zeros = np.ones((2, 28, 28), "float32"), np.zeros((2, 28, 28), "float32")
    np.testing.assert_allclose(squared_error(ones, zeros), 784.0)


def test_info_nce_knows_perfect_partners_and_rows_all_alike():
    corners = 3 * np.eye(4, dtype="float32")  # of any length: cosines are compared
    perfect = np.log1p(3 * np.exp(-1 / 0.5))
    np.testing.assert_allclose(info_nce(corners, corners / 9, 0.5), perfect, rtol=1e-5)
    np.testing.assert_allclose(
        info_nce(corners, np.ones((4, 4), "float32"), 0.5), np.log(4), rtol=1e-5
    )


def test_unfolding_undoes_folding():
    images = RNG.random((3, 28, 28)).astype("float32")
    folded = Fold()(images)
    assert tuple(folded.shape) == (3, 7, 7, 16)
    np.testing.assert_array_equal(np.asarray(folded)[0, 1, 2], images[0, 4:8, 8:12].ravel())
    np.testing.assert_array_equal(Unfold()(folded), images)


def test_top_k_keeps_the_largest_that_are_positive():
    kept = np.asarray(TopK(2)(np.array([[3.0, 1.0, 2.0, -1.0], [-3.0, -1.0, 5.0, -2.0]])))
    np.testing.assert_array_equal(kept, [[3, 0, 2, 0], [0, 0, 5, 0]])


@pytest.fixture
def bent_flow() -> FlowPrior:
    flow, rng = FlowPrior(2, 3, 16), np.random.default_rng(1)
    for weight in flow.weights:
        weight.assign(0.25 * rng.standard_normal(weight.shape))
    return flow


def test_a_flow_goes_there_and_back(bent_flow):
    codes = normal(50, 2)
    normals, _ = bent_flow.to_normal(codes)
    np.testing.assert_allclose(bent_flow.from_normal(normals), codes, atol=1e-4)
    assert np.abs(np.asarray(normals) - codes).max() > 0.1


def test_the_density_of_a_flow_integrates_to_one(bent_flow):
    axis = np.linspace(-12, 12, 601, dtype="float32")
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    density = np.exp(np.asarray(bent_flow.log_prob(grid), "float64"))
    assert density.sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(1.0, abs=0.01)


def test_a_fresh_flow_is_the_standard_normal():
    codes = normal(9, 6)
    zeros = np.zeros_like(codes)
    expected = gaussian_log_density(codes, zeros, zeros)
    np.testing.assert_allclose(FlowPrior(6, 3, 8).log_prob(codes), expected, rtol=1e-5)


def test_more_importance_samples_tighten_the_bound(digits):
    model = vae(VAEConfig(hidden=(32,), code=3, couplings=0, importance=50))
    images = (digits.x_train[:40] > 0.5).astype("float32")
    parts = model(images)
    weights = -parts["nll"] - (parts["log_posterior"] - parts["log_prior"])  # (50, n)
    bound_1 = float(ops.mean(weights))
    bound_50 = float(ops.mean(ops.logsumexp(weights, axis=0) - np.log(50)))
    assert bound_50 > bound_1
