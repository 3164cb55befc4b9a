"""Whether it is a digit at all: how strange it is to the networks, and how much there is of it."""

from typing import Any, NamedTuple

import numpy as np

# The share of test digits, in per cent, that are at least as strange as the drawing: below the
# first figure it may be no digit, below the second it is called none.
UNSURE, NOT_A_DIGIT = 5.0, 1.0


class Verdict(NamedTuple):
    """An id ("digit", "unsure" or "not"), what it says and why."""

    id: str
    says: str
    why: str


def judge(lab: Any, digit: np.ndarray, strangeness: float) -> Verdict:
    """Call a drawing a digit or not.

    The networks know how strange it is, but they take a dense scrawl or a spiral for digits. Those
    have more ink, or more edges, than any of the test digits that ship.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        digit: (28, 28) in [0, 1].
        strangeness: per cent of test digits that are at least as strange.
    """
    most_ink, most_edges = lab.exhibits.busiest
    ink, edges = busyness(digit[None])
    if ink[0] > most_ink:
        return Verdict("not", "Not a digit", "No test digit has as much ink.")
    if edges[0] > most_edges:
        return Verdict("not", "Not a digit", "No test digit has as many edges.")
    if strangeness >= UNSURE:
        share = f"{strangeness:.0f} %"
        why = f"{share} of test digits are at least as strange."
        return Verdict("digit", "Looks like a digit", why)
    if strangeness >= NOT_A_DIGIT:
        return Verdict(
            "unsure", "Unsure", f"Only {strangeness:.1f} % of test digits are as strange."
        )
    return Verdict("not", "Not a digit", "Fewer than 1 % of test digits are as strange.")


def busyness(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much ink and how many edges there are in (n, 28, 28): sum and total variation, (n,)."""
    ink = images.sum(axis=(1, 2))
    edges = sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    return ink, np.asarray(edges)
