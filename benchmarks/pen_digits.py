"""What a visitor draws beside what MNIST holds: real pen strokes on the pad, at four widths of pen.

    python -m benchmarks.pen_digits pen_digits.json.gz

The file holds digits as strokes, `{"digits": [{"label": 8, "strokes": [[[x, y], ...], ...]}, ...]}`
in a box of 500: UCI Pen-Based Recognition of Handwritten Digits, Alpaydin & Alimoglu 1998. They are
for measuring alone: nothing here was trained on them. Results go to results/pen_digits.json.
"""

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.drawings import as_sent, drawn
from benchmarks.measure import RESULTS, Check, Table, keep
from mnistlab import Lab, normalize_drawing

FLOORS = {12: 0.94, 18: 0.94, 26: 0.94, 34: 0.90}  # share to read rightly, by width of the pen
PENS = tuple(FLOORS)  # pixels, on a canvas of 280


class Found(NamedTuple):
    """By pen: the share read rightly, and each model's median error over that of test digits."""

    accuracy: dict[int, float]
    ratios: dict[int, dict[str, float]]


def measure(lab: Lab, digits: list[dict], pens: Sequence[int] = PENS) -> Found:
    """How the referee and the others do on digits drawn with each pen."""
    labels = np.array([digit["label"] for digit in digits])
    usual = {name: float(np.median(errors)) for name, errors in lab.exhibits.errors.items()}
    accuracy, ratios = {}, {}
    for pen in pens:
        inks = [as_sent(drawn(digit["strokes"], pen=pen)) for digit in digits]
        seen = np.stack([normalize_drawing(ink) for ink in inks])
        accuracy[pen] = float(np.mean(lab.classify(seen).argmax(axis=1) == labels))
        ratios[pen] = {
            name: float(np.median(reading.relative_error)) / usual[name]
            for name, reading in lab.examine(seen).readings.items()
        }
    return Found(accuracy, ratios)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the bundled networks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strokes", type=Path, help="pen_digits.json.gz")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the JSON")
    options = parser.parse_args(argv)
    digits = json.loads(gzip.decompress(options.strokes.read_bytes()))["digits"]
    found = measure(Lab.load(), digits)
    models = list(found.ratios[PENS[0]])
    tables = [
        Table(
            f"Read rightly, of {len(digits):,} digits",
            ("pen, of 280 pixels", "share"),
            list(found.accuracy.items()),
        ),
        Table(
            "Median relative error, over that of test digits",
            ("pen", *models),
            [(pen, *found.ratios[pen].values()) for pen in PENS],
        ),
    ]
    checks = [
        Check(f"share read rightly, pen {pen}", share, FLOORS[pen], at_least=True)
        for pen, share in found.accuracy.items()
    ] + [
        Check(
            f"error over that of test digits, {name}",
            max(r[name] for r in found.ratios.values()),
            2,
        )
        for name in models
    ]
    keep("pen_digits", tables, checks, options.out)


if __name__ == "__main__":
    main()
