import numpy as np
import pytest
from skimage.metrics import structural_similarity

from mnistlab.evaluation import pixels


@pytest.fixture
def pair():
    """Random grey images and others that resemble them."""
    rng = np.random.default_rng(0)
    images = rng.random((7, 28, 24)).astype(np.float32)
    return images, np.clip(images + 0.2 * rng.standard_normal(images.shape, np.float32), 0, 1)


def test_errors_by_hand():
    images = np.zeros((2, 1, 2))
    images[0, 0] = [1, 0]
    images[1, 0] = [0.5, 0.5]
    others = np.zeros((2, 1, 2))
    others[0, 0] = [0.8, 0]
    assert pixels.mse(images, others) == pytest.approx((0.04 + 0.25 + 0.25) / 4)
    assert pixels.relative_error(images, others) == pytest.approx([0.04, 1])
    assert pixels.psnr(images, others) == pytest.approx(-10 * np.log10(0.135))


def test_identical_images_leave_no_error(pair):
    images, _ = pair
    assert pixels.mse(images, images) == 0
    assert pixels.psnr(images, images) == np.inf
    assert not pixels.relative_error(images, images).any()
    assert pixels.ssim(images, images) == pytest.approx(np.ones(7))


def test_a_blank_image_has_no_relative_error(pair):
    images, others = pair
    images[3] = 0
    with pytest.raises(ValueError, match="got 1 blank"):
        pixels.relative_error(images, others)


def test_cross_entropy_by_hand():
    images, others = np.array([[[1.0, 0.5]], [[0, 0]]]), np.array([[[0.25, 0.5]], [[0.5, 0]]])
    expected = [np.log(4) + np.log(2), np.log(2)]
    assert pixels.cross_entropy_per_image(images, others) == pytest.approx(expected, abs=1e-6)
    assert pixels.cross_entropy(images, others) == pytest.approx(sum(expected) / 4, abs=1e-6)


def test_a_certain_mistake_costs_a_finite_price():
    images = np.ones((1, 1, 1), np.float32)
    worst = pixels.cross_entropy(images, 1 - images)
    assert worst == pytest.approx(-np.log(pixels.PROBABILITY_MARGIN))
    assert pixels.cross_entropy(1 - images, images) == pytest.approx(worst)


def test_the_floor_is_the_cross_entropy_of_the_truth_itself(pair):
    images, others = pair
    assert pixels.bce_floor(images) == pytest.approx(pixels.cross_entropy(images, images))
    assert pixels.bce_floor(images) < pixels.cross_entropy(images, others)
    assert pixels.bce_floor(np.round(images)) == 0


def test_the_floor_of_real_digits(mnist):
    assert pixels.bce_floor(mnist.x_test) == pytest.approx(0.05808, abs=5e-6)


def compare_ssim(images, others):
    expected = [
        structural_similarity(
            *pair, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1
        )
        for pair in zip(images.astype(np.float64), others.astype(np.float64), strict=True)
    ]
    np.testing.assert_allclose(pixels.ssim(images, others), expected, rtol=0, atol=1e-9)


def test_ssim_is_that_of_scikit_image(pair):
    compare_ssim(*pair)


def test_ssim_of_real_digits(digits):
    compare_ssim(digits.x_test[:20], digits.x_test[20:40])


def test_ssim_does_not_depend_on_the_batches(pair, monkeypatch):
    whole = pixels.ssim(*pair)
    monkeypatch.setattr(pixels, "BATCH", 2)
    np.testing.assert_array_equal(pixels.ssim(*pair), whole)


def test_ssim_needs_a_whole_window():
    with pytest.raises(ValueError, match=r"at least 11 x 11, got \(28, 10\)"):
        pixels.ssim(np.zeros((1, 28, 10)), np.zeros((1, 28, 10)))
