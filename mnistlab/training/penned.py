"""Training digits as a pad would have them: drawn with a pen of another width, then normalised.

A thick pen fills loops and swallows hooks before `normalize_drawing` can make its strokes MNIST's
again. A referee that has only seen MNIST mistakes what is left; one that has learned from these
does not.
"""

import multiprocessing

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from mnistlab.data.digits import Digits
from mnistlab.data.drawing import normalize_drawing
from mnistlab.data.strokes import stroke_mask

GROWTH = (-2.0, 8.0)  # fine pixels by which an edge moves; a stroke of MNIST is about 10 wide


def with_penned(digits: Digits, count: int, seed: int) -> Digits:
    """The same digits, and after the training digits `count` of them drawn with other pens."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(digits.train_images))[:count]
    growths = rng.uniform(*GROWTH, len(chosen))
    pairs = zip(digits.train_images[chosen], growths, strict=True)
    worker = multiprocessing.parent_process() is not None  # its parent's lines are on the terminal
    bar = tqdm(pairs, "drawing anew", len(chosen), leave=False, unit="digit", disable=worker)
    drawn = [penned(digit, growth) for digit, growth in bar]
    return Digits(
        np.concatenate([digits.train_images, drawn]),
        np.concatenate([digits.train_labels, digits.train_labels[chosen]]),
        digits.test_images,
        digits.test_labels,
    )


def penned(digit: np.ndarray, growth: float) -> np.ndarray:
    """A digit as a thicker or a thinner pen would have drawn it, made MNIST's again.

    Args:
        digit: (28, 28) float32 in [0, 1].
        growth: by how much the edge of its strokes moves outwards, in eightieths of its longer
            side; what is thinner than a negative growth keeps its middle.

    Returns:
        (28, 28) float32 in [0, 1]; the digit itself where a pad would see none, only a dot, say.
    """
    if not digit.any():
        return digit
    rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
    mask = stroke_mask(digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    depth = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)
    try:
        return normalize_drawing(depth >= min(-growth, depth.max() - 1))
    except ValueError:
        return digit
