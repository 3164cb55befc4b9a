"""The test digits that travel with the weights as pictures: their classes, one by its number."""

from typing import Any

import numpy as np

from mnistlab.hub.files import quoted


def labels(lab: Any) -> np.ndarray:
    """The classes of the test digits that have a picture: the first of all labels, uint8 (n,)."""
    return lab.exhibits.test_labels[: len(lab.exhibits.test_images)]


def pick(lab: Any, index: object) -> tuple[np.ndarray, int]:
    """A test digit (28, 28) float32 in [0, 1] and its class.

    Raises:
        ValueError: there is no such digit; the message says which there are.
    """
    count = len(lab.exhibits.test_images)
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
        raise ValueError(f"The test digits here are 0 to {count - 1}; there is no {quoted(index)}.")
    return lab.exhibits.test_images[index].astype(np.float32) / 255, int(labels(lab)[index])
