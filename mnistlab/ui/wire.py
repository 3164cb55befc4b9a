"""How a drawing travels: alternating paper and ink runs of a 140 x 140 raster, in base64.

Paper comes first, so a drawing that starts with ink starts with a run of 0. A length is 7 bits a
byte, low bits first, the top bit set on every byte but the last. A digit is about 400 bytes;
nothing is longer than `MAX_CHARS`. The page has the same code in `static/lab/bytes.js`.
"""

import base64
import binascii
from itertools import groupby

import numpy as np

GRID = 140
PIXELS = GRID * GRID
MAX_CHARS = 26_136  # a run a pixel and the first one empty: 19,601 bytes as base64


def encode_ink(ink: np.ndarray) -> str:
    """(140, 140) of 0 and 1, or booleans -> text."""
    if ink.shape != (GRID, GRID):
        raise ValueError(f"A drawing is {GRID} x {GRID}; received {ink.shape}.")
    flat = ink.astype(bool).ravel().tolist()
    runs = [] if not flat[0] else [0]
    runs += [len(list(run)) for _, run in groupby(flat)]
    return base64.b64encode(b"".join(_varint(run) for run in runs)).decode("ascii")


def decode_ink(text: object) -> np.ndarray:
    """What `encode_ink` wrote, checked.

    Returns:
        (140, 140) float32 of 0.0 (paper) and 1.0 (ink).

    Raises:
        ValueError: not a drawing; the sentence says why.
    """
    runs = _runs(_from_base64(text))
    if sum(runs) != PIXELS:
        raise ValueError(f"A drawing has {PIXELS:,} pixels; this one has {sum(runs):,}.")
    colours = np.arange(len(runs)) % 2  # paper, ink, paper, ...
    return np.repeat(colours, runs).astype(np.float32).reshape(GRID, GRID)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _from_base64(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("A drawing travels as text; this one is not text.")
    if len(text) > MAX_CHARS:
        raise ValueError(f"The drawing is too long: {len(text):,} of {MAX_CHARS:,} characters.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("The drawing cannot be read: it is not base64 text.") from None


def _runs(data: bytes) -> list[int]:
    runs: list[int] = []
    run = shift = 0
    for byte in data:
        run |= (byte & 127) << shift
        if byte & 128:
            shift += 7
            if shift > 14:  # 21 bits hold every length that fits on the page
                raise ValueError("The drawing cannot be read: a run of it is too long.")
            continue
        if byte == 0 and shift:
            raise ValueError("The drawing cannot be read: a run of it is written the long way.")
        if run == 0 and runs:
            raise ValueError("The drawing cannot be read: a run of it is empty.")
        runs.append(run)
        run = shift = 0
    if shift:
        raise ValueError("The drawing cannot be read: its end is missing.")
    return runs
