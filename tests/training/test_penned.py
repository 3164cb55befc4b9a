"""Digits drawn with other pens: still the digit, with MNIST's size and place, and repeatable."""

import numpy as np
import pytest

from mnistlab.data.drawing import BOX, normalize_drawing
from mnistlab.training.penned import GROWTH, penned, with_penned


def difference(a, b):
    return ((a - b) ** 2).sum() / (b**2).sum()


def test_the_same_pen_changes_little_and_a_thick_one_more(digits):
    some = digits.x_train[:40]
    same, thick = ([difference(penned(d, g), d) for d in some] for g in (0.0, GROWTH[1]))
    assert np.median(same) < np.median(thick)
    assert np.median(same) < 0.2


@pytest.mark.parametrize("growth", GROWTH)
def test_what_comes_out_is_as_a_pad_would_have_it(digits, growth):
    for digit in digits.x_train[:20]:
        drawn = penned(digit, growth)
        sides = [np.ptp(np.flatnonzero(drawn.any(axis))) + 1 for axis in (0, 1)]
        assert max(sides) == BOX
        np.testing.assert_array_equal(normalize_drawing(drawn), drawn)


def test_digits_are_added_with_their_labels_and_a_seed_repeats_them(all_digits):
    more, same = with_penned(all_digits, 7, seed=3), with_penned(all_digits, 7, seed=3)
    n = len(all_digits.train_images)
    np.testing.assert_array_equal(more.train_images, same.train_images)
    np.testing.assert_array_equal(more.train_images[:n], all_digits.train_images)
    assert len(more.train_images) == len(more.train_labels) == n + 7
    nearest = [
        all_digits.train_labels[np.argmin(((all_digits.train_images - d) ** 2).sum((1, 2)))]
        for d in more.train_images[n:]
    ]
    assert np.mean(nearest == more.train_labels[n:]) > 0.7


def test_what_a_pad_would_refuse_stays_as_it_is():
    blank, dot = np.zeros((28, 28), np.float32), np.zeros((28, 28), np.float32)
    rows, columns = np.ogrid[:28, :28]
    dot[(rows - 14) ** 2 + (columns - 14) ** 2 < 9] = 1
    for digit in (blank, dot):
        np.testing.assert_array_equal(penned(digit, 4.0), digit)
