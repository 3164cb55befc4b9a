"""Samples of the generators beside real digits, and a code taken apart dimension by dimension."""

from typing import Any

import numpy as np

from mnistlab.data.seeds import check_seed
from mnistlab.evaluation.neighbours import Reference, nearest
from mnistlab.hub.files import quoted
from mnistlab.inference.checks import checked_code
from mnistlab.inference.pictures import packed_text, picture_text
from mnistlab.inference.shelf import labels as labels_of_shelf

REAL = "real"  # the source that draws test digits
SOURCES = (REAL, "vae", "gan", "vae_2d")
TURNED = ("vae", "vae_2d", "ae_2d")  # whose codes have few enough numbers for a slider each
MAX_COUNT = 100
TALLIED = 500  # draws behind a class histogram
# Of metrics.json, what judges samples.
FIGURES = ("frechet_ratio", "coverage", "memorisation_ratio")
# A dimension is used if its posterior mean varies over the test digits by a variance above this.
# Paper: Burda et al. 2015, arXiv:1509.00519, section 5.2.
ACTIVE_VARIANCE = 0.01


def sheet(
    lab: Any,
    source: str,
    count: int,
    seed: int = 0,
    temperature: float = 1.0,
    digit: int | None = None,
) -> dict[str, Any]:
    """Some draws, what the referee reads in each, and the training digit nearest to each.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        source: "real" for test digits, or the id of a generator.
        count: how many, 1 to 100; there may be fewer real digits of one class.
        seed: the same seed gives the same digits.
        temperature: standard deviation of the normal that a generator starts from, 0 to 2.
        digit: only this class: the GAN is asked for it, of a VAE's draws the referee picks.

    Returns:
        A dict ready for JSON. `nearest` holds for each draw the nearest, by Euclidean distance, of
        `among` digits. These are the training digits that travel with the weights, and `kind` says
        "training"; weights without them have test digits to offer, of which those on the sheet
        themselves are left out.

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    if not _whole(count, 1, MAX_COUNT):
        raise ValueError(f"A sheet has 1 to {MAX_COUNT} digits; received {quoted(count)}.")
    _check(lab, source, seed, temperature, digit)
    exhibits = lab.exhibits
    if source == REAL:
        drawn = _real(lab, count, seed, digit)
        images = exhibits.test_images[drawn].astype(np.float32) / 255
    else:
        drawn = np.zeros(0, np.intp)
        images = lab.sample(source, count, seed, temperature=temperature, digit=digit)
    if len(exhibits.train_labels):
        kind, shelf, labels = "training", exhibits.train_images, exhibits.train_labels
        among = exhibits.compared
    else:
        kind = "test"
        shelf = np.delete(exhibits.test_images, drawn, axis=0)
        labels = np.delete(labels_of_shelf(lab), drawn)
        among = Reference(shelf.reshape(-1, 784) / np.float32(255))
    found, distance = nearest(images.reshape(-1, 784), among)
    return {
        "pictures": picture_text(images),
        **readings(lab, images),
        "nearest": packed_text(shelf[found]),
        "nearest_label": [int(label) for label in labels[found]],
        "distance": [round(float(d), 2) for d in distance],
        "among": len(shelf),
        "kind": kind,
    }


def tally(
    lab: Any, source: str, seed: int = 0, temperature: float = 1.0, digit: int | None = None
) -> dict[str, Any]:
    """The classes that the referee reads in 500 draws, beside how often they should come.

    A VAE knows no classes, so `digit` changes nothing for it: of picked draws all would be that
    digit.

    Returns:
        A dict ready for JSON: `n`, `classes` and `expected` (shares, 10 each), `off` (their total
        variation), `confidence` (mean of the referee's), `figures` (of `metrics.json`, if there).

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    _check(lab, source, seed, temperature, digit)
    asked = digit if source in (REAL, "gan") else None
    if source == REAL:
        drawn = _real(lab, TALLIED, seed, asked)
        images = lab.exhibits.test_images[drawn].astype(np.float32) / 255
    else:
        images = lab.sample(source, TALLIED, seed, temperature=temperature, digit=asked)
    chances = lab.classify(images)
    classes = np.bincount(chances.argmax(axis=1), minlength=10) / len(images)
    expected = (
        np.bincount(lab.exhibits.test_labels, minlength=10) / len(lab.exhibits.test_labels)
        if asked is None
        else np.eye(10)[asked]
    )
    measured = lab.metrics.get("models", {}).get(source, {})
    return {
        "n": len(images),
        "classes": [round(float(share), 4) for share in classes],
        "expected": [round(float(share), 4) for share in expected],
        "off": round(float(np.abs(classes - expected).sum() / 2), 4),
        "confidence": round(float(chances.max(axis=1).mean()), 4),
        "figures": {name: measured[name] for name in FIGURES if name in measured},
    }


def dimensions(lab: Any, model: str, digit: np.ndarray) -> dict[str, Any]:
    """The code of a digit with a range to turn each of its numbers in.

    The range is the mean over the test digits, and three standard deviations to each side. For a
    VAE the width of the posterior of this digit is part of it: so a dimension that is not used,
    where the means hardly differ, still moves as far as its prior does.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        model: "vae", "vae_2d" or "ae_2d".
        digit: (28, 28) in [0, 1].

    Returns:
        A dict ready for JSON: `code`, `low`, `high` and `spread` (standard deviation over the test
        digits), `used`; `order` (dimensions, the most used first); `start`, the decoded code, and
        `ends`, for each dimension the picture at its low and at its high end.

    Raises:
        ValueError: the model has no such sliders.
    """
    _check_turned(lab, model)
    code = lab.encode(model, digit[None])[0].astype(np.float64)
    mean, spread = lab.exhibits.spread[model].astype(np.float64)
    width = lab.posterior(model, digit[None])[1][0] if model.startswith("vae") else 0.0
    reach = 3 * np.sqrt(spread**2 + np.square(width))
    low, high = np.minimum(mean - reach, code), np.maximum(mean + reach, code)
    ends = np.tile(code, (2 * code.size, 1))
    places = np.arange(code.size)
    ends[2 * places, places], ends[2 * places + 1, places] = low, high
    pictures = lab.decode(model, np.vstack([code, ends]).astype(np.float32))
    used = spread**2 > ACTIVE_VARIANCE if model.startswith("vae") else spread > 0
    return {
        "code": _figures(code),
        "low": _figures(low),
        "high": _figures(high),
        "spread": _figures(spread),
        "used": [bool(on) for on in used],
        "order": [int(i) for i in np.argsort(-spread, kind="stable")],
        "start": picture_text(pictures[0]),
        "ends": picture_text(pictures[1:]),
        **readings(lab, pictures[:1]),
    }


def turn(lab: Any, model: str, code: list[float]) -> dict[str, Any]:
    """The picture of a code, and what the referee reads in it.

    Raises:
        ValueError: the model has no such sliders, or that is not a code of it.
    """
    _check_turned(lab, model)
    width = lab.exhibits.spread[model].shape[1]
    picture = lab.decode(model, checked_code(code, model, width)[None])
    return {"picture": picture_text(picture), **readings(lab, picture)}


def readings(lab: Any, images: np.ndarray) -> dict[str, list]:
    """What the referee reads in each image, and how sure it is."""
    chances = lab.classify(images)
    return {
        "read_as": [int(label) for label in chances.argmax(axis=1)],
        "confidence": [round(float(p), 4) for p in chances.max(axis=1)],
    }


def _real(lab: Any, count: int, seed: int, digit: int | None) -> np.ndarray:
    """Indices of up to `count` shipped test digits, of one class or of any."""
    labels = labels_of_shelf(lab)
    pool = np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)
    return np.random.default_rng(seed).permutation(pool)[:count]


def _check(lab: Any, source: str, seed: int, temperature: float, digit: int | None) -> None:
    there = [name for name in SOURCES if name == REAL or name in lab.models]
    if source not in there:
        raise ValueError(f"Digits come from {', '.join(there)}; there is no {str(source)[:40]!r}.")
    check_seed(seed)
    number = isinstance(temperature, int | float) and not isinstance(temperature, bool)
    if not number or not 0 <= temperature <= 2:
        raise ValueError(f"The temperature lies in 0 to 2; received {quoted(temperature)}.")
    if digit is not None and not _whole(digit, 0, 9):
        raise ValueError(f"A class is one of 0 to 9; received {quoted(digit)}.")


def _check_turned(lab: Any, model: str) -> None:
    there = [name for name in TURNED if name in lab.models]
    if model not in there:
        raise ValueError(f"Sliders are there for {', '.join(there)}, not for {str(model)[:40]!r}.")


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _figures(values: np.ndarray) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
