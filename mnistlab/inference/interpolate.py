"""From one digit to another: along codes, straight or on an arc, and through pixels alone."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnistlab.hub.files import quoted
from mnistlab.inference.pictures import to_bytes

PATHS = ("linear", "spherical")
MIN_STEPS, MAX_STEPS = 2, 64
NO_WAY = ("denoising", "gan", "classifier")  # these lack an encoder, or a decoder that stands alone
PARALLEL = 1e-4  # below this sine of the angle an arc is a straight line
FADE = "pixels"

PAPER, INK, QUIET = 11, 255, 176  # greys of a kept picture; paper and ink as on the page
GAP = 8


def interpolate(
    lab: Any,
    image_a: np.ndarray,
    image_b: np.ndarray,
    model: str,
    steps: int = 16,
    path: str = "spherical",
) -> dict[str, np.ndarray]:
    """Encode two digits, walk from one code to the other, decode what is met on the way.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        image_a: (28, 28) in [0, 1], where the walk starts.
        image_b: (28, 28) in [0, 1], where it ends.
        model: one that can both encode and decode.
        steps: frames, both ends included, 2 to 64.
        path: "linear" or "spherical".

    Returns:
        `frames` (steps, 28, 28) in [0, 1], `codes` (steps, code), and the referee's `read_as`
        (steps,) with its `confidence` (steps,). The ends are reconstructions, not the digits.

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    codes, frames = _walk_model(lab, _digits(image_a, image_b), model, steps, path)
    return {"frames": frames, "codes": codes, **_judge(lab, frames)}


def strips(
    lab: Any,
    image_a: np.ndarray,
    image_b: np.ndarray,
    models: tuple[str, ...],
    steps: int = 16,
    path: str = "spherical",
) -> dict[str, dict[str, np.ndarray]]:
    """The way of each model and the cross-fade of the pixels, by name; the referee is asked once.

    Raises:
        ValueError: as `interpolate`.
    """
    digits = _digits(image_a, image_b)
    ways = {model: _walk_model(lab, digits, model, steps, path)[1] for model in models}
    ways[FADE] = walk(digits[0], digits[1], steps, "linear")
    judged = _judge(lab, np.concatenate(list(ways.values())))
    return {
        name: {
            "frames": frames,
            **{key: v[i * steps : (i + 1) * steps] for key, v in judged.items()},
        }
        for i, (name, frames) in enumerate(ways.items())
    }


