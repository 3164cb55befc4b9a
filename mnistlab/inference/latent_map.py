"""The maps: where test digits lie in a plane, what is decoded there, and where no digit lives."""

import base64
from typing import Any

import numpy as np
import scipy  # its parts come when they are first used: the page does not wait for them

from mnistlab.hub.files import quoted
from mnistlab.inference.exhibits import MAPS
from mnistlab.inference.pictures import packed_text, picture_text, to_bytes

GRID = 24  # cells a side of the decoded grid
BINS = 2 * GRID  # a side of the density
SHOWN = 2000  # test digits that get a marker
NEIGHBOURS = 8
QUANTILES = (0.01, 0.99)  # of the codes, a dimension at a time: what the window must hold
SLOTS = 64  # along an axis, for how many test digits lie where
MARGIN = 1.08
REACH = 3.0  # standard deviations within which holes are looked for
FURTHEST = 1e4  # no code is asked for beyond this
FAINT = 4  # of 255: darker ink is not worth its bytes in the grid
VARIATIONAL = ("vae_2d",)


def overview(lab: Any) -> dict[str, Any]:
    """All that travels once: window, markers, density and decoded grid of each map.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.

    Returns:
        A dict ready for JSON. Grids go row by row from the top left, where z2 is largest; `points`
        is base64 of float32 pairs.

    Raises:
        ValueError: there is no model with a code of two.
    """
    shown = min(SHOWN, len(lab.exhibits.test_images))
    return {
        "labels": "".join(str(int(label)) for label in lab.exhibits.test_labels[:shown]),
        "digits": len(lab.exhibits.test_labels),
        "models": {name: _map(lab, name, shown) for name in _present(lab)},
    }


def axes(lab: Any) -> dict[str, Any]:
    """How many test digits lie where along z1 and along z2 of each map, to read a code against.

    Returns:
        A dict ready for JSON: for each map that there is, `low` and `high` (2,), and `counts`
        (2, 64) of equal slots between them; what lies beyond counts in the last.
    """
    return {name: _axes(lab.exhibits.maps[name]) for name in _maps(lab)}


def locate(lab: Any, digit: np.ndarray) -> dict[str, Any]:
    """Where a digit (28, 28) lies on each map: its code, and the posterior's sd where there is one.

    Raises:
        ValueError: there is no model with a code of two.
    """
    places = {}
    for name in _present(lab):
        if name in VARIATIONAL:
            mean, sd = lab.posterior(name, digit[None])
            places[name] = {"z": _figures(mean[0]), "sd": _figures(sd[0])}
        else:
            places[name] = {"z": _figures(lab.encode(name, digit[None])[0]), "sd": None}
    return {"places": places}


def decode_at(lab: Any, model: object, z: object) -> dict[str, Any]:
    """The picture at a point, what the referee reads in it, and the test digits nearest to it.

    Raises:
        ValueError: the model has no map, or the point is not two numbers within bounds.
    """
    present = _present(lab)
    if model not in present:
        raise ValueError(f"There are maps of {' and '.join(present)}, not of {str(model)[:40]!r}.")
    point = _point(z)
    picture = lab.decode(model, point[None])
    chances = lab.classify(picture)[0]
    codes = lab.exhibits.maps[model][: len(lab.exhibits.test_images)]
    nearest, distance = neighbours(codes[:SHOWN], point)
    return {
        "picture": picture_text(picture),
        "read_as": int(chances.argmax()),
        "confidence": round(float(chances.max()), 4),
        "nearest": nearest.tolist(),
        "distance": _figures(distance),
        "pictures": packed_text(lab.exhibits.test_images[nearest]),
    }


