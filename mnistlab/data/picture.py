"""A picture file -> greys or ink: any mode that there is, and a sentence for what is no picture.

Size is judged from the header, before a pixel is decoded, so that a small file cannot ask for much
memory; and only so many are decoded at a time.
"""

import io
import math
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnistlab.data.paper import remove_paper

MAX_BYTES = 2_000_000
MAX_PIXELS = 4_000_000
SHORTEST = 4  # pixels a side: less cannot hold a digit
ENOUGH = 1_000_000  # pixels; a larger picture is averaged down before its paper is looked for
AT_A_TIME = 8  # pictures being read; each takes up to 50 MB for a moment
# What cameras, scanners and paint programs write. Pillow knows more, and would start Ghostscript.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO")
MARKUP = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<")  # how SVG and HTML begin
UNREADABLE = "That file is not a readable picture: save it as PNG or JPEG and try again."
BUSY = "Too many pictures are being read just now: try again in a moment."
_places = threading.BoundedSemaphore(AT_A_TIME)


def ink_from_picture(picture: str | Path | io.BytesIO | Image.Image) -> np.ndarray:
    """Read a picture as ink.

    Args:
        picture: a path, the bytes of a file, or an opened picture; of an animation the first frame
        counts.

    Returns:
        (h, w) float32 in [0, 1], 0 = paper, 1 = ink. Transparency is laid over white.

    Raises:
        ValueError: it cannot be read or is too large; the sentence says what to do.
    """
    return _one_of_few(lambda: remove_paper(_read_grey(picture)))


def grey_from_picture(picture: str | Path | io.BytesIO | Image.Image) -> np.ndarray:
    """Read a picture as it is, its paper not yet told from its ink.

    Args:
        picture: as `ink_from_picture` takes it.

    Returns:
        (h, w) float32 in [0, 1], 0 = black, 1 = white. Transparency is laid over white.

    Raises:
        ValueError: as `ink_from_picture`.
    """
    return _one_of_few(lambda: _read_grey(picture))


def _one_of_few(work: Callable[[], np.ndarray]) -> np.ndarray:
    """Do it, unless `AT_A_TIME` others are at it."""
    if not _places.acquire(blocking=False):
        raise ValueError(BUSY)
    try:
        return work()
    finally:
        _places.release()


def _read_grey(picture: str | Path | io.BytesIO | Image.Image) -> np.ndarray:
    if isinstance(picture, Image.Image):
        return _grey(picture)
    data = picture.getvalue() if isinstance(picture, io.BytesIO) else _read(Path(picture))
    if len(data) > MAX_BYTES:
        raise ValueError(f"That file is {len(data) / 1e6:.1f} MB: pictures may have up to 2 MB.")
    if not data:
        raise ValueError("That file is empty: choose another picture.")
    if data.lstrip()[:4].startswith(MARKUP):
        raise ValueError("That file is SVG or HTML, not a picture of pixels: save it as PNG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that are odd, but can be read
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                return _grey(opened)
    except ValueError:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own bound, far above ours
        raise ValueError("That picture has too many pixels: up to 4 megapixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, MemoryError) as error:
        raise ValueError(UNREADABLE) from error
    except Exception as error:  # decoders of rare formats fail in ways of their own
        raise ValueError(UNREADABLE) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(UNREADABLE) from error


def _grey(picture: Image.Image) -> np.ndarray:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ValueError(f"That picture is {width} x {height}: up to 4 megapixels can be read.")
    if min(width, height) < SHORTEST:
        raise ValueError(f"That picture is {width} x {height} pixels: too small to hold a digit.")
    try:
        picture = ImageOps.exif_transpose(picture)
    except (ValueError, OSError, SyntaxError, KeyError, TypeError) as error:
        raise ValueError(UNREADABLE) from error
    if picture.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _averaged(_stretched(np.asarray(picture, np.float32)))
    if "A" in picture.getbands() or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    return _averaged(np.asarray(picture.convert("L"))) / np.float32(255)


def _averaged(grey: np.ndarray) -> np.ndarray:
    """As float32, with no more than `ENOUGH` pixels: squares of them become one."""
    height, width = grey.shape
    side = math.ceil(math.sqrt(grey.size / ENOUGH))
    if side == 1:
        return grey.astype(np.float32)
    squares = grey[: height // side * side, : width // side * side]
    squares = squares.reshape(height // side, side, width // side, side)
    return squares.mean(axis=(1, 3), dtype=np.float32)


def _stretched(values: np.ndarray) -> np.ndarray:
    """Numbers of any range to [0, 1]: a scale is not part of such a file."""
    if not np.isfinite(values).all():
        raise ValueError("That picture holds values that are not numbers: save it as PNG.")
    low, high = values.min(), values.max()
    if high <= low:
        return np.zeros(values.shape, np.float32)
    return ((values - low) / (high - low)).astype(np.float32)
