"""Draw: your digit on the pad, and every network on it at once."""

import base64
import binascii
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from mnistlab.data.drawing import drawing_steps
from mnistlab.data.picture import MAX_BYTES, ink_from_picture
from mnistlab.inference import shelf
from mnistlab.inference.examine import Question
from mnistlab.inference.examine import examine as examine_digits
from mnistlab.inference.examine import resample as resample_digit
from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.latent_map import axes as axes_of_maps
from mnistlab.inference.pictures import packed_texts, picture_text, read_picture_text, to_bytes
from mnistlab.ui.answering import Answer, Request, answering, answering_together
from mnistlab.ui.shelf import classes
from mnistlab.ui.widget import widget
from mnistlab.ui.wire import GRID, decode_ink, encode_ink

TITLE = "Draw"
NAME = "draw"
NO_STEPS = np.empty(0, np.uint8)  # of a test digit, which comes as it is


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering_together(keeper, prepare)
    def examine(lab: Any, prepared: Sequence[Prepared]) -> list[Answer]:
        """All networks on `{"test": 17}` or on `{"ink": text, "normalize": true, "compare": true}`.

        Compared is the drawing prepared the other way, unless `compare` is false.
        """
        answers = examine_digits(lab, [each.question for each in prepared])
        steps = packed_texts([each.steps for each in prepared])
        return [
            answer | each.known | ({"steps": text} if text else {})
            for answer, each, text in zip(answers, prepared, steps, strict=True)
        ]

    @answering(keeper)
    def axes(lab: Any, request: Request) -> Answer:
        """Where test digits lie along the two axes of each map, once."""
        return axes_of_maps(lab)

    @answering(keeper)
    def resample(lab: Any, request: Request) -> Answer:
        """One draw from the posterior of a VAE for `{"digit": ..., "model": "vae", "seed": 7}`."""
        digit = read_picture_text(request["digit"])
        again = resample_digit(lab, digit, str(request["model"]), request.get("seed", 0))
        return {"reconstruction": picture_text(again)}

    @answering(keeper)
    def read_picture(lab: Any, request: Request) -> Answer:
        """The ink of an uploaded picture, as the pad takes it."""
        ink = ink_from_picture(io.BytesIO(_picture_bytes(request["picture"])))
        return {"ink": encode_ink(_on_pad(ink))}

    widget(NAME, server_functions=[examine, axes, resample, classes(keeper), read_picture])


class Prepared(NamedTuple):
    """What the networks are asked, what is known already, and a drawing's steps (3, 28, 28)."""

    question: Question
    known: Answer
    steps: np.ndarray = NO_STEPS


def prepare(lab: Any, request: Request) -> Prepared:
    """Read what `examine` is asked, and normalise what was drawn.

    Raises:
        ValueError: there is no such test digit, or no digit on the pad.
    """
    if "test" in request:
        digit, label = shelf.pick(lab, request["test"])
        return Prepared(Question(digit), {"label": label})
    ink = decode_ink(request["ink"])
    if not ink.any():
        raise ValueError("Draw a digit first: the pad is blank.")
    raw, box, centred = drawing_steps(ink)
    digit, other = (raw, centred) if request["normalize"] is False else (centred, raw)
    compared = other if request["compare"] is not False else None
    return Prepared(Question(digit, compared), {}, to_bytes(np.stack([raw, box, centred])))


def _picture_bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("The picture did not arrive whole. Try again.")
    if len(text) > MAX_BYTES * 4 // 3 + 4:
        raise ValueError("That picture is larger than 2 MB; crop it, or save it smaller.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("The picture did not arrive whole. Try again.") from None


def _on_pad(ink: np.ndarray) -> np.ndarray:
    """Fit ink of any size into the pad, as large as it goes; (140, 140) booleans."""
    height, width = ink.shape
    scale = GRID / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    fitted = Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    pad = np.zeros((GRID, GRID), bool)
    top, left = (GRID - size[1]) // 2, (GRID - size[0]) // 2
    pad[top : top + size[1], left : left + size[0]] = np.asarray(fitted) > 0.5
    if not pad.any():
        raise ValueError("No ink is left of that picture; one with stronger lines may work.")
    return pad
