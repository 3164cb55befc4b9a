"""What the Models tab shows: layers, learned filters, training, held-out figures and source."""

import ast
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mnistlab.hub.files import quoted
from mnistlab.inference.pictures import packed_text

SOURCES = Path(__file__).parents[1] / "models"
PAGE = 128  # filters that travel at once
BRIGHTEST = 0.995  # quantile of the sizes of all weights that gets the full colour

# The array of each weights file that can be looked at, and what one picture of it is.
FILTERS = {
    "vanilla": ("decoder/pixels/kernel", "atom"),
    "multilayer": ("encoder/hidden_1/kernel", "unit"),
    "convolutional": ("encoder/filters/kernel", "filter"),
    "sparse": ("decoder/atoms/kernel", "atom"),
    "denoising": ("filters/kernel", "filter"),
    "vae": ("encoder/hidden_1/kernel", "unit"),
    "gan": ("pixels/kernel", "stamp"),
    "ae_2d": ("encoder/hidden_1/kernel", "unit"),
    "vae_2d": ("encoder/hidden_1/kernel", "unit"),
    "classifier": ("down_14/kernel", "filter"),
}
RIVALS = {"ours": "value", "original": "baseline", "linear": "bound"}


def catalogue(lab: Any) -> dict[str, Any]:
    """Which models there are, whose weights they have, and the table of their held-out figures."""
    return {
        "models": list(lab.models),
        "source": lab.source,
        "revision": lab.revision,
        "table": [row for name in lab.models for row in figures(lab, name) if row["beside"]],
    }


def portrait(lab: Any, model: object) -> dict[str, Any]:
    """One model: its layers, how it was trained, its figures, and what its file says of it.

    Raises:
        ValueError: there is no such model.
    """
    name = _known(lab, model)
    card = lab.cards[name]
    return {
        "layers": lab.describe(name),
        "parameters": card.parameters,
        "configuration": dict(card.configuration),
        "epochs": card.epochs,
        "seed": card.seed,
        "minutes": card.minutes,
        "versions": dict(card.versions),
        "history": history(card.history),
        "figures": figures(lab, name),
        "about": (ast.get_docstring(ast.parse(_source(name))) or "").split("\n\n"),
    }


def source(lab: Any, model: object) -> dict[str, str]:
    """The file in which a model is written.

    Raises:
        ValueError: there is no such model.
    """
    name = _known(lab, model)
    return {"file": f"mnistlab/models/{name}.py", "code": _source(name)}


def replay(lab: Any, model: object) -> dict[str, Any]:
    """Ten digits through the epochs of a model, all frames at once; none where nobody kept them.

    Raises:
        ValueError: there is no such model.
    """
    kept = lab.replay(_known(lab, model))
    if kept is None:
        return {"epochs": []}
    epochs, frames = kept
    return {"epochs": [int(epoch) for epoch in epochs], "frames": packed_text(frames)}


def filters(lab: Any, model: object, first: object = 0) -> dict[str, Any]:
    """Up to `PAGE` of the pictures that a model has learned, as signed bytes.

    Args:
        lab: a `Lab`, or whatever keeps its protocol.
        model: an id.
        first: index of the first.

    Raises:
        ValueError: there is no such model, or no such picture.
    """
    name = _known(lab, model)
    key, kind = FILTERS[name]
    kernel = lab.weights(name).get(key)
    if kernel is None:
        return {"kind": kind, "count": 0}
    pictures = filter_pictures(kernel)
    if isinstance(first, bool) or not isinstance(first, int) or not 0 <= first < len(pictures):
        raise ValueError(
            f"{name} has learned pictures 0 to {len(pictures) - 1}, no {quoted(first)}."
        )
    full = float(np.quantile(np.abs(pictures), BRIGHTEST)) or 1.0
    shown = np.clip(pictures[first : first + PAGE] / full, -1, 1)
    return {
        "kind": kind,
        "count": len(pictures),
        "first": first,
        "side": pictures.shape[1],
        "full": float(f"{full:.3g}"),
        "pictures": packed_text(np.rint(shown * 127).astype(np.int8)),
    }