def neighbours(codes: np.ndarray, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of some codes (n, 2) are nearest to a point (2,), the nearest first.

    Returns:
        Their indices and their distances, `NEIGHBOURS` of each or n.
    """
    distance = np.linalg.norm(codes - point, axis=1)
    nearest = np.argsort(distance, kind="stable")[:NEIGHBOURS]
    return nearest, distance[nearest]


def window(codes: np.ndarray) -> tuple[np.ndarray, float]:
    """A square around all but a few codes (n, 2): its centre (2,) and half its side."""
    low, high = np.quantile(codes, QUANTILES, axis=0)
    half = float((high - low).max()) / 2 * MARGIN
    return (low + high) / 2, half if half > 0 else 1.0


def count_in_cells(codes: np.ndarray, centre: np.ndarray, half: float, cells: int) -> np.ndarray:
    """How many codes (n, 2) lie in each cell of a window: (cells, cells), z2 falling by row."""
    edges = [np.linspace(c - half, c + half, cells + 1) for c in centre]
    counts, _, _ = np.histogram2d(codes[:, 0], codes[:, 1], bins=edges)
    return counts.T[::-1].astype(int)


def hole_share(codes: np.ndarray) -> float:
    """How much of a normal falls where no digit lives, in [0, 1].

    The normal has the mean and covariance of the codes (n, 2). Along its own axes a grid of `GRID`
    x `GRID` cells spans `REACH` standard deviations either way; what counts is its mass in cells
    that hold no code, and off the grid. Whatever scale or slant a map has, it is measured alike.
    """
    root = np.linalg.cholesky(np.cov(codes.T))
    round_codes = np.linalg.solve(root, (codes - codes.mean(axis=0)).T).T
    empty = count_in_cells(round_codes, np.zeros(2), REACH, GRID) == 0
    slices = np.diff(scipy.special.ndtr(np.linspace(-REACH, REACH, GRID + 1)))
    mass = np.outer(slices, slices)
    return float(1 - mass[~empty].sum())


def _map(lab: Any, name: str, shown: int) -> dict[str, Any]:
    codes = np.asarray(lab.exhibits.maps[name], np.float32)
    centre, half = window(codes)
    grid = to_bytes(lab.decode(name, _cell_centres(centre, half)))
    grid[grid < FAINT] = 0
    return {
        "centre": _figures(centre),
        "half": float(f"{half:.5g}"),
        "points": base64.b64encode(codes[:shown].astype("<f4").tobytes()).decode("ascii"),
        "counts": count_in_cells(codes, centre, half, BINS).ravel().tolist(),
        "cells": GRID,
        "grid": packed_text(grid),
        "holes": round(hole_share(codes.astype(float)), 4),
    }


def _axes(codes: np.ndarray) -> dict[str, Any]:
    low, high = np.quantile(codes, QUANTILES, axis=0)
    rows = [
        np.histogram(np.clip(z, a, b), bins=SLOTS, range=(a, b))[0].tolist()
        for z, a, b in zip(codes.T.astype(float), low, high, strict=True)
    ]
    return {"low": _figures(low), "high": _figures(high), "counts": rows}


def _cell_centres(centre: np.ndarray, half: float) -> np.ndarray:
    """(GRID * GRID, 2), row by row from the top left."""
    steps = (np.arange(GRID) + 0.5) / GRID * 2 - 1
    z2, z1 = np.meshgrid(centre[1] - half * steps, centre[0] + half * steps, indexing="ij")
    return np.stack([z1.ravel(), z2.ravel()], axis=1).astype(np.float32)


def _maps(lab: Any) -> list[str]:
    return [name for name in MAPS if name in lab.models and name in lab.exhibits.maps]


def _present(lab: Any) -> list[str]:
    names = _maps(lab)
    if not names:
        raise ValueError("These weights hold no model with a code of two: there is no map to draw.")
    return names


def _point(z: object) -> np.ndarray:
    numbers = z if isinstance(z, list) and len(z) == 2 else [None]
    if not all(isinstance(n, int | float) and abs(n) <= FURTHEST for n in numbers):
        raise ValueError(
            f"A point on a map is two numbers between ±{FURTHEST:,.0f}; received {quoted(z)}."
        )
    return np.array(numbers, np.float32)


def _figures(values: np.ndarray) -> list[float]:
    return [float(f"{float(value):.5g}") for value in values]
