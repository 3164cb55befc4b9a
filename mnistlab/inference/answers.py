"""What the named endpoints answer: pictures of whole numbers and figures, ready for JSON.

A digit goes in as (28, 28) float32 in [0, 1], made by `as_digit`, and comes out as 28 rows of 28
whole numbers, 0 = paper, 255 = ink. As `as_digit` leaves no finer steps than these, the `input` of
an answer is exactly what the networks saw.
"""

from typing import Any

import numpy as np

from mnistlab.data.drawing import checked_ink, normalize_drawing
from mnistlab.data.filters import FILTERS
from mnistlab.data.paper import remove_paper
from mnistlab.data.resampling import scaled
from mnistlab.evaluation.pixels import psnr, relative_error, ssim
from mnistlab.inference import interpolate as walking
from mnistlab.inference import noising, sampling
from mnistlab.inference.answer_types import (
    CleanedDigit,
    CleanedDigits,
    Decoded,
    Judged,
    NoisyDigit,
    Picture,
    Reading,
    Reconstructions,
    Samples,
    Walk,
)
from mnistlab.inference.checks import checked_code
from mnistlab.inference.pictures import SIDE, to_bytes, unpacked
from mnistlab.inference.verdict import Verdict, judge

NO_DECODER = ("denoising", "classifier")  # whose decoder needs more than a code, or is not there


def as_digit(grey: np.ndarray, normalize: bool = True) -> np.ndarray:
    """A picture of any size as the networks take it, in steps of 1 / 255.

    Args:
        grey: (h, w) of a drawing, as `normalize_drawing` takes it.
        normalize: make of it what MNIST would have made. Otherwise one of 28 x 28 is taken as it
            is, 0 = paper; any other loses its paper and is made small as a whole.

    Returns:
        (28, 28) float32 in [0, 1].

    Raises:
        ValueError: there is no digit on it, or it is no picture; the message says which.
    """
    if not isinstance(normalize, bool):
        raise ValueError(f"normalize is true or false; received {repr(normalize)[:40]}.")
    if normalize:
        digit = normalize_drawing(grey)
    else:
        digit = checked_ink(grey)
        digit = digit if digit.shape == (SIDE, SIDE) else _made_small(remove_paper(digit))
    pixels = to_bytes(digit)
    if np.ptp(pixels) == 0:
        raise ValueError("Draw a digit first: the picture is blank.")
    return pixels.astype(np.float32) / 255


def reconstruct(lab: Any, digit: np.ndarray) -> Reconstructions:
    """All models on one digit.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        digit: from `as_digit`.
    """
    seen = lab.examine(digit[None])
    verdict = judge(lab, digit, float(seen.strangeness[0]))
    return {
        "input": _picture(digit),
        **_judged(verdict, seen.probabilities[0]),
        "strangeness": _figure(seen.strangeness[0]),
        "models": {
            name: {
                "reconstruction": _picture(reading.reconstruction[0]),
                "mse": _figure(reading.mse[0]),
                "relative_error": _figure(reading.relative_error[0]),
                "percentile": _figure(reading.percentile[0]),
                "code": _numbers(reading.code[0]),
                **_read(reading.probabilities[0]),
            }
            for name, reading in seen.readings.items()
        },
        "weights": lab.revision,
    }


def add_noise(lab: Any, digit: np.ndarray, kind: str, strength: float, seed: int) -> NoisyDigit:
    """Spoil a digit; the same seed spoils it in the same way.

    Raises:
        ValueError: kind, strength or seed is out of its bounds; the message names them.
    """
    noisy = noising.add_noise(digit, kind, strength, seed)
    pair = digit[None], noisy[None]
    return {
        "input": _picture(digit),
        "noisy": _picture(noisy),
        "relative_error": _figure(relative_error(*pair)[0]),
        "psnr": _figure(min(noising.PSNR_CAP, psnr(*pair))),
        "ssim": _figure(ssim(*pair)[0]),
        **_judged(_verdicts(lab, digit)[0], lab.classify(noisy[None])[0]),
        "weights": lab.revision,
    }


