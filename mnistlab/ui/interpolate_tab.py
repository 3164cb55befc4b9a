"""Interpolate: from one digit to another, through codes and through pixels."""

import base64
from typing import Any

import numpy as np

from mnistlab.data.drawing import normalize_drawing
from mnistlab.inference import shelf
from mnistlab.inference.interpolate import FADE, as_gif, as_png, morph, strips
from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.pictures import picture_text, read_picture_text
from mnistlab.ui.answering import Answer, Request, answering
from mnistlab.ui.shelf import classes
from mnistlab.ui.widget import widget
from mnistlab.ui.wire import decode_ink

TITLE = "Interpolate"
NAME = "interpolate"
PLAIN = ("multilayer", "vanilla")  # the autoencoders to compare the VAE with
TITLES = {"vae": "VAE", "multilayer": "Multilayer", "vanilla": "Vanilla", FADE: "Cross-fade"}
KEPT = ("gif", "png")


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering(keeper)
    def ways(lab: Any, request: Request) -> Answer:
        """Three strips for `{"a", "b", "plain", "steps", "path"}`; see `_end` for the ends."""
        ends = {name: _end(lab, request[name]) for name in ("a", "b")}
        walked = _strips(lab, request, ends["a"][0], ends["b"][0])
        return {
            **{name: {"picture": picture_text(digit), "label": label}
               for name, (digit, label) in ends.items()},
            "ways": {name: _travelling(way) for name, way in walked.items()},
            "weights": lab.revision,
        }  # fmt: skip

    @answering(keeper)
    def corners(lab: Any, request: Request) -> Answer:
        """The square between `{"a", "b", "c", "d", "path"}`, decoded by the VAE."""
        digits = np.stack([_end(lab, request[name])[0] for name in "abcd"])
        return _travelling(morph(lab, digits, path=request["path"]))

    @answering(keeper)
    def keep(lab: Any, request: Request) -> Answer:
        """The strips of `ways` as a file in base64; `"as"` is "gif" or "png"."""
        a, b = (_end(lab, request[name])[0] for name in ("a", "b"))
        walked = {TITLES[name]: way for name, way in _strips(lab, request, a, b).items()}
        if request["as"] not in KEPT:
            raise ValueError(f"A strip is kept as {' or '.join(KEPT)}.")
        gif = request["as"] == "gif"
        file = as_gif({k: way["frames"] for k, way in walked.items()}) if gif else as_png(walked)
        return {"file": base64.b64encode(file).decode("ascii")}

    widget(NAME, server_functions=[classes(keeper), ways, corners, keep])


def _strips(
    lab: Any, request: Request, a: np.ndarray, b: np.ndarray
) -> dict[str, dict[str, np.ndarray]]:
    plain = request["plain"]
    if plain not in PLAIN:
        raise ValueError(f"The plain autoencoder is {' or '.join(PLAIN)}.")
    return strips(lab, a, b, ("vae", plain), request["steps"], request["path"])


def _travelling(way: dict[str, np.ndarray]) -> Answer:
    return {
        "frames": picture_text(way["frames"]),
        "read_as": way["read_as"].tolist(),
        "confidence": [round(float(p), 4) for p in way["confidence"]],
    }


def _end(lab: Any, end: object) -> tuple[np.ndarray, int | None]:
    """An end of the walk and its class, if known.

    It is `{"test": 17}`, `{"ink": text}`, a drawing to be normalised, or `{"digit": text}`, a digit
    as the networks see it.
    """
    if not isinstance(end, dict):
        raise ValueError("An end of the walk is missing: draw a digit or choose a test digit.")
    if "test" in end:
        return shelf.pick(lab, end["test"])
    if "ink" in end:
        ink = decode_ink(end["ink"])
        if not ink.any():
            raise ValueError("Draw a digit first: a pad is blank.")
        return normalize_drawing(ink), None
    return read_picture_text(end.get("digit")), None
