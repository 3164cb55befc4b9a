"""Pictures and codes as text: base64 of bytes, as they travel to the page and back."""

import base64
import binascii

import numpy as np

SIDE = 28


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1], any shape -> uint8, 0 = paper, 255 = ink."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255).astype(np.uint8)


def picture_text(images: np.ndarray) -> str:
    """One image in [0, 1], or several one after the other, as base64 of their pixels."""
    return base64.b64encode(to_bytes(images).tobytes()).decode("ascii")


def read_picture_text(text: object) -> np.ndarray:
    """The inverse, for one digit.

    Returns:
        (28, 28) float32 in [0, 1].

    Raises:
        ValueError: not base64 text of 784 bytes.
    """
    if not isinstance(text, str) or len(text) > 2048:
        raise ValueError("A digit travels as base64 text of 784 bytes.")
    try:
        pixels = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("A digit travels as base64 text; this one cannot be read.") from None
    if len(pixels) != SIDE * SIDE:
        raise ValueError(f"A digit has 784 pixels; received {len(pixels)}.")
    return np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE).astype(np.float32) / 255


def code_text(code: np.ndarray) -> tuple[str, float]:
    """A code as signed bytes in base64, and the value that 127 stands for (its largest size)."""
    scale = float(np.abs(code).max(initial=0.0))
    levels = np.rint(code / scale * 127) if scale > 0 else np.zeros_like(code)
    return base64.b64encode(levels.astype(np.int8).tobytes()).decode("ascii"), scale
