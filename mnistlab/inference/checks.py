"""What is asked of the lab, checked; each refusal is a sentence that names the bounds."""

import numpy as np

from mnistlab.data.seeds import MAX_SEED
from mnistlab.hub.files import quoted

LARGEST_CODE = 1e6  # of the numbers of a code: beyond it a network would overflow


def checked_images(images: np.ndarray) -> np.ndarray:
    """Images as every network takes them, or a sentence about why not."""
    array = np.asarray(images)
    if array.ndim != 3 or array.shape[1:] != (28, 28) or len(array) == 0:
        raise ValueError(f"Images have the shape (n, 28, 28) with n > 0; received {array.shape}.")
    if array.dtype.kind not in "fiub":
        raise ValueError(f"Images are numbers in [0, 1]; received {array.dtype}.")
    array = array.astype(np.float32)
    if not (array.min() >= 0 and array.max() <= 1):
        low, high = array.min(), array.max()
        raise ValueError(f"Pixels lie in [0, 1]; received {low:.3g} to {high:.3g}.")
    return array


def check_draw(n: int, seed: int, temperature: float, digit: int | None) -> None:
    """Refuse a number of samples, a seed, a temperature or a class that is out of bounds."""
    for name, value, low, high in (("n", n, 1, 10_000), ("seed", seed, 0, MAX_SEED)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise ValueError(
                f"{name} is a whole number from {low} to {high:,}; received {quoted(value)}."
            )
    if not 0 <= temperature <= 2:
        raise ValueError(f"temperature lies in 0 to 2; received {quoted(temperature)}.")
    if digit is not None and digit not in range(10):
        raise ValueError(f"digit is one of 0 to 9; received {quoted(digit)}.")


def checked_code(code: object, model: str, width: int) -> np.ndarray:
    """A code from outside as (width,) float32, or a sentence about why it is none."""
    if not isinstance(code, list) or not all(_is_number(z) for z in code):
        raise ValueError(f"A code of {model} is a list of {width:,} numbers.")
    if len(code) != width:
        raise ValueError(f"A code of {model} has {width:,} numbers; received {len(code):,}.")
    if not all(abs(z) <= LARGEST_CODE for z in code):  # not so of NaN either
        raise ValueError(f"The numbers of a code lie within ±{LARGEST_CODE:,.0f}.")
    return np.array(code, np.float32)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
