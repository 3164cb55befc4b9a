"""The one door between the page and Python: who is asleep, who was wrong, what went wrong."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from mnistlab.inference.keeper import LabKeeper

logger = logging.getLogger(__name__)

Answer = dict[str, Any]


class Request(dict[str, Any]):
    """What a widget asks. What it leaves out is None, for the room that needs it to refuse."""

    def __missing__(self, key: str) -> Any:
        return None


BROKEN = "Something went wrong here; your drawing is safe. Try again."


def answering(
    keeper: LabKeeper,
) -> Callable[[Callable[[Any, Request], Answer]], Callable[[Any], Answer]]:
    """Make `answer(lab, request) -> dict` a server function of a widget.

    The page is told `{"waking": true}` while there is no lab, `{"error": sentence}` when the
    request was wrong (`ValueError`) or when no lab could be loaded, and a plain sentence, with the
    details in the log alone, for anything else. Gradio would turn an exception into a silent null.
    """

    def decorate(answer: Callable[[Any, Request], Answer]) -> Callable[[Any], Answer]:
        @wraps(answer)
        def respond(request: Any = None) -> Answer:
            lab = keeper.lab
            if lab is None:
                return {"error": keeper.problem} if keeper.problem else {"waking": True}
            try:
                if not isinstance(request, dict):
                    raise ValueError("The request did not arrive whole. Try again.")
                return answer(lab, Request(request))
            except ValueError as problem:
                return {"error": str(problem)}
            except Exception:
                logger.exception("%s failed", answer.__name__)
                return {"error": BROKEN}

        # Gradio looks at the signature to see what to pass; it must find `request` alone.
        del respond.__wrapped__  # type: ignore[attr-defined]
        return respond

    return decorate
