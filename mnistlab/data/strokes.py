"""Strokes: how wide they are, and the same strokes at the width that MNIST's digits have."""

import numpy as np
import scipy  # its parts come when they are first used: the page does not wait for them

from mnistlab.data.resampling import scaled

FINE = 80  # the longer side at which strokes are measured and redrawn, in pixels
MARGIN = 10  # fine pixels around them, for strokes that become wider
STROKE = 1 / 8  # the width of MNIST's strokes, of the longer side of a digit
FADE = 2.4  # fine pixels over which the edge of a redrawn stroke fades, as anti-aliased ink does


def stroke_mask(ink: np.ndarray) -> np.ndarray:
    """Where the ink of a cropped drawing is, on a grid that bounds the time all else takes.

    Args:
        ink: (h, w) float32 in [0, 1], with ink on all four edges.

    Returns:
        Booleans whose longer side is `FINE`, and `MARGIN` more all round.
    """
    fine = scaled(ink, max(ink.shape) / FINE, MARGIN)
    # Under a pen finer than a cell no cell is full; this mean, weighted by ink, tells how full.
    return fine > np.square(fine).sum() / (2 * fine.sum())


def stroke_width(mask: np.ndarray) -> float:
    """Twice the area over the perimeter: the width of a stroke that is long for its width.

    Half its diameter for a disc. The perimeter is Cauchy's, pi / 4 of the borders between pixels:
    right on average over the directions of an edge.
    """
    borders = np.count_nonzero(mask[1:] != mask[:-1])
    borders += np.count_nonzero(mask[:, 1:] != mask[:, :-1])
    return 2 * np.count_nonzero(mask) / (np.pi / 4 * borders)


def longer_side(mask: np.ndarray) -> int:
    """The longer side of what is in a mask: `FINE`, give or take how soft its edge was."""
    return max(int(np.ptp(np.flatnonzero(mask.any(axis)))) + 1 for axis in (0, 1))


def redrawn(mask: np.ndarray, width: float) -> np.ndarray:
    """The strokes of `stroke_mask`, `width` wide, made thinner or thicker until they are MNIST's.

    Their edge moves inwards or outwards. That keeps what a thick pen left of a loop or a hook,
    where a skeleton keeps a line.

    Returns:
        The strokes as float32 ink in [0, 1] with soft edges, cropped.
    """
    # The digit shrinks with its edge: width - 2 inwards == STROKE * (FINE - 2 inwards).
    inwards = (width - STROKE * FINE) / (2 - 2 * STROKE)
    # Distances are from the edge, not from the first pixel. Both sides of it are measured only
    # where the new edge fades across the old one.
    fades = (FADE - 1) / 2
    depth = np.full(mask.shape, np.inf)
    if inwards > -fades:
        depth = scipy.ndimage.distance_transform_edt(mask) - 0.5
        inwards = min(inwards, depth.max() - 1)  # something has to be left
    if inwards < fades:
        depth = np.where(mask, depth, 0.5 - scipy.ndimage.distance_transform_edt(~mask))
    inside = depth >= inwards
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    depth = depth[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.clip((depth - inwards) / FADE + 0.5, 0, 1).astype(np.float32)