def denoise(lab: Any, noisy: np.ndarray) -> CleanedDigits:
    """A noisy digit as every model and every filter gives it back.

    Noise is stranger than any scribble, so what is judged is the digit that the denoiser finds.
    """
    cleaned = noising.clean_up(lab, noisy)
    before, *after = lab.classify(np.stack([noisy, *cleaned.values()]))
    rows: dict[str, CleanedDigit] = {
        name: {"denoised": _picture(picture), **_read(chances)}
        for (name, picture), chances in zip(cleaned.items(), after, strict=True)
    }
    return {
        "input": _picture(noisy),
        **_judged(_verdicts(lab, cleaned["denoising"])[0], before),
        "models": {name: row for name, row in rows.items() if name not in FILTERS},
        "filters": {name: rows[name] for name in FILTERS},
        "weights": lab.revision,
    }


def sample(
    lab: Any, model: str, count: int, seed: int, temperature: float, digit: int | None
) -> Samples:
    """Draw digits from a generator, as the Sample tab does.

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    generators = [name for name in sampling.SOURCES if name in lab.models]
    if model not in generators:
        raise ValueError(f"{str(model)[:40]!r} cannot sample; {', '.join(generators)} can.")
    drawn = sampling.sheet(lab, model, count, seed, temperature, digit)
    return {
        "samples": _unpacked_pictures(drawn["pictures"]),
        "read_as": drawn["read_as"],
        "confidence": drawn["confidence"],
        "nearest": _unpacked_pictures(drawn["nearest"]),
        "nearest_label": drawn["nearest_label"],
        "distance": drawn["distance"],
        "weights": lab.revision,
    }


def interpolate(
    lab: Any, digit_a: np.ndarray, digit_b: np.ndarray, model: str, steps: int, path: str
) -> Walk:
    """Walk from the code of one digit to that of another.

    Raises:
        ValueError: something is out of its bounds; the message names them.
    """
    walked = walking.interpolate(lab, digit_a, digit_b, model, steps, path)
    return {
        "inputs": [_picture(digit_a), _picture(digit_b)],
        "verdicts": [verdict.says for verdict in _verdicts(lab, digit_a, digit_b)],
        "frames": [_picture(frame) for frame in walked["frames"]],
        "codes": [_numbers(code) for code in walked["codes"]],
        "read_as": walked["read_as"].tolist(),
        "confidence": [_figure(p) for p in walked["confidence"]],
        "weights": lab.revision,
    }


def decode(lab: Any, model: str, code: list[float]) -> Decoded:
    """The picture of a code, and what the referee reads in it.

    Raises:
        ValueError: the model is unknown or cannot decode, or that is not a code of it.
    """
    able = [name for name in lab.models if name not in NO_DECODER]
    if model not in able:
        raise ValueError(f"{str(model)[:40]!r} cannot decode; {', '.join(able)} can.")
    width = lab.code_size(model)
    picture = lab.decode(model, checked_code(code, model, width)[None])
    return {
        "picture": _picture(picture[0]),
        **_read(lab.classify(picture)[0]),
        "weights": lab.revision,
    }


def _made_small(ink: np.ndarray) -> np.ndarray:
    """The whole picture in 28 x 28, its longer side from edge to edge."""
    small = scaled(ink, max(ink.shape) / SIDE)
    top, left = ((SIDE - size) // 2 for size in small.shape)
    square = np.zeros((SIDE, SIDE), np.float32)
    square[top : top + small.shape[0], left : left + small.shape[1]] = small
    return square


def _verdicts(lab: Any, *digits: np.ndarray) -> list[Verdict]:
    strangeness = lab.examine(np.stack(digits)).strangeness
    return [judge(lab, *pair) for pair in zip(digits, strangeness.tolist(), strict=True)]


def _judged(verdict: Verdict, chances: np.ndarray) -> Judged:
    """The verdict, and the reading unless it is of no digit."""
    if verdict.id == "not":
        return {"verdict": verdict.says, "read_as": None, "confidence": None}
    return {"verdict": verdict.says, **_read(chances)}


def _read(chances: np.ndarray) -> Reading:
    return {"read_as": int(chances.argmax()), "confidence": _figure(chances.max())}


def _picture(image: np.ndarray) -> Picture:
    return to_bytes(image).tolist()


def _unpacked_pictures(text: str) -> list[Picture]:
    return unpacked(text).reshape(-1, SIDE, SIDE).tolist()


def _figure(value: float) -> float:
    return float(f"{float(value):.4g}")


def _numbers(code: np.ndarray) -> list[float]:
    return [float(f"{z:.6g}") for z in code]
