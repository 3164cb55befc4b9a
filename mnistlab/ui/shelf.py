"""What two tabs ask of the test digits that travel with the app: of which class each is."""

from collections.abc import Callable
from typing import Any

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.shelf import labels
from mnistlab.ui.answering import Answer, Request, answering


def classes(keeper: LabKeeper) -> Callable[[Any], Answer]:
    """The server function `shelf`: the classes of the digits, a character each."""

    @answering(keeper)
    def shelf(lab: Any, request: Request) -> Answer:
        return {"labels": "".join(str(int(label)) for label in labels(lab))}

    return shelf
