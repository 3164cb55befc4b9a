"""Digits written with a pen, and a canvas to draw them on."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.drawings import drawn

SAMPLE = Path(__file__).with_name("pen_digits_sample.json.gz")


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
    return drawn
