"""A picture file -> greys or ink: any mode that Pillow reads, and a sentence for what it cannot.

Size is judged from the header, before a pixel is decoded, so that a small file cannot ask for much
memory.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnistlab.data.paper import remove_paper

MAX_BYTES = 2_000_000
MAX_PIXELS = 4_000_000
SHORTEST = 4  # pixels a side: less cannot hold a digit
MARKUP = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<")  # how SVG and HTML begin
UNREADABLE = "That file is not a readable picture: save it as PNG or JPEG and try again."


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
    return remove_paper(grey_from_picture(picture))


def grey_from_picture(picture: str | Path | io.BytesIO | Image.Image) -> np.ndarray:
    """Read a picture as it is, its paper not yet told from its ink.

    Args:
        picture: as `ink_from_picture` takes it.

    Returns:
        (h, w) float32 in [0, 1], 0 = black, 1 = white. Transparency is laid over white.

    Raises:
        ValueError: as `ink_from_picture`.
    """
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
            warnings.simplefilter("ignore")  # Pillow's own bound is far above ours
            with Image.open(io.BytesIO(data)) as opened:
                return _grey(opened)
    except ValueError:
        raise
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
        return _stretched(np.asarray(picture, np.float64))
    if "A" in picture.getbands() or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    return np.asarray(picture.convert("L"), np.float32) / 255


def _stretched(values: np.ndarray) -> np.ndarray:
    """Numbers of any range to [0, 1]: a scale is not part of such a file."""
    if not np.isfinite(values).all():
        raise ValueError("That picture holds values that are not numbers: save it as PNG.")
    low, high = values.min(), values.max()
    if high <= low:
        return np.zeros(values.shape, np.float32)
    return ((values - low) / (high - low)).astype(np.float32)
