"""Pictures and codes as text: base64 of bytes, as they travel to the page and back.

Most of a digit is paper, so on the way down a zero is followed by how many zeros there are (at most
255); that halves an answer. The page undoes it with `lab.unpack`.
"""

import base64
import binascii

import numpy as np

SIDE = 28


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1], any shape -> uint8, 0 = paper, 255 = ink."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255).astype(np.uint8)


def picture_text(images: np.ndarray) -> str:
    """One image in [0, 1], or several one after the other, as text for the page."""
    return packed_text(to_bytes(images))


def packed_text(values: np.ndarray) -> str:
    """Bytes, signed or not, as base64 with their runs of zeros counted."""
    flat = np.ascontiguousarray(values).view(np.uint8).ravel()
    zero = flat == 0
    places = np.arange(flat.size)
    last_ink = np.maximum.accumulate(np.where(zero, -1, places))
    next_ink = np.minimum.accumulate(np.where(zero, flat.size, places)[::-1])[::-1]
    counted = zero & ((places - last_ink - 1) % 255 == 0)  # where a run of up to 255 begins
    written = np.repeat(flat, np.where(counted, 2, ~zero))
    behind = np.cumsum(np.where(counted, 2, ~zero))[counted] - 1
    written[behind] = np.minimum(255, next_ink - places)[counted]
    return base64.b64encode(written.tobytes()).decode("ascii")


def unpacked(text: str) -> np.ndarray:
    """The inverse of `packed_text`, as uint8."""
    packed = iter(base64.b64decode(text))
    parts = [bytes(next(packed)) if byte == 0 else bytes([byte]) for byte in packed]
    return np.frombuffer(b"".join(parts), np.uint8)


def read_picture_text(text: object) -> np.ndarray:
    """A digit that the page sent: base64 of its 784 pixels, nothing counted.

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


def code_text(code: np.ndarray, at_least: float = 0.0) -> tuple[str, float]:
    """A code as signed bytes in text, and the value that 127 stands for: its largest size."""
    scale = max(at_least, float(np.abs(code).max(initial=0.0)))
    levels = np.rint(code / scale * 127) if scale > 0 else np.zeros_like(code)
    return packed_text(levels.astype(np.int8)), scale
