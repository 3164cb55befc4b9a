"""Latent map: two planes of codes side by side, one with holes, one without."""

from typing import Any

from mnistlab.inference import latent_map
from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.pictures import read_picture_text
from mnistlab.ui.answering import Answer, Request, answering
from mnistlab.ui.widget import widget

TITLE = "Latent map"
NAME = "map"


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering(keeper)
    def overview(lab: Any, request: Request) -> Answer:
        """Markers, density and decoded grid of each map, once."""
        return latent_map.overview(lab)

    @answering(keeper)
    def locate(lab: Any, request: Request) -> Answer:
        """Where the digit of `{"digit": ...}` lies on each map."""
        return latent_map.locate(lab, read_picture_text(request["digit"]))

    @answering(keeper)
    def decode_at(lab: Any, request: Request) -> Answer:
        """What is at `{"model": "vae_2d", "z": [0.5, -1]}`."""
        place = latent_map.decode_at(lab, request["model"], request["z"])
        return {**place, "weights": lab.revision}

    widget(NAME, server_functions=[overview, locate, decode_at])