def morph(
    lab: Any, corners: np.ndarray, model: str = "vae", side: int = 8, path: str = "spherical"
) -> dict[str, np.ndarray]:
    """A square between four digits, decoded in one batch.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        corners: (4, 28, 28): top left, top right, bottom left, bottom right.
        model: one that can both encode and decode.
        side: pictures a side, 2 to 64.
        path: how the top and the bottom row are walked, and then each column between them.

    Returns:
        `frames` (side * side, 28, 28), row by row, `read_as` and `confidence`.

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    _check(lab, model, side, path)
    codes = lab.encode(model, _digits(*corners))
    top, bottom = walk(codes[0], codes[1], side, path), walk(codes[2], codes[3], side, path)
    columns = [walk(above, below, side, path) for above, below in zip(top, bottom, strict=True)]
    frames = lab.decode(model, np.stack(columns, axis=1).reshape(side * side, -1))
    return {"frames": frames, **_judge(lab, frames)}


def walk(start: np.ndarray, end: np.ndarray, steps: int, path: str) -> np.ndarray:
    """`steps` points from `start` to `end`, both included: arrays of one shape -> (steps, ...).

    The spherical path keeps to the arc between the two directions, so that codes do not shrink
    halfway as they do on a straight line; where there is no arc (the directions are parallel or
    opposed, or a point is zero) the line is taken.
    Paper: Shoemake 1985, "Animating rotation with quaternion curves", for codes White 2016,
    arXiv:1609.04468.
    """
    t = np.linspace(0, 1, steps, dtype=np.float64).reshape(-1, *[1] * start.ndim)
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = np.clip((start * end).sum(dtype=np.float64) / lengths, -1, 1) if lengths > 0 else 1.0
    angle = np.arccos(cosine)
    if path == "linear" or np.sin(angle) < PARALLEL:
        points = (1 - t) * start + t * end
    else:
        points = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return points.astype(np.float32)


def as_gif(ways: dict[str, np.ndarray], zoom: int = 6) -> bytes:
    """An animation of several ways side by side, there and back, for ever.

    Args:
        ways: frames (n, 28, 28) in [0, 1] by title, all of one n.
        zoom: screen pixels a pixel.
    """
    side = 28 * zoom
    width = GAP + len(ways) * (side + GAP)
    stage = Image.new("L", (width, GAP + side + 24), PAPER)
    pen, font = ImageDraw.Draw(stage), ImageFont.load_default(14)
    for place, title in enumerate(ways):
        pen.text((GAP + place * (side + GAP), GAP + side + 3), title, QUIET, font)
    pictures = []
    for moment in zip(*ways.values(), strict=True):
        picture = stage.copy()
        for place, frame in enumerate(moment):
            picture.paste(_enlarged(frame, zoom), (GAP + place * (side + GAP), GAP))
        pictures.append(picture)
    pictures += pictures[-2:0:-1]
    durations = [90] * len(pictures)
    durations[0] = durations[(len(pictures) + 1) // 2] = 700
    file = io.BytesIO()
    rest = pictures[1:]
    pictures[0].save(file, "GIF", save_all=True, append_images=rest, duration=durations, loop=0)
    return file.getvalue()


def as_png(ways: dict[str, dict[str, np.ndarray]], zoom: int = 2) -> bytes:
    """The ways as strips under one another, what the referee reads under each frame.

    Args:
        ways: by title, `frames` (n, 28, 28), `read_as` and `confidence` (n,).
        zoom: screen pixels a pixel.
    """
    side = 28 * zoom
    row = 24 + side + 20 + GAP
    count = len(next(iter(ways.values()))["frames"])
    page = Image.new("L", (2 * GAP + count * (side + 2), GAP + len(ways) * row), PAPER)
    pen, font, small = ImageDraw.Draw(page), ImageFont.load_default(14), ImageFont.load_default(11)
    for place, (title, way) in enumerate(ways.items()):
        top = GAP + place * row
        pen.text((GAP, top), title, INK, font)
        for i, frame in enumerate(way["frames"]):
            left = GAP + i * (side + 2)
            page.paste(_enlarged(frame, zoom), (left, top + 24))
            says = f"{way['read_as'][i]}  {100 * way['confidence'][i]:.0f} %"
            pen.text((left + side / 2, top + 26 + side), says, QUIET, small, anchor="ma")
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def _walk_model(
    lab: Any, digits: np.ndarray, model: str, steps: int, path: str
) -> tuple[np.ndarray, np.ndarray]:
    """Codes and frames."""
    _check(lab, model, steps, path)
    start, end = lab.encode(model, digits)
    codes = walk(start, end, steps, path)
    return codes, lab.decode(model, codes)


def _judge(lab: Any, frames: np.ndarray) -> dict[str, np.ndarray]:
    chances = lab.classify(frames)
    return {"read_as": chances.argmax(axis=1), "confidence": chances.max(axis=1)}


def _digits(*images: np.ndarray) -> np.ndarray:
    for image in images:
        if np.shape(image) != (28, 28) or not np.isfinite(image).all():
            raise ValueError(f"A digit is 28 x 28 finite numbers; received {np.shape(image)}.")
    return np.stack(images).astype(np.float32)


def _check(lab: Any, model: str, steps: int, path: str) -> None:
    able = [name for name in lab.models if name not in NO_WAY]
    if model not in able:
        raise ValueError(
            f"{str(model)[:40]!r} cannot both encode and decode; {', '.join(able)} can."
        )
    whole = isinstance(steps, int) and not isinstance(steps, bool)
    if not whole or not MIN_STEPS <= steps <= MAX_STEPS:
        raise ValueError(
            f"Steps are a whole number from {MIN_STEPS} to {MAX_STEPS}; received {quoted(steps)}."
        )
    if path not in PATHS:
        raise ValueError(f"A path is {' or '.join(PATHS)}; received {str(path)[:40]!r}.")


def _enlarged(frame: np.ndarray, zoom: int) -> Image.Image:
    grey = PAPER + to_bytes(frame).astype(np.float32) * (INK - PAPER) / 255
    picture = Image.fromarray(np.rint(grey).astype(np.uint8))
    return picture.resize((28 * zoom, 28 * zoom), Image.Resampling.NEAREST)
