"""Draw: your digit on the pad, and every network on it at once."""

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.widget import widget

TITLE = "Draw"
NAME = "draw"


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""
    widget(NAME)