def filter_pictures(kernel: np.ndarray) -> np.ndarray:
    """A kernel as pictures (n, side, side), by its shape.

    (n, 784): what each of n units draws. (784, n): what each of n units looks for. (3, 3, 16, n):
    the same on a picture folded 4 x 4, so 12 x 12 pixels; (3, 3, 4, n): folded 2 x 2, so 6 x 6.
    (3, 3, n, 16): what each of n channels stamps on a picture that is then unfolded. (s, s, 1, n):
    filters on the picture itself.
    """
    if kernel.ndim == 2:
        return (kernel if kernel.shape[1] == 784 else kernel.T).reshape(-1, 28, 28)
    if kernel.shape[2] == 1:
        return kernel[:, :, 0].transpose(2, 0, 1)
    if kernel.shape[2] in (4, 16):
        by = math.isqrt(kernel.shape[2])
        blocks = kernel.reshape(3, 3, by, by, -1)  # place, place, row, column, filter
        return blocks.transpose(4, 0, 2, 1, 3).reshape(-1, 3 * by, 3 * by)
    # a convolution reads around a place, so what one place writes is turned by half
    blocks = kernel[::-1, ::-1].reshape(3, 3, -1, 4, 4)  # place, place, channel, row, column
    return blocks.transpose(2, 0, 3, 1, 4).reshape(-1, 12, 12)


def history(recorded: Mapping[str, tuple[float, ...]]) -> list[dict[str, Any]]:
    """Each quantity that was watched in training, with its curve on held-out digits beside it."""
    return [
        {"name": name, "training": list(values), "held_out": list(recorded.get(f"val_{name}", ()))}
        for name, values in recorded.items()
        if not name.startswith("val_")
    ]


def figures(lab: Any, model: str) -> list[dict[str, Any]]:
    """The held-out figures of one model, each with what it is held against and who is best."""
    measured = lab.metrics.get("models", {}).get(model, {})
    return [
        {
            "model": model,
            "figure": name,
            **{key: entry.get(key) for key in ("value", "spread", "unit", "n", "seed")},
            **{key: entry.get(key) for key in ("baseline", "bound", "floor", "goal")},
            "beside": any(key in entry for key in ("baseline", "bound", "floor", "goal")),
            "best": best(entry),
            "reached": reached(entry),
        }
        for name, entry in measured.items()
    ]


def best(entry: Mapping[str, Any]) -> str | None:
    """Who has the best figure: "ours", "original" or "linear"; None where nobody competes."""
    rivals = {rival: entry[key] for rival, key in RIVALS.items() if entry.get(key) is not None}
    if len(rivals) < 2 or entry.get("better") not in ("lower", "higher"):
        return None
    return (min if entry["better"] == "lower" else max)(rivals, key=lambda rival: rivals[rival])


def reached(entry: Mapping[str, Any]) -> str | None:
    """The furthest of "goal" and "floor" that a figure has reached, "short" if neither.

    None where it has no target.
    """
    targets = list(_targets(entry))
    sign = 1 if entry.get("better") == "higher" else -1
    for name, target in targets:
        if sign * entry["value"] >= sign * target:
            return name
    return "short" if targets else None


def _targets(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name in ("goal", "floor"):
        if entry.get(name) is not None and entry.get("better") in ("lower", "higher"):
            yield name, entry[name]


def _known(lab: Any, model: object) -> str:
    if not isinstance(model, str) or model not in lab.models:
        raise ValueError(f"Unknown model {str(model)[:40]!r}: there are {', '.join(lab.models)}.")
    return model


def _source(name: str) -> str:
    return (SOURCES / f"{name}.py").read_text(encoding="utf-8")
