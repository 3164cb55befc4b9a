"""What people draw: real pen strokes, as points on the pad and as the ink that travels."""

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from mnistlab.ui.wire import GRID, encode_ink

STROKES = Path(__file__).parents[1] / "tests" / "data" / "pen_digits_sample.json.gz"
BOX = 500  # side of the square in which the strokes were recorded
PEN = 11  # width of the pad's pen at its start, in pixels of the grid
FINER = 3  # a picture is drawn this much larger and made smaller, for smooth edges
INSET = 0.14  # share of the pad that is left free on each side

Stroke = list[tuple[float, float]]  # shares of the pad, from the top left


@cache
def pen_digits() -> list[list[Stroke]]:
    """Digits as their strokes, in turn one of each class; where from says tests/data/README.md."""
    recorded = json.loads(gzip.decompress(STROKES.read_bytes()))["digits"]
    of_class: dict[int, list] = {}
    for digit in recorded:
        of_class.setdefault(digit["label"], []).append(digit["strokes"])
    turns = [digit for row in zip(*of_class.values(), strict=True) for digit in row]
    return [[_on_pad(stroke) for stroke in digit] for digit in turns]


def moves(strokes: list[Stroke], count: int) -> list[str]:
    """A digit as the pad sends it while it is drawn: `count` texts, each with more ink."""
    points = [(stroke, i) for stroke, line in enumerate(strokes) for i in range(1, len(line))]
    picture = Image.new("L", (GRID, GRID))
    pen = ImageDraw.Draw(picture)
    texts = []
    for done, (stroke, i) in enumerate(points, 1):
        start, end = (tuple(GRID * share for share in strokes[stroke][j]) for j in (i - 1, i))
        pen.line([start, end], 255, PEN)
        for x, y in (start, end):
            pen.ellipse([x - PEN / 2, y - PEN / 2, x + PEN / 2, y + PEN / 2], 255)
        if done * count // len(points) > len(texts):
            texts.append(encode_ink(np.asarray(picture) > 127))
    return texts


def drawn(strokes: list, side: int = 280, pen: float = 18.0) -> np.ndarray:
    """Strokes with a round pen: (side, side) uint8, 0 = paper, 255 = ink."""
    image = Image.new("L", (side * FINER, side * FINER))
    brush, scale, half = ImageDraw.Draw(image), side * FINER / BOX, pen * FINER / 2
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        brush.line(points, fill=255, width=max(1, round(2 * half)), joint="curve")
        for x, y in (points[0], points[-1]):  # a pen is round
            brush.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def as_sent(canvas: np.ndarray) -> np.ndarray:
    """What the pad sends of its canvas (280, 280): where four pixels are more than half ink.

    Returns:
        (140, 140) booleans.
    """
    squares = canvas.reshape(GRID, canvas.shape[0] // GRID, GRID, canvas.shape[1] // GRID)
    return squares.mean(axis=(1, 3)) > 127.5


def _on_pad(stroke: list[list[int]]) -> Stroke:
    """Points of the recording, y up or down as it says, on the pad."""
    scale = (1 - 2 * INSET) / BOX
    return [(INSET + x * scale, INSET + y * scale) for x, y in stroke]
