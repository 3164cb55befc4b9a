"""The one door between the page and Python: who is asleep, who was wrong, what went wrong."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any
from uuid import uuid4

import orjson
from fastapi import Response

from mnistlab.inference.crowd import Crowd, Overtaken
from mnistlab.inference.keeper import LabKeeper

logger = logging.getLogger(__name__)

Answer = dict[str, Any]


class Request(dict[str, Any]):
    """What a widget asks. What it leaves out is None, for the room that needs it to refuse."""

    def __missing__(self, key: str) -> Any:
        return None


BROKEN = "Something went wrong here; your drawing is safe. Try again."
LONGEST_TOKEN = 64  # characters


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
                return _asleep(keeper)
            try:
                return answer(lab, _whole(request))
            except Exception as problem:
                return _refusal(answer.__name__, problem)

        # Gradio looks at the signature to see what to pass; it must find `request` alone.
        del respond.__wrapped__  # type: ignore[attr-defined]
        return respond

    return decorate


def answering_together(
    keeper: LabKeeper, prepare: Callable[[Any, Request], Any]
) -> Callable[
    [Callable[[Any, Sequence[Any]], Sequence[Answer]]], Callable[[Any], Awaitable[Response]]
]:
    """Make `answer(lab, prepared) -> dicts` a server function that serves visitors in batches.

    It says what `answering` says. `prepare(lab, request)` makes of each request what `answer`
    takes several of; what is wrong with a request it must find, as a `ValueError`. A visitor is
    known by `request["visitor"]`, a token of the page; a request that a newer one of the same
    visitor has made pointless is told `{"overtaken": true}`.
    """

    def decorate(
        answer: Callable[[Any, Sequence[Any]], Sequence[Answer]],
    ) -> Callable[[Any], Awaitable[Response]]:
        crowd = Crowd(
            lambda request: prepare(keeper.lab, request),
            lambda prepared: [_sealed(one) for one in answer(keeper.lab, prepared)],
        )

        @wraps(answer)
        async def respond(request: Any = None) -> Response:
            if keeper.lab is None:
                return _sealed(_asleep(keeper))
            try:
                asked = _whole(request)
                return await crowd.ask(_visitor(asked), asked)
            except Overtaken:
                return _sealed({"overtaken": True})
            except Exception as problem:
                return _sealed(_refusal(answer.__name__, problem))

        del respond.__wrapped__  # type: ignore[attr-defined]
        return respond

    return decorate


def _asleep(keeper: LabKeeper) -> Answer:
    return {"error": keeper.problem} if keeper.problem else {"waking": True}


def _sealed(answer: Answer) -> Response:
    """An answer as it travels. From a dict FastAPI would first make a copy, value by value."""
    return Response(orjson.dumps(answer), media_type="application/json")


def _whole(request: Any) -> Request:
    if not isinstance(request, dict):
        raise ValueError("The request did not arrive whole. Try again.")
    return Request(request)


def _visitor(request: Request) -> str:
    """The visitor's token; who sends none that can be one is a visitor of one request."""
    token = request["visitor"]
    return token if isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN else uuid4().hex


def _refusal(name: str, problem: Exception) -> Answer:
    """What the visitor is told of it; what is no concern of theirs is logged."""
    if isinstance(problem, ValueError):
        return {"error": str(problem)}
    logger.error("%s failed", name, exc_info=problem)
    return {"error": BROKEN}
