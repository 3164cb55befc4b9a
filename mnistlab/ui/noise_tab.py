"""Noise: your digit spoiled on purpose, and every network on the same spoiled digit."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.noising import add_noise, compare_models
from mnistlab.inference.pictures import picture_text, read_picture_text
from mnistlab.ui.answering import Answer, Request, answering
from mnistlab.ui.widget import widget

TITLE = "Noise"
NAME = "noise"


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering(keeper)
    def spoil(lab: Any, request: Request) -> Answer:
        """All networks on `{"digit": ..., "kind": "gaussian", "strength": 0.5, "seed": 7}`."""
        return ask_with_noise(lab, request, compare_models)

    widget(NAME, server_functions=[spoil])


def ask_with_noise(
    lab: Any, request: Request, question: Callable[[Any, np.ndarray, np.ndarray], Answer]
) -> Answer:
    """Spoil the digit of a request, and ask `question(lab, clean, noisy)` of it.

    Returns:
        The answer with its pictures as text, and `picture`, the noisy digit.
    """
    clean = read_picture_text(request["digit"])
    noisy = add_noise(clean, request["kind"], request["strength"], request["seed"])
    answer = question(lab, clean, noisy)
    rows = {
        name: {**row, "picture": picture_text(row["picture"])}
        for name, row in answer["rows"].items()
    }
    return {**answer, "rows": rows, "picture": picture_text(noisy), "weights": lab.revision}
