"""Digits written with a pen, and a canvas to draw them on."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw

SAMPLE = Path(__file__).with_name("pen_digits_sample.json.gz")
TABLET = 500  # the side of the square in which the points of the sample lie
FINER = 3  # a canvas is drawn this much larger and made smaller, for smooth edges


class PenDigit(NamedTuple):
    """A digit as the way of a pen: strokes of (x, y) points in [0, 500], y downwards."""

    label: int
    strokes: list


@pytest.fixture(scope="session")
def pen_digits():
    """60 of them, 6 of each class."""
    with gzip.open(SAMPLE) as file:
        return [PenDigit(each["label"], each["strokes"]) for each in json.load(file)["digits"]]


@pytest.fixture(scope="session")
def draw():
    """(strokes, side of the canvas, width of the pen) -> (side, side) uint8, 0 = paper."""
    return draw_strokes


def draw_strokes(strokes, side=280, pen=18.0):
    large, half = side * FINER, pen * FINER / 2
    image = Image.new("L", (large, large))
    brush = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * large / TABLET, y * large / TABLET) for x, y in stroke]
        brush.line(points, fill=255, width=max(1, round(2 * half)), joint="curve")
        for x, y in (points[0], points[-1]):  # a pen is round
            brush.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))
