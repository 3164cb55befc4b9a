import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge

from mnistlab.evaluation.bounds import pca_bound, ridge_denoise
from mnistlab.evaluation.pixels import mse, psnr


@pytest.fixture
def small(digits):
    """Digits at half their size, where a decomposition takes no time."""
    x_train, x_test = digits.x_train[:, ::2, ::2], digits.x_test[:, ::2, ::2]
    return digits._replace(x_train=x_train, x_test=x_test)


def noisy(images, seed):
    noise = np.random.default_rng(seed).standard_normal(images.shape, np.float32)
    return np.clip(images + 0.5 * noise, 0, 1)


def test_pca_is_that_of_scikit_learn(small):
    train, test = (images.reshape(-1, 196) for images in (small.x_train, small.x_test))
    oracle = PCA(5, svd_solver="full").fit(train)
    expected = np.clip(oracle.inverse_transform(oracle.transform(test)), 0, 1)
    bounds = pca_bound(small.x_train, small.x_test, [5])
    assert bounds == pytest.approx({5: mse(small.x_test, expected.reshape(-1, 14, 14))}, rel=1e-4)


def test_more_components_never_hurt_and_all_of_them_lose_nothing(small):
    bounds = pca_bound(small.x_train, small.x_train, (1, 2, 8, 32, 196))
    assert list(bounds.values()) == sorted(bounds.values(), reverse=True)
    assert bounds[196] < 1e-10


@pytest.mark.parametrize("size", [0, 197])
def test_a_code_has_from_one_to_196_floats(small, size):
    with pytest.raises(ValueError, match=f"from 1 to 196, got {size}"):
        pca_bound(small.x_train, small.x_test, [4, size])


def test_ridge_is_that_of_scikit_learn(small):
    spoiled, spoiled_test = noisy(small.x_train, 1), noisy(small.x_test, 0)
    oracle = Ridge(alpha=30).fit(spoiled.reshape(-1, 196), small.x_train.reshape(-1, 196))
    expected = np.clip(oracle.predict(spoiled_test.reshape(-1, 196)), 0, 1).reshape(-1, 14, 14)
    cleaned = ridge_denoise(spoiled, small.x_train, spoiled_test, penalty=30)
    np.testing.assert_allclose(cleaned, expected, atol=1e-4)
    assert mse(small.x_test, cleaned) < mse(small.x_test, spoiled_test)


def test_ridge_wants_a_penalty_and_images_of_one_size(small):
    with pytest.raises(ValueError, match="penalty must be > 0, got 0"):
        ridge_denoise(small.x_train, small.x_train, small.x_test, penalty=0)
    with pytest.raises(ValueError, match=r"\(14, 14\) as train, got \(13, 14\)"):
        ridge_denoise(small.x_train, small.x_train, small.x_test[:, 1:])


def test_the_linear_bounds_of_all_of_mnist(mnist):
    bounds = pca_bound(mnist.x_train, mnist.x_test, [2, 10, 16, 32, 64, 128, 256])
    known = {2: 5547, 10: 3289, 16: 2538, 32: 1521, 64: 775, 128: 340, 256: 107}
    assert {size: round(bound * 1e5) for size, bound in bounds.items()} == known


def test_the_linear_denoiser_of_all_of_mnist(mnist):
    cleaned = ridge_denoise(noisy(mnist.x_train, 1), mnist.x_train, noisy(mnist.x_test, 0))
    assert psnr(mnist.x_test, cleaned) == pytest.approx(17.57, abs=0.05)
