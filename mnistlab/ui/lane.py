"""A short way for the questions of the page: past the routes of Gradio, to which a stroke goes too.

Finding its route, its dependencies and its arguments is a good part of what an answer costs where
there are many visitors. What is asked and answered is the same either way.
"""

import json
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

import gradio as gr

from mnistlab.ui.gate import API, Receive, Send, replayed

PATH = f"{API}/component_server"


class Lane:
    """ASGI middleware behind the gate: calls the server functions of widgets that can be awaited.

    Whatever else comes goes to Gradio, and so does what is not understood: it has the words for it.

    Args:
        app: Gradio's.
        demo: the page with the widgets. It asks for no login, or nobody would be asked for it here.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], demo: gr.Blocks) -> None:
        self._app, self._demo = app, demo

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].rstrip("/") != PATH:
            await self._app(scope, receive, send)
            return
        body = (await receive()).get("body", b"")  # all of it: the gate has read it already
        # anything but JSON could be sent by a page of somebody else's without asking first
        plain = (b"content-type", b"application/json") in scope["headers"]
        asked = _question(body) if plain else None
        function = self._function(asked) if asked else None
        if asked and function:
            response = await function(asked.data)
            await response(scope, receive, send)
        else:
            await self._app(scope, replayed(body, receive), send)

    def _function(self, asked: "_Question") -> Callable[[Any], Awaitable[Any]] | None:
        function = getattr(self._demo.blocks.get(asked.component), asked.function, None)
        served = getattr(function, "_is_server_fn", False) and iscoroutinefunction(function)
        return function if served else None


class _Question(NamedTuple):
    component: int
    function: str
    data: Any


def _question(body: bytes) -> _Question | None:
    """What is asked of which function of which component, if it can be told."""
    try:
        asked = json.loads(body)
        return _Question(int(asked["component_id"]), str(asked["fn_name"]), asked["data"])
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
