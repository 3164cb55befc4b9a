"""The classical rivals of a denoising network: a median and a Gaussian filter.

Noise that is clipped to [0, 1] is not centred: on paper only its upper half is left. The
`unclipped` filters undo that bias: they read the noise level off the frame of the picture, which
holds no ink in MNIST, and map each mean back to the pixel that would give it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy  # its parts come when they are first used: the page does not wait for them

FRAME = 3  # pixels of margin that are taken for paper
WIDTH = 1.0  # of the Gaussian filter, pixels
LEVELS = np.linspace(0, 1, 101)  # of clean pixels, for the inverse


@dataclass(frozen=True)
class Filter:
    """A filter: its name for people, and noisy (n, 28, 28) -> cleaned, the same, in [0, 1]."""

    label: str
    apply: Callable[[np.ndarray], np.ndarray]


def median(images: np.ndarray) -> np.ndarray:
    """The median of 3 x 3 pixels."""
    return scipy.ndimage.median_filter(images, (1, 3, 3), mode="nearest")


def gaussian(images: np.ndarray) -> np.ndarray:
    """A Gaussian mean of the neighbourhood, one pixel wide."""
    return scipy.ndimage.gaussian_filter(images, (0, WIDTH, WIDTH), mode="nearest")


def clipped_mean(levels: np.ndarray, sigma: float) -> np.ndarray:
    """E[clip(x + sigma n, 0, 1)] of a pixel x and a standard normal n."""
    if sigma <= 0:
        return np.clip(levels, 0, 1)
    low, high = -levels / sigma, (1 - levels) / sigma
    inside = scipy.special.ndtr(high) - scipy.special.ndtr(low)
    slope = (np.exp(-(low**2) / 2) - np.exp(-(high**2) / 2)) / np.sqrt(2 * np.pi)
    return levels * inside + sigma * slope + scipy.special.ndtr(-high)


def noise_level(images: np.ndarray) -> np.ndarray:
    """Sigma of each picture (n,), read off its frame, whose mean is sigma / sqrt(2 pi)."""
    frame = np.ones(images.shape[1:], bool)
    frame[FRAME:-FRAME, FRAME:-FRAME] = False
    return images[:, frame].mean(axis=1) * np.sqrt(2 * np.pi)


def unclip(apply: Callable[[np.ndarray], np.ndarray], images: np.ndarray) -> np.ndarray:
    """Filter, then undo the bias of the clipping, picture by picture."""
    filtered = apply(images)
    pairs = zip(filtered, noise_level(images), strict=True)
    restored = [np.interp(picture, clipped_mean(LEVELS, sigma), LEVELS) for picture, sigma in pairs]
    return np.stack(restored).astype(np.float32)


FILTERS: dict[str, Filter] = {
    "median": Filter("Median filter", median),
    "median_unclipped": Filter("Median, unclipped", partial(unclip, median)),
    "gaussian": Filter("Gaussian filter", gaussian),
    "gaussian_unclipped": Filter("Gaussian, unclipped", partial(unclip, gaussian)),
}
