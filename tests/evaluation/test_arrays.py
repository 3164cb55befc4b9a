import numpy as np
import pytest

from mnistlab.evaluation import arrays

IMAGES = np.zeros((2, 3, 4), np.float32)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (IMAGES[0], r"images must be \(n, height, width\).*\(3, 4\)"),
        (IMAGES[:0], r"n >= 1, got \(0, 3, 4\)"),
        (IMAGES + 255, r"images must lie in \[0, 1\], got 255.0 to 255.0"),
        (IMAGES - 0.5, r"got -0.5 to -0.5"),
        (IMAGES * np.nan, r"got nan to nan"),
    ],
)
def test_an_image_batch_that_is_not_one_is_named(images, said):
    with pytest.raises(ValueError, match=said):
        arrays.image_batch("images", images)


def test_whole_numbers_become_floats_and_floats_stay():
    assert arrays.image_batch("images", IMAGES.astype(np.uint8)).dtype == np.float32
    assert arrays.image_batch("images", IMAGES) is IMAGES


def test_images_of_two_shapes_cannot_be_compared():
    with pytest.raises(ValueError, match=r"\(2, 3, 4\): \(1, 3, 4\)"):
        arrays.image_pair(IMAGES, IMAGES[:1])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros(3), r"codes must be \(n, 3\) with n >= 2, got \(3,\)"),
        (np.zeros((2, 4)), r"got \(2, 4\)"),
        (np.zeros((1, 3)), r"got \(1, 3\)"),
        (np.full((2, 3), np.inf), r"codes must be finite, got 6"),
    ],
)
def test_vectors_that_do_not_fit_are_named(values, said):
    with pytest.raises(ValueError, match=said):
        arrays.vectors("codes", values, width=3, least=2)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([[1, 2]], r"labels must be \(2,\).*\(1, 2\)"),
        ([1, 2, 3], r"got \(3,\)"),
        ([0.0, 1.0], r"whole numbers, got float64"),
        ([-1, 0], r"from 0 to 9, got -1 to 0"),
        ([0, 10], r"from 0 to 9, got 0 to 10"),
    ],
)
def test_labels_that_do_not_fit_are_named(labels, said):
    with pytest.raises(ValueError, match=said):
        arrays.class_labels("labels", labels, 2, 10)
