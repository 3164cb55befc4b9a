"""Filters against their definitions, and the bias of clipping against its integral."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from mnistlab.data.filters import FILTERS, clipped_mean, noise_level
from mnistlab.data.noise import corrupt

NAMES = pytest.mark.parametrize("name", FILTERS)


def psnr(image, truth):
    return -10 * np.log10(((image - truth) ** 2).mean(dtype=float))


@pytest.fixture(scope="module")
def noisy(digits):
    return corrupt(digits.x_test, "gaussian", 0.5, 0)


@NAMES
def test_a_filter_gives_back_images_and_leaves_its_input_alone(noisy, name):
    before = noisy.copy()
    cleaned = FILTERS[name].apply(noisy)
    assert FILTERS[name].label
    assert cleaned.shape == noisy.shape
    assert cleaned.dtype == np.float32
    assert cleaned.min() >= 0
    assert cleaned.max() <= 1
    np.testing.assert_array_equal(noisy, before)


@NAMES
def test_each_image_is_filtered_by_itself(noisy, name):
    together = FILTERS[name].apply(noisy[:5])
    alone = np.concatenate([FILTERS[name].apply(noisy[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_median_is_the_fifth_of_nine(noisy):
    padded = np.pad(noisy[:2], ((0, 0), (1, 1), (1, 1)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    expected = np.sort(windows.reshape(2, 28, 28, 9))[..., 4]
    np.testing.assert_array_equal(FILTERS["median"].apply(noisy[:2]), expected)


def test_median_takes_single_specks_away():
    specks = np.zeros((1, 28, 28), np.float32)
    specks[0, 3::5, 3::5] = 1
    assert not FILTERS["median"].apply(specks).any()


def test_gaussian_is_a_mean_with_the_weights_of_a_normal():
    point = np.zeros((1, 28, 28), np.float32)
    point[0, 14, 14] = 1
    weights = norm.pdf(np.arange(28) - 14)
    expected = np.outer(weights, weights) / weights.sum() ** 2
    np.testing.assert_allclose(FILTERS["gaussian"].apply(point)[0], expected, atol=1e-4)


@NAMES
def test_even_paper_and_even_ink_stay_what_they_are(name):
    paper = np.zeros((1, 28, 28), np.float32)
    np.testing.assert_allclose(FILTERS[name].apply(paper), paper, atol=1e-6)
    if "unclipped" not in name:  # these read grey at the edge as noise on paper
        np.testing.assert_allclose(FILTERS[name].apply(paper + 1), paper + 1, atol=1e-6)


@given(st.floats(0, 1), st.floats(0.05, 1))
@settings(max_examples=30)
def test_the_mean_after_clipping_is_its_integral(level, sigma):
    inside, _ = quad(lambda v: v * norm.pdf(v, level, sigma), 0, 1)
    expected = inside + norm.sf(1, level, sigma)
    assert clipped_mean(np.array([level]), sigma)[0] == pytest.approx(expected, abs=1e-6)


def test_paper_under_sigma_one_half_averages_a_fifth():
    assert clipped_mean(np.array([0.0]), 0.5)[0] == pytest.approx(0.2, abs=0.01)


def test_undoing_the_bias_pays(digits, noisy):
    cleaned = {name: psnr(entry.apply(noisy), digits.x_test) for name, entry in FILTERS.items()}
    assert cleaned["median_unclipped"] > cleaned["median"] > psnr(noisy, digits.x_test) + 3
    assert cleaned["gaussian_unclipped"] > cleaned["gaussian"] + 2


@pytest.mark.parametrize("sigma", [0.1, 0.3, 0.5])
def test_the_level_of_noise_is_read_off_the_frame(digits, sigma):
    levels = noise_level(corrupt(digits.x_test, "gaussian", sigma, 1))
    assert levels.mean() == pytest.approx(sigma, abs=0.01)


def test_the_published_baselines_hold(mnist):
    noisy = corrupt(mnist.x_test, "gaussian", 0.5, 0)
    assert psnr(noisy, mnist.x_test) == pytest.approx(9.38, abs=0.01)
    cleaned = {name: psnr(entry.apply(noisy), mnist.x_test) for name, entry in FILTERS.items()}
    assert cleaned["median"] == pytest.approx(14.2, abs=0.1)
    assert cleaned["gaussian"] == pytest.approx(12.4, abs=0.15)
    assert 14.8 <= cleaned["median_unclipped"] <= 15.9
    assert 14.8 <= cleaned["gaussian_unclipped"] <= 15.9
