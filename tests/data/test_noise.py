"""Noise does what its sentence says, no more, and the same again for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.data.noise import NOISES, corrupt

KINDS = pytest.mark.parametrize("kind", NOISES)
SEEDS = st.integers(0, 2**32 - 1)
STRENGTHS = st.floats(0, 1)


@pytest.fixture(scope="module")
def images(digits):
    return digits.x_test[:20]


def test_the_kinds_are_these_five():
    assert list(NOISES) == ["gaussian", "salt_and_pepper", "masking", "blur", "stroke_erasing"]


@KINDS
def test_a_kind_has_a_label_and_one_sentence(kind):
    noise = NOISES[kind]
    assert noise.label
    assert noise.sentence[0].isupper()
    assert noise.sentence.endswith(".")
    assert "trength" in noise.sentence


@KINDS
@given(STRENGTHS, SEEDS)
@settings(max_examples=15)
def test_what_comes_out_is_images_and_the_same_for_the_same_seed(digits, kind, strength, seed):
    images = digits.x_test[:3]
    before = images.copy()
    noisy = corrupt(images, kind, strength, seed)
    assert noisy.shape == images.shape
    assert noisy.dtype == np.float32
    assert 0 <= noisy.min() <= noisy.max() <= 1
    np.testing.assert_array_equal(noisy, corrupt(images, kind, strength, seed))
    np.testing.assert_array_equal(images, before)


@KINDS
def test_no_strength_is_no_noise(images, kind):
    clean = corrupt(images, kind, 0, 3)
    np.testing.assert_array_equal(clean, images)
    assert not np.shares_memory(clean, images)


@KINDS
def test_more_strength_is_more_noise(images, kind):
    errors = [((corrupt(images, kind, s, 5) - images) ** 2).mean() for s in (0.1, 0.4, 0.7, 1)]
    assert errors == sorted(errors)
    assert errors[0] > 0


@KINDS
def test_another_seed_is_other_noise_except_for_blur(images, kind):
    same = np.array_equal(corrupt(images, kind, 0.5, 1), corrupt(images, kind, 0.5, 2))
    assert same == (kind == "blur")


@KINDS
def test_one_image_may_come_alone(images, kind):
    alone = corrupt(images[0], kind, 0.5, 9)
    assert alone.shape == (28, 28)
    np.testing.assert_array_equal(alone, corrupt(images[:1], kind, 0.5, 9)[0])


@given(STRENGTHS, SEEDS)
@settings(max_examples=15)
def test_gaussian_is_the_published_formula(digits, strength, seed):
    images = digits.x_test[:3]
    normal = np.random.default_rng(seed).standard_normal(images.shape)
    expected = np.clip(images + strength * normal, 0, 1).astype(np.float32)
    np.testing.assert_array_equal(corrupt(images, "gaussian", strength, seed), expected)


@pytest.mark.parametrize("share", [0.2, 0.7, 1])
def test_salt_and_pepper_turns_its_share_to_ink_and_paper(share):
    grey = np.full((20, 28, 28), 0.5, np.float32)
    noisy = corrupt(grey, "salt_and_pepper", share, 4)
    assert set(np.unique(noisy)) <= {0, 0.5, 1}
    assert np.mean(noisy == 1) == pytest.approx(share / 2, abs=0.02)
    assert np.mean(noisy == 0) == pytest.approx(share / 2, abs=0.02)


@pytest.mark.parametrize("share", [0.2, 0.7, 1])
def test_masking_turns_its_share_to_paper_and_leaves_the_rest(share):
    grey = np.full((20, 28, 28), 0.5, np.float32)
    noisy = corrupt(grey, "masking", share, 4)
    assert set(np.unique(noisy)) <= {0, 0.5}
    assert np.mean(noisy == 0) == pytest.approx(share, abs=0.02)


def test_blur_spreads_ink_and_loses_none():
    point = np.zeros((28, 28), np.float32)
    point[14, 14] = 1
    for strength in (0.2, 0.5, 1):
        blurred = corrupt(point, "blur", strength, 0)
        assert blurred.sum() == pytest.approx(1, abs=1e-4)
        variance = blurred.sum(0) @ (np.arange(28) - 14.0) ** 2
        assert variance == pytest.approx((3 * strength) ** 2, rel=0.05)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8, 1])
def test_stroke_erasing_takes_its_share_of_ink_and_touches_no_other(images, share):
    noisy = corrupt(images, "stroke_erasing", share, 6)
    assert ((noisy == 0) | (noisy == images)).all()
    gone = 1 - noisy.sum((1, 2)) / images.sum((1, 2))
    assert gone.min() >= share - 1e-3
    assert gone.mean() < share + 0.35  # the last stroke may take more than was left to take


def test_there_is_nothing_to_erase_on_blank_paper():
    blank = np.zeros((2, 28, 28), np.float32)
    np.testing.assert_array_equal(corrupt(blank, "stroke_erasing", 1, 0), blank)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"images": np.zeros((28, 27))}, r"\(28, 27\)"),
        ({"images": np.zeros((1, 1, 28, 28))}, r"\(1, 1, 28, 28\)"),
        ({"images": np.full((28, 28), np.nan)}, r"\[0, 1\]"),
        ({"images": np.full((28, 28), 2.0)}, r"\[0, 1\]"),
        ({"images": np.full((28, 28), -0.5)}, r"\[0, 1\]"),
        ({"kind": "snow"}, "snow.*gaussian"),
        ({"kind": None}, "None.*gaussian"),
        ({"strength": 1.5}, "0 to 1; received 1.5"),
        ({"strength": -0.1}, "received -0.1"),
        ({"strength": float("nan")}, "received nan"),
        ({"strength": True}, "received True"),
        ({"strength": "strong"}, "received 'strong'"),
        ({"seed": -1}, "received -1"),
        ({"seed": 2**32}, "received 4294967296"),
        ({"seed": 0.5}, "received 0.5"),
        ({"seed": True}, "received True"),
        ({"seed": None}, "received None"),
    ],
)
def test_what_is_out_of_bounds_gets_a_sentence(changed, sentence):
    given_ = {"images": np.zeros((28, 28)), "kind": "gaussian", "strength": 0.5, "seed": 0}
    with pytest.raises(ValueError, match=sentence):
        corrupt(**given_ | changed)


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(7)])
def test_every_seed_within_bounds_will_do(images, seed):
    assert corrupt(images, "gaussian", 0.5, seed).shape == images.shape
