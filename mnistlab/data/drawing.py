"""A person's ink -> 28 x 28 as MNIST would have it.

MNIST's own recipe is a box of 20 pixels, anti-aliased, with the centre of mass at 14.0 by whole
pixels (LeCun, Bottou, Bengio and Haffner 1998). A pad adds a pen of any width, so here a digit is
also redrawn at the width of MNIST's strokes. Nothing is kept between calls; threads may share it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mnistlab.data.paper import remove_paper
from mnistlab.data.resampling import area_weights, scaled
from mnistlab.data.strokes import FINE, longer_side, redrawn, stroke_mask, stroke_width

SIDE = 28
BOX = 20  # the longer side of an MNIST digit, in pixels
MIDDLE = 14.0  # where its centre of mass lies, counted from the middle of pixel 0
LARGEST_CANVAS = 4096  # pixels a side
SMALLEST = 4  # pixels: ink with a shorter longer side is a dot
DOT = 0.5  # width as a stroke, of the longer side: that of a disc; a 0 written small has 0.49
DOT_BLUR = 0.3  # pixels by which the soft edge of a disc can make it seem thinner
MNIST_WIDTHS = (0.04, 0.4)  # of the longer side; a digit of MNIST's size with these is left as is


@dataclass(frozen=True)
class DrawingSteps:
    """A drawing on its way to the networks; each (28, 28) float32 in [0, 1], 0 = paper, 1 = ink.

    Attributes:
        raw: the whole canvas made small, in a square of paper if it is not square itself.
        box: cropped, redrawn at MNIST's width, 20 pixels long, in the middle of the frame.
        centred: `box` moved by whole pixels until its centre of mass is at 14.0.
    """

    raw: np.ndarray
    box: np.ndarray
    centred: np.ndarray

    def __iter__(self) -> Iterator[np.ndarray]:
        """The three in their order, for `raw, box, centred = drawing_steps(ink)`."""
        return iter((self.raw, self.box, self.centred))


def normalize_drawing(ink: np.ndarray) -> np.ndarray:
    """Make of a drawing what MNIST would have made of it.

    Args:
        ink: (h, w), as `drawing_steps` takes it.

    Returns:
        (28, 28) float32 in [0, 1], 0 = paper, 1 = ink.

    Raises:
        ValueError: as `drawing_steps`.
    """
    return drawing_steps(ink).centred


def drawing_steps(ink: np.ndarray) -> DrawingSteps:
    """Take the paper away, crop, redraw at MNIST's width, scale to 20 pixels and centre.

    A digit that has MNIST's size and one of MNIST's widths keeps its pixels; it is only centred.

    Args:
        ink: (h, w), sides of 1 to 4,096, 0 = paper: integers in [0, 255], booleans, or floats in
            [0, 1] or [0, 255]. Dark ink on light paper, grey paper and uneven light are recognised.

    Raises:
        ValueError: it is no such array, or has nothing on it but paper or a dot.
    """
    strokes = remove_paper(checked_ink(ink))
    if not strokes.any():
        raise ValueError("Draw a digit first: the canvas is empty.")
    raw = _whole_canvas(strokes)
    strokes = _cropped(strokes)
    mask = stroke_mask(strokes)
    width = stroke_width(mask)
    side = max(strokes.shape)
    if side < SMALLEST or width > (DOT - DOT_BLUR / side) * longer_side(mask):
        raise ValueError("Draw a digit first: there is only a dot on the canvas.")
    narrowest, widest = MNIST_WIDTHS
    if side == BOX and narrowest * FINE <= width <= widest * FINE:
        digit = strokes
    else:
        fine = redrawn(mask, width)
        digit = scaled(fine, max(fine.shape) / BOX)
    return DrawingSteps(raw, _framed(digit, _in_the_middle), _framed(digit, _by_mass))


def checked_ink(ink: np.ndarray) -> np.ndarray:
    """A drawing as (h, w) float32 in [0, 1], or a sentence about why it is none.

    Args:
        ink: as `drawing_steps` takes it.

    Raises:
        ValueError: wrong shape, size, type or range, or not finite; the message says which.
    """
    array = np.asarray(ink)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise ValueError(
            "A drawing is a (height, width) array of numbers; "
            f"received {array.dtype} of shape {array.shape}."
        )
    if not 1 <= min(array.shape) <= max(array.shape) <= LARGEST_CANVAS:
        raise ValueError(
            f"A drawing has sides of 1 to {LARGEST_CANVAS:,} pixels; received {array.shape}."
        )
    lowest, highest = float(array.min()), float(array.max())
    if not np.isfinite([lowest, highest]).all():
        raise ValueError("A drawing is finite numbers; this one has NaN or infinity in it.")
    scale = 255 if array.dtype.kind in "iu" or highest > 2 else 1
    if lowest < -0.5 * scale or highest > 2 * scale:  # resampling overshoots, but not that far
        raise ValueError(f"Ink lies in [0, 1] or [0, 255]; received {lowest:g} to {highest:g}.")
    return np.clip(array.astype(np.float32) / np.float32(scale), 0, 1)


def _whole_canvas(ink: np.ndarray) -> np.ndarray:
    height, width = ink.shape
    half = max(ink.shape) / 2
    rows = area_weights(height / 2 - half, height / 2 + half, SIDE, height)
    columns = area_weights(width / 2 - half, width / 2 + half, SIDE, width)
    return np.clip(rows @ ink @ columns.T, 0, 1)


def _cropped(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _in_the_middle(profile: np.ndarray) -> int:
    return (SIDE - len(profile)) // 2


def _by_mass(profile: np.ndarray) -> int:
    centre = profile @ np.arange(len(profile)) / profile.sum()
    return int(np.clip(round(MIDDLE - centre), 0, SIDE - len(profile)))


def _framed(digit: np.ndarray, place: Callable[[np.ndarray], int]) -> np.ndarray:
    """A digit in the frame, where `place` puts its first row and column by their sums of ink."""
    top, left = (place(digit.sum(axis, dtype=float)) for axis in (1, 0))
    frame = np.zeros((SIDE, SIDE), np.float32)
    frame[top : top + digit.shape[0], left : left + digit.shape[1]] = np.clip(digit, 0, 1)
    return frame
