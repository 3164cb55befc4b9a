"""Noise on one digit: what every network makes of it, and whether that beats a filter.

Pictures are (28, 28) float32 in [0, 1]; for the page and the API alike.
"""

from typing import Any

import numpy as np

from mnistlab.data.filters import FILTERS
from mnistlab.data.noise import corrupt
from mnistlab.evaluation.pixels import psnr, relative_error, ssim

# The PSNR of rounding to 8 bits, whose error has the variance (1 / 255)**2 / 12: no picture that
# travels as bytes is closer to the truth, so nothing is infinite.
PSNR_CAP = 58.9


def add_noise(image: np.ndarray, kind: str, strength: float, seed: int) -> np.ndarray:
    """Spoil one digit; the same seed spoils it in the same way.

    Args:
        image: (28, 28) in [0, 1].
        kind: key of `NOISES`.
        strength: 0 leaves the digit alone, 1 is the most; each kind says what it means.
        seed: 0 to 2**32 - 1.

    Returns:
        (28, 28) float32 in [0, 1].

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    return corrupt(checked_digit(image)[None], kind, strength, seed)[0]


def clean_up(lab: Any, noisy: np.ndarray) -> dict[str, np.ndarray]:
    """A noisy digit as every network and every filter gives it back, by id; each (28, 28).

    Raises:
        ValueError: it is no digit.
    """
    seen = lab.examine(checked_digit(noisy)[None])
    networks = {name: reading.reconstruction[0] for name, reading in seen.readings.items()}
    return networks | {name: entry.apply(noisy[None])[0] for name, entry in FILTERS.items()}


def compare_models(lab: Any, clean: np.ndarray, noisy: np.ndarray) -> dict[str, Any]:
    """What every network makes of a noisy digit, held against the clean one.

    Returns:
        `clean` and `noisy`: what the referee reads there, how surely, and the relative error;
        `rows`: for each network `picture`, `relative_error`, `error_without_noise`, `read_as` and
        `confidence`.

    Raises:
        ValueError: one of the two is no digit, or the clean one is blank.
    """
    clean, noisy = _with_ink(clean), checked_digit(noisy)
    seen = lab.examine(np.stack([clean, noisy]))
    rows = {}
    for name, reading in seen.readings.items():
        picture = reading.reconstruction[1]
        rows[name] = {
            "picture": picture,
            "relative_error": _error(clean, picture),
            "error_without_noise": _figure(reading.relative_error[0]),
            **_reading(reading.probabilities[1]),
        }
    return {
        "clean": {"relative_error": 0.0, **_reading(seen.probabilities[0])},
        "noisy": {"relative_error": _error(clean, noisy), **_reading(seen.probabilities[1])},
        "rows": rows,
    }


def compare_denoisers(lab: Any, clean: np.ndarray, noisy: np.ndarray) -> dict[str, Any]:
    """How much nearer to the clean digit every network and every filter comes than the noisy one.

    Returns:
        `clean`: what the referee reads there, and how surely. `noisy` and, in `rows`, each network
        and filter: `psnr` in decibels and `ssim` against the clean digit, `read_as` and
        `confidence`; in `rows` also `picture`, `psnr_gain` and
        `ssim_gain`, the figure less that of the noisy digit. `best`: the id with the largest gain
        in `psnr` and in `ssim`.

    Raises:
        ValueError: one of the two is no digit, or the clean one is blank.
    """
    clean, noisy = _with_ink(clean), checked_digit(noisy)
    cleaned = clean_up(lab, noisy)
    pictures = np.stack([noisy, *cleaned.values()])
    likeness = ssim(np.broadcast_to(clean, pictures.shape), pictures)
    of_clean, *of_others = lab.classify(np.stack([clean, *pictures]))
    before, *after = [
        {
            "psnr": _figure(min(PSNR_CAP, psnr(clean[None], picture[None]))),
            "ssim": _figure(similarity),
            **_reading(chances),
        }
        for picture, similarity, chances in zip(pictures, likeness, of_others, strict=True)
    ]
    rows = {
        name: {
            "picture": picture,
            **figures,
            "psnr_gain": _figure(figures["psnr"] - before["psnr"]),
            "ssim_gain": _figure(figures["ssim"] - before["ssim"]),
        }
        for (name, picture), figures in zip(cleaned.items(), after, strict=True)
    }
    best = {
        measure: max(rows, key=lambda name, gain=f"{measure}_gain": rows[name][gain])
        for measure in ("psnr", "ssim")
    }
    return {"clean": _reading(of_clean), "noisy": before, "rows": rows, "best": best}


def checked_digit(image: np.ndarray) -> np.ndarray:
    """One picture as float32, or a sentence about why it is none."""
    array = np.asarray(image)
    if array.shape != (28, 28) or array.dtype.kind not in "fiub":
        raise ValueError(f"A digit is 28 x 28 numbers; received {array.shape} {array.dtype}.")
    array = array.astype(np.float32)
    if not (array.min() >= 0 and array.max() <= 1):
        raise ValueError(f"Pixels lie in [0, 1]; received {array.min():.3g} to {array.max():.3g}.")
    return array


def _with_ink(image: np.ndarray) -> np.ndarray:
    clean = checked_digit(image)
    if not clean.any():
        raise ValueError("Draw a digit first: the pad is blank.")
    return clean


def _error(clean: np.ndarray, picture: np.ndarray) -> float:
    return _figure(relative_error(clean[None], picture[None])[0])


def _reading(chances: np.ndarray) -> dict[str, Any]:
    return {"read_as": int(chances.argmax()), "confidence": round(float(chances.max()), 4)}


def _figure(value: float) -> float:
    return float(f"{float(value):.4g}")
