"""The gate before the app: which addresses there are, how much may come in, and what is said else.

Gradio serves many routes that nothing here uses: files by their path, a proxy, states on disk. Only
those that the page and the clients of the endpoints need are open. Plain ASGI and in front of every
request, so a stroke on the pad must pay next to nothing for it.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mnistlab.ui.shares import Allowance, Places

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

API = "/gradio_api"
OPEN = {"/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json"} | {
    f"{API}/{name}" for name in ("info", "openapi.json", "startup-events", "queue/status", "app_id")
}
OPEN_BELOW = ("/assets/", "/static/")
# They stay open for as long as an answer takes, or a client is there.
STREAMS_BELOW = tuple(
    f"{API}/{name}" for name in ("queue/data", "call/", "heartbeat/", "upload_progress", "mcp")
)
PICTURE = 2_700_000  # bytes of a request with a picture of 2 MB in it as base64
# Bytes that may be posted, by the beginning of the path.
POSTED = {
    f"{API}/component_server": PICTURE,
    f"{API}/upload": 4_200_000,
    f"{API}/queue/join": 64_000,
    f"{API}/call/": 64_000,
    f"{API}/cancel": 4_000,
    f"{API}/reset": 4_000,
    f"{API}/mcp": PICTURE,
}
LONGEST_PATH = 4_000  # characters of a path, and of a query

LARGE = 64_000  # bytes; above it a request needs one of the places for large ones
PATIENCE = 20.0  # seconds within which a request must have arrived
LARGE_ONES = (16, 12)  # that arrive at a time: of everybody, of one address
STREAMS = (400, 300)  # open at a time
UPLOADS = (64e6, 48e6, 0.5e6)  # bytes: of everybody at once, of one address, more per second
WAITING_EACH = 24  # calls of one address that may wait in the queue

CLOSED = (404, "There is nothing at this address.")
TOO_LONG = (414, "That address is too long.")
TOO_LARGE = (413, "That is too large: a picture may have up to 2 MB.")
TOO_SLOW = (408, "That took too long to arrive. Send it again.")
TOO_MANY = (429, "Too many large requests at once. Try again in a moment.")
TOO_OFTEN = (429, "Too many uploads. Try again in a minute.")
TOO_MANY_STREAMS = (503, "Too many connections are open. Try again in a moment.")
TOO_MANY_CALLS = (429, "Too many of your calls are waiting: wait for their answers.")
MISUNDERSTOOD = (
    400,
    f"The request cannot be understood: {API}/info says what the endpoints take.",
)

HEADERS = {
    # Gradio compiles its templates in the page, and its scripts and styles are inline.
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self' https://huggingface.co https://*.hf.space",
        )
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
RAW_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class RefusalError(Exception):
    """A request that goes no further: its status and sentence."""


class Gate:
    """ASGI middleware: let in what the app is there for, and put the headers on every answer.

    Args:
        app: what is behind the gate.
        waiting: how many calls of an address wait in the queue.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], waiting: Callable[[str], int]) -> None:
        self._app, self._waiting = app, waiting
        self._large, self._streams = Places(*LARGE_ONES), Places(*STREAMS)
        self._uploads = Allowance(*UPLOADS)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        started = ended = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started, ended
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message["headers"], *RAW_HEADERS]}
            elif message["type"] == "http.response.body":
                ended = not message.get("more_body")
            await send(message)

        try:
            await self._pass(scope, receive, _in_our_words(scope["path"], send_with_headers))
        except RefusalError as refusal:
            await _answer(send_with_headers, *refusal.args)
        except Exception as problem:  # of Gradio's routes, for what they did not expect
            logger.warning("%s %.80r: %.200r", scope["method"], scope["path"], problem)
            if not started:
                await _answer(send_with_headers, *MISUNDERSTOOD)
            elif not ended:
                await send_with_headers({"type": "http.response.body", "body": b""})

    async def _pass(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Let a request through, or raise `RefusalError`."""
        method, path = scope["method"], scope["path"]
        if max(len(path), len(scope["query_string"])) > LONGEST_PATH:
            raise RefusalError(*TOO_LONG)
        address = scope["client"][0] if scope["client"] else ""
        if method == "POST":
            await self._pass_posted(scope, receive, send, address)
        elif method not in ("GET", "HEAD"):
            raise RefusalError(*CLOSED)
        elif (path.rstrip("/") or "/") in OPEN or path.startswith(OPEN_BELOW):
            await self._app(scope, receive, send)
        elif path.startswith(STREAMS_BELOW):
            if not self._streams.enter(address):
                raise RefusalError(*TOO_MANY_STREAMS)
            try:
                await self._app(scope, receive, send)
            finally:
                self._streams.leave(address)
        else:
            raise RefusalError(*CLOSED)

    async def _pass_posted(
        self, scope: dict[str, Any], receive: Receive, send: Send, address: str
    ) -> None:
        path = scope["path"]
        most = next((size for start, size in POSTED.items() if path.startswith(start)), None)
        if most is None:
            raise RefusalError(*CLOSED)
        size = _announced(scope)
        if size is not None and size > most:
            raise RefusalError(*TOO_LARGE)
        if path.startswith(f"{API}/upload") and not self._uploads.take(address, size or most):
            raise RefusalError(*TOO_OFTEN)
        call = path.startswith((f"{API}/queue/", f"{API}/call/"))
        if call and self._waiting(address) >= WAITING_EACH:
            raise RefusalError(*TOO_MANY_CALLS)
        large = size is None or size > LARGE
        if large and not self._large.enter(address):
            raise RefusalError(*TOO_MANY)
        try:
            body = await _read(receive, most)
            await self._app(scope, replayed(body, receive), send)
        finally:
            if large:
                self._large.leave(address)


async def _read(receive: Receive, most: int) -> bytes:
    """A body, if it is no larger than `most` bytes and does not keep us waiting."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RefusalError(*TOO_SLOW)
                body += message.get("body", b"")
                if len(body) > most:
                    raise RefusalError(*TOO_LARGE)
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise RefusalError(*TOO_SLOW) from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """What a request brought, once more; then whatever happens to its connection."""
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return parts.pop() if parts else await receive()

    return again


def _announced(scope: dict[str, Any]) -> int | None:
    """The size that a request says it has; None if it does not say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)  # the server has let nothing else through
    return None


def _in_our_words(path: str, send: Send) -> Send:
    """A `send` with a sentence in place of what a library says that was not ready for a request.

    Of MCP these are the 400s too, which name the classes that it tried.
    """
    replaced = False

    async def send_ours(message: Message) -> None:
        nonlocal replaced
        status = message.get("status")
        if status == 500 or (status == 400 and path.startswith(f"{API}/mcp")):
            replaced = True
            await _answer(send, *MISUNDERSTOOD)
        elif not replaced:
            await send(message)

    return send_ours


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
