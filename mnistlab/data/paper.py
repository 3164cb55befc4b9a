"""Ink apart from paper: a grey picture of either polarity -> ink, 0 = paper, 1 = the strongest ink.

A drawing from a pad has paper of one exact value, which is subtracted. Anything else is taken for a
photograph: its paper is a smooth surface with noise, its ink what stands clear of both.
Paper: Otsu 1979, "A threshold selection method from gray-level histograms", for the split.
"""

import numpy as np
import scipy  # its parts come when they are first used: the page does not wait for them

from mnistlab.data.resampling import area_weights

FAINTEST = 0.1  # a smaller span of greys than this is no drawing
FULL = 0.95  # ink this strong somewhere needs no stretching
SAME_GREY = 1 / 512  # half a step of 8 bits
COARSE = 48  # longer side, in pixels, at which the surface of the paper is estimated
WIDEST_STROKE = 15  # of those pixels: whatever is narrower is no paper
CLEAR_OF_NOISE = 7.0  # ink stands this many standard deviations of the paper's noise above it
SPECK = 0.01  # share of the ink below which a loose piece of a photograph is dirt


def remove_paper(grey: np.ndarray) -> np.ndarray:
    """Find the paper, whether it is darker or lighter than the ink, and take it away.

    Paper is what most of the edge shows. Where edge and area disagree about which of the two greys
    is paper, it is the darker one, as on a pad.

    Args:
        grey: (h, w) float32 in [0, 1].

    Returns:
        (h, w) float32 in [0, 1], 0 = paper, 1 = the strongest ink; all 0 where there is no ink.
    """
    darkest, lightest = float(grey.min()), float(grey.max())
    if lightest - darkest < FAINTEST:
        return np.zeros_like(grey)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    level = float(np.median(edge))
    middle = (darkest + lightest) / 2
    if level > middle and grey.mean() > middle:
        grey, edge, level = 1 - grey, 1 - edge, 1 - level
    if np.mean(np.abs(edge - level) < SAME_GREY) >= 0.5:
        return _stretched(np.maximum(grey - level, 0))
    return _from_photograph(grey)


def _stretched(ink: np.ndarray) -> np.ndarray:
    strongest = ink.max()
    if strongest < FAINTEST:
        return np.zeros_like(ink)
    return ink if strongest > FULL else ink / strongest


def _from_photograph(grey: np.ndarray) -> np.ndarray:
    """Ink of a noisy, unevenly lit picture whose ink is lighter than its paper."""
    ink = grey - _paper_surface(grey)
    ink -= np.median(ink)  # most of it is paper, so that paper is 0 on average
    noise = 1.4826 * float(np.median(np.abs(ink)))
    threshold = _otsu(ink)
    strength = float(ink[ink > threshold].mean())
    if strength < max(FAINTEST, CLEAR_OF_NOISE * noise):
        return np.zeros_like(ink)
    floor = max(3 * noise, strength / 4)
    ink = np.clip((ink - floor) / (strength - floor), 0, 1)
    return ink * _larger_pieces(ink > 0)


def _paper_surface(grey: np.ndarray) -> np.ndarray:
    """The paper as a smooth surface: strokes opened away at a coarse resolution."""
    height, width = grey.shape
    step = max(height, width) / COARSE
    rows = area_weights(0, height, max(1, round(height / step)), height)
    columns = area_weights(0, width, max(1, round(width / step)), width)
    coarse = scipy.ndimage.grey_opening(rows @ grey @ columns.T, size=WIDEST_STROKE, mode="nearest")
    coarse = scipy.ndimage.gaussian_filter(coarse, WIDEST_STROKE / 5, mode="nearest")
    up = area_weights(0, len(rows), height, len(rows))
    across = area_weights(0, len(columns), width, len(columns))
    # Beyond the outermost coarse pixels there is nothing to interpolate with: divide that out.
    up = up / up.sum(1, keepdims=True)
    across = across / across.sum(1, keepdims=True)
    return up @ coarse @ across.T


def _otsu(values: np.ndarray) -> float:
    """The threshold that leaves the least variance within the two classes it makes."""
    counts, edges = np.histogram(values, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * centres)
    between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1 + np.argmax(between)])


def _larger_pieces(mask: np.ndarray) -> np.ndarray:
    """Without the loose pieces that are too small to belong to a digit."""
    pieces, count = scipy.ndimage.label(mask, structure=np.ones((3, 3)))
    areas = np.bincount(pieces.ravel(), minlength=count + 1)
    keep = areas >= SPECK * areas[1:].sum()
    keep[0] = False
    return keep[pieces]
