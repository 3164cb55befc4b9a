"""Sample: what the generators draw, beside real digits, and every number of a code on a slider."""

from typing import Any

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.pictures import read_picture_text
from mnistlab.inference.sampling import dimensions as turnable_dimensions
from mnistlab.inference.sampling import sheet as draw_sheet
from mnistlab.inference.sampling import tally as count_classes
from mnistlab.inference.sampling import turn as decode_turned
from mnistlab.ui.answering import Answer, Request, answering
from mnistlab.ui.widget import widget

TITLE = "Sample"
NAME = "sample"


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering(keeper)
    def sheet(lab: Any, request: Request) -> Answer:
        """A grid of one source for `{"source", "count", "seed", "temperature", "digit"}`."""
        drawn = draw_sheet(lab, request["source"], request["count"], **_draw(request))
        return {**drawn, "weights": lab.revision}

    @answering(keeper)
    def tally(lab: Any, request: Request) -> Answer:
        """The classes of 500 draws for `{"source", "seed", "temperature", "digit"}`."""
        return count_classes(lab, request["source"], **_draw(request))

    @answering(keeper)
    def dimensions(lab: Any, request: Request) -> Answer:
        """The code of `{"model", "digit"}` with a range for each of its numbers."""
        return turnable_dimensions(lab, request["model"], read_picture_text(request["digit"]))

    @answering(keeper)
    def turn(lab: Any, request: Request) -> Answer:
        """The picture of `{"model", "code": [...]}`."""
        return decode_turned(lab, request["model"], request["code"])

    widget(NAME, server_functions=[sheet, tally, dimensions, turn])


def _draw(request: Request) -> dict[str, Any]:
    """What a draw is made from; `mnistlab.inference.sampling` says what is wrong with it."""
    return {
        "seed": request.get("seed", 0),
        "temperature": request.get("temperature", 1.0),
        "digit": request["digit"],
    }
