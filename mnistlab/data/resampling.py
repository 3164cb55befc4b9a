"""Resampling by area, as a matrix for each axis: `rows @ image @ columns.T`."""

import math
from functools import lru_cache

import numpy as np


@lru_cache(maxsize=32)  # a pad asks for the same at every move of the pen
def area_weights(start: float, stop: float, count: int, size: int) -> np.ndarray:
    """Weights of the average over each of `count` equal cells that split [start, stop).

    A cell narrower than a pixel averages over one pixel's width around its middle, which is linear
    interpolation. Beyond the pixels there is paper, 0.

    Args:
        start: where the first cell begins, in pixels; pixel j covers [j, j + 1).
        stop: where the last cell ends.
        count: of cells.
        size: of pixels.

    Returns:
        (count, size) float32; a row sums to 1 where its cell lies within the pixels.
    """
    step = (stop - start) / count
    middles = start + step * (np.arange(count)[:, None] + 0.5)
    half = max(step, 1.0) / 2
    pixels = np.arange(size)
    overlap = np.minimum(middles + half, pixels + 1) - np.maximum(middles - half, pixels)
    weights = (np.maximum(overlap, 0) / (2 * half)).astype(np.float32)
    weights.flags.writeable = False  # others have it too
    return weights


def scaled(image: np.ndarray, step: float, margin: int = 0) -> np.ndarray:
    """An image in square cells of `step` pixels, as many as cover it, and `margin` more all round.

    Returns:
        float32; the image is in the middle, and neither side of it is stretched.
    """
    down, across = (_covering_weights(size, step, margin) for size in image.shape)
    return down @ image @ across.T


def _covering_weights(size: int, step: float, margin: int) -> np.ndarray:
    count = max(1, math.ceil(size / step - 1e-6)) + 2 * margin
    spare = (count * step - size) / 2
    return area_weights(-spare, size + spare, count, size)
