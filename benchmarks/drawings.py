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


def _on_pad(stroke: list[list[int]]) -> Stroke:
    """Points of the recording, y up or down as it says, on the pad."""
    scale = (1 - 2 * INSET) / BOX
    return [(INSET + x * scale, INSET + y * scale) for x, y in stroke]
