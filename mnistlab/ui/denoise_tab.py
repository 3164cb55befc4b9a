"""Denoise: the denoiser against all other networks and against filters, on one digit and on all."""

from typing import Any

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.noising import compare_denoisers
from mnistlab.ui.answering import Answer, Request, answering
from mnistlab.ui.noise_tab import ask_with_noise
from mnistlab.ui.widget import widget

TITLE = "Denoise"
NAME = "denoise"


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering(keeper)
    def denoise(lab: Any, request: Request) -> Answer:
        """All of them on `{"digit": ..., "kind": "gaussian", "strength": 0.5, "seed": 7}`."""
        return ask_with_noise(lab, request, compare_denoisers)

    @answering(keeper)
    def curves(lab: Any, request: Request) -> Answer:
        """Quality against noise over the test set, all kinds; and the sigma of the training."""
        card = lab.cards.get("denoising")
        return {
            "kinds": lab.metrics.get("noise_curves", {}),
            "trained_at": card.configuration.get("sigma") if card else None,
        }

    widget(NAME, server_functions=[denoise, curves])
