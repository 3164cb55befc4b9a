"""What every network makes of a digit, ready for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnistlab.data.seeds import check_seed
from mnistlab.hub.files import quoted
from mnistlab.inference.pictures import code_levels, packed_texts, to_bytes
from mnistlab.inference.verdict import judge

ACTIVE = 1e-3  # a unit of a sparse code is on above this share of the largest
GAN_SAMPLES = 1000


@dataclass(frozen=True)
class Question:
    """One digit to examine.

    Args:
        digit: (28, 28) float32 in [0, 1], as the networks are to see it.
        other: the same drawing prepared the other way (not normalised, or normalised after all);
            its errors come back as `other_error`.

    Raises:
        ValueError: one of the two is blank or not 28 x 28 numbers.
    """

    digit: np.ndarray
    other: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check(self.digit)
        if self.other is not None:
            _check(self.other)


def examine(lab: Any, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """All networks on one or more digits, in one pass: many together cost a fraction each.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        questions: at least one.

    Returns:
        For each question a dict ready for JSON. Pictures and codes are packed text; of a code,
        signed, 127 stands for `scale`, of its `sd`, unsigned, 255.
    """
    digits = np.stack([question.digit for question in questions]).astype(np.float32)
    others = [question.other for question in questions if question.other is not None]
    seen = lab.examine(digits, np.stack(others).astype(np.float32) if others else None)
    rows = {
        name: _rows(name, reading, lab.exhibits.spread.get(name))
        for name, reading in seen.readings.items()
    }
    answers = []
    for i, picture in enumerate(to_bytes(digits)):
        strangeness = float(seen.strangeness[i])
        verdict = judge(lab, digits[i], strangeness)
        answers.append(
            {
                "input": picture,
                "referee": [round(p, 4) for p in seen.probabilities[i].tolist()],
                "strangeness": round(strangeness, 2),
                "verdict": verdict.id,
                "says": verdict.says,
                "why": verdict.why,
                "weights": lab.revision,
                "models": {name: of_model[i] for name, of_model in rows.items()},
            }
        )
    compared = [
        answer
        for answer, question in zip(answers, questions, strict=True)
        if question.other is not None
    ]
    for place, answer in enumerate(compared):
        for name, row in answer["models"].items():
            row["other_error"] = _figure(seen.other_errors[name][place])
    _pack(answers)
    return answers


def resample(lab: Any, digit: np.ndarray, model: str, seed: int) -> np.ndarray:
    """Decode one draw from the posterior of a variational model.

    Returns:
        (28, 28) in [0, 1].

    Raises:
        ValueError: the model has no posterior, or the seed is out of range.
    """
    check_seed(seed)
    _check(digit)
    reading = lab.examine(digit[None].astype(np.float32)).readings.get(model)
    if reading is None or reading.code_sd is None:
        raise ValueError(
            f"Only a variational model has a posterior to draw from, not {quoted(model)}."
        )
    noise = np.random.default_rng(seed).standard_normal(reading.code.shape)
    return lab.decode(model, (reading.code + reading.code_sd * noise).astype(np.float32))[0]


def _check(digit: np.ndarray) -> None:
    if digit.shape != (28, 28) or not np.isfinite(digit).all():
        raise ValueError(f"A digit is 28 x 28 finite numbers; received {digit.shape}.")
    if digit.max() <= 0:
        raise ValueError("Draw a digit first: the pad is blank.")


def _rows(name: str, reading: Any, spread: np.ndarray | None) -> list[dict[str, Any]]:
    """What one model makes of each digit; its pictures and codes are still arrays."""
    codes, sds = reading.code, reading.code_sd
    reach = 0.0 if sds is None else (np.abs(codes) + sds).max(axis=1)
    levels, scales = code_levels(codes, at_least=np.maximum(_usual(spread), reach))
    pictures = to_bytes(reading.reconstruction)
    figures = zip(
        reading.mse.tolist(),
        reading.relative_error.tolist(),
        reading.percentile.tolist(),
        reading.probabilities.argmax(axis=1).tolist(),
        reading.probabilities.max(axis=1).tolist(),
        scales.tolist(),
        strict=True,
    )
    rows = [
        {
            "reconstruction": pictures[i],
            "mse": _figure(mse),
            "relative_error": _figure(error),
            "percentile": round(percentile, 2),
            "code": levels[i],
            "scale": _figure(scale),
            "note": _note(name, codes[i], None if sds is None else sds[i]),
            "read_as": read_as,
            "confidence": round(confidence, 4),
        }
        for i, (mse, error, percentile, read_as, confidence, scale) in enumerate(figures)
    ]
    if sds is not None:
        widths = np.rint(np.clip(sds / scales[:, None], 0, 1) * 255).astype(np.uint8)
        for row, width in zip(rows, widths, strict=True):
            row["sd"] = width
    return rows


def _pack(answers: list[dict[str, Any]]) -> None:
    """Turn every array of the answers into text, all of them in one go."""
    places = [
        (part, key)
        for answer in answers
        for part in (answer, *answer["models"].values())
        for key, value in part.items()
        if isinstance(value, np.ndarray)
    ]
    texts = packed_texts([part[key] for part, key in places])
    for (part, key), text in zip(places, texts, strict=True):
        part[key] = text


def _usual(spread: np.ndarray | None) -> float:
    """How far the codes of test digits reach, so that a strip keeps its scale while one draws."""
    return 0.0 if spread is None else float((np.abs(spread[0]) + 2 * spread[1]).max())


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
