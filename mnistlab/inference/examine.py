"""What every network makes of one digit, ready for the page."""

from typing import Any

import numpy as np

from mnistlab.inference.pictures import code_text, packed_text, picture_text

# The share of test digits, in per cent, that are at least as strange as the drawing: below the
# first figure it may be no digit, below the second it is called none.
UNSURE, NOT_A_DIGIT = 5.0, 1.0
ACTIVE = 1e-3  # a unit of a sparse code is on above this share of the largest
GAN_SAMPLES = 1000


def examine(lab: Any, digit: np.ndarray, raw: np.ndarray | None = None) -> dict[str, Any]:
    """All networks on one digit.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        digit: (28, 28) float32 in [0, 1], as the networks are to see it.
        raw: the same drawing prepared the other way (not normalised, or normalised after all); its
            errors come back as `other_error`.

    Returns:
        A dict ready for JSON. Pictures and codes are packed text; of a code, signed, 127 stands for
        `scale`, of its `sd`, unsigned, 255.

    Raises:
        ValueError: the digit is blank or not 28 x 28 numbers.
    """
    images = np.stack([_checked(digit)] + ([] if raw is None else [_checked(raw)]))
    seen = lab.examine(images)
    strangeness = float(seen.strangeness[0])
    verdict, says, why = _verdict(strangeness)
    return {
        "input": picture_text(images[0]),
        "referee": [round(float(p), 4) for p in seen.probabilities[0]],
        "strangeness": round(strangeness, 2),
        "verdict": verdict,
        "says": says,
        "why": why,
        "weights": lab.revision,
        "models": {
            name: _row(name, reading, lab.exhibits.spread.get(name))
            for name, reading in seen.readings.items()
        },
    }


def resample(lab: Any, digit: np.ndarray, model: str, seed: int) -> np.ndarray:
    """Decode one draw from the posterior of a variational model.

    Returns:
        (28, 28) in [0, 1].

    Raises:
        ValueError: the model has no posterior, or the seed is out of range.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"A seed is a whole number from 0 to {2**32 - 1:,}; received {seed!r}.")
    reading = lab.examine(_checked(digit)[None]).readings.get(model)
    if reading is None or reading.code_sd is None:
        raise ValueError(f"Only a variational model has a posterior to draw from, not {model!r}.")
    noise = np.random.default_rng(seed).standard_normal(reading.code.shape)
    return lab.decode(model, (reading.code + reading.code_sd * noise).astype(np.float32))[0]


def _checked(digit: np.ndarray) -> np.ndarray:
    if digit.shape != (28, 28) or not np.isfinite(digit).all():
        raise ValueError(f"A digit is 28 x 28 finite numbers; received {digit.shape}.")
    if digit.max() <= 0:
        raise ValueError("Draw a digit first: the pad is blank.")
    return digit.astype(np.float32)


def _verdict(strangeness: float) -> tuple[str, str, str]:
    """An id, a title and the reason."""
    if strangeness >= UNSURE:
        share = f"{strangeness:.0f} %"
        return "digit", "Looks like a digit", f"{share} of test digits are at least as strange."
    if strangeness >= NOT_A_DIGIT:
        share = f"{strangeness:.1f} %"
        return "unsure", "Unsure", f"Only {share} of test digits are as strange."
    return "not", "Not a digit", "Fewer than 1 % of test digits are as strange."


def _row(name: str, reading: Any, spread: np.ndarray | None) -> dict[str, Any]:
    code = reading.code[0]
    sd = None if reading.code_sd is None else reading.code_sd[0]
    text, scale = code_text(code, at_least=max(_usual(spread), _reach(code, sd)))
    chances = reading.probabilities[0]
    row = {
        "reconstruction": picture_text(reading.reconstruction[0]),
        "mse": _figure(reading.mse[0]),
        "relative_error": _figure(reading.relative_error[0]),
        "percentile": round(float(reading.percentile[0]), 2),
        "code": text,
        "scale": _figure(scale),
        "note": _note(name, code, sd),
        "read_as": int(chances.argmax()),
        "confidence": round(float(chances.max()), 4),
    }
    if sd is not None:
        widths = np.rint(np.clip(sd / scale, 0, 1) * 255).astype(np.uint8)
        row["sd"] = packed_text(widths)
    if len(reading.relative_error) > 1:
        row["other_error"] = _figure(reading.relative_error[1])
    return row


def _usual(spread: np.ndarray | None) -> float:
    """How far the codes of test digits reach, so that a strip keeps its scale while one draws."""
    return 0.0 if spread is None else float((np.abs(spread[0]) + 2 * spread[1]).max())


def _reach(code: np.ndarray, sd: np.ndarray | None) -> float:
    return 0.0 if sd is None else float((np.abs(code) + sd).max())


def _note(name: str, code: np.ndarray, sd: np.ndarray | None) -> str:
    """One line under the code strip."""
    if name == "gan":
        return f"no encoder: the nearest of {GAN_SAMPLES:,} samples"
    if name == "sparse":
        on = int((np.abs(code) > ACTIVE * max(float(np.abs(code).max()), 1e-12)).sum())
        return f"{on:,} of {code.size:,} units on"
    if code.size == 2:
        point = ", ".join(f"z{i} {_signed(z)}" for i, z in enumerate(code, start=1))
        return point if sd is None else f"{point}, width {sd[0]:.2f} and {sd[1]:.2f}"
    if sd is not None:
        used = int((sd < 0.5).sum())  # the rest is as wide as the prior: it says little
        return f"{used} of {code.size} used, widths {sd.min():.2f} to {sd.max():.2f}"
    return f"{code.size:,} numbers"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _figure(value: float) -> float:
    return float(f"{float(value):.4g}")
