"""Pictures and codes as text: base64 of bytes, as they travel to the page and back.

Most of a digit is paper, so on the way down a zero is followed by how many zeros there are (at most
255); that halves an answer. The page undoes it with `lab.unpack`.
"""

import base64
import binascii
from collections.abc import Sequence
from itertools import pairwise

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
    return packed_texts([values])[0]


def packed_texts(pieces: Sequence[np.ndarray]) -> list[str]:
    """Each piece as `packed_text` gives it; many small ones cost little more than one large one."""
    sizes = np.array([piece.size for piece in pieces])
    if not sizes.sum():
        return [""] * len(pieces)
    flat = np.concatenate([np.ascontiguousarray(piece).view(np.uint8).ravel() for piece in pieces])
    ends = np.cumsum(sizes)
    starts = (ends - sizes)[sizes > 0]
    last = ends[sizes > 0] - 1
    zero = flat == 0
    places = np.arange(flat.size, dtype=np.int32)
    # the nearest place on either side that is not in the run: ink, or another piece
    before, behind = np.where(zero, -1, places), np.where(zero, flat.size, places)
    before[starts] = np.where(zero[starts], starts - 1, starts)
    behind[last] = np.where(zero[last], last + 1, last)
    before = np.maximum.accumulate(before)
    behind = np.minimum.accumulate(behind[::-1])[::-1]
    counted = zero & ((places - before - 1) % 255 == 0)  # where a run of up to 255 begins
    lengths = np.where(counted, 2, ~zero)
    written = np.repeat(flat, lengths)
    written_to = np.cumsum(lengths)
    written[written_to[counted] - 1] = np.minimum(255, behind - places)[counted]
    data = written.tobytes()
    stops = np.concatenate([[0], written_to])[ends].tolist()
    return [
        base64.b64encode(data[start:stop]).decode("ascii") for start, stop in pairwise([0, *stops])
    ]


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


def code_levels(codes: np.ndarray, at_least: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n, code) as signed bytes, and the values (n,) that 127 stands for.

    Those are the largest sizes in each code, or `at_least` (n,) where that is more.
    """
    scales = np.maximum(at_least, np.abs(codes).max(axis=1))
    levels = np.rint(codes / np.where(scales > 0, scales, 1)[:, None] * 127)
    return levels.astype(np.int8), scales
