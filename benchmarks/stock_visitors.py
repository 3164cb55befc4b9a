"""Visitors of the stock app without a browser: through the queue, as Gradio's page goes.

In its favour: the drawing is uploaded once and for all, where the page uploads 21 files a stroke,
and the pictures of an answer are not fetched.
"""

import asyncio
import contextlib
import io
import json
import time
import urllib.request

import numpy as np
from PIL import Image

from benchmarks.apps import App
from benchmarks.drawings import moves, pen_digits
from benchmarks.measure import Spread, spread
from mnistlab.ui.wire import GRID, decode_ink

CANVAS = 800  # pixels a side of a Sketchpad as it comes


def draw_in_queue(app: App, visitors: int, seconds: float) -> tuple[float, Spread]:
    """Let some visitors draw in a closed loop; who still waits at the end goes unanswered.

    Returns:
        Answers a second of all, and the milliseconds that each took.
    """
    picture = _file(app)
    drawn = {"background": None, "layers": [], "composite": picture}
    config = json.loads(app.get("config"))
    examine = next(d["id"] for d in config["dependencies"] if d["api_name"] == "examine")
    waits: list[float] = []

    async def all_at_once() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                visits = [_visit(app.port, examine, drawn, f"s{i}", waits) for i in range(visitors)]
                await asyncio.gather(*visits)

    asyncio.run(all_at_once())
    return len(waits) / seconds, spread(1000 * np.array(waits))


async def _visit(port: int, examine: int, drawn: dict, session: str, waits: list[float]) -> None:
    body = json.dumps({"data": [drawn], "fn_index": examine, "session_hash": session}).encode()
    join = (
        "POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    listen = (
        f"GET /gradio_api/queue/data?session_hash={session} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nConnection: close\r\n\r\n"
    ).encode()
    while True:
        start = time.perf_counter()
        await _until_said(port, join, b"event_id")
        await _until_said(port, listen, b"process_completed")
        waits.append(time.perf_counter() - start)


async def _until_said(port: int, request: bytes, words: bytes) -> None:
    """Send, and read until the answer has these words in it.

    Raises:
        RuntimeError: the answer ended without them.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        heard = b""
        while words not in heard:
            more = await reader.read(65536)
            if not more:
                raise RuntimeError(f"The stock app said {heard[:200]!r}.")
            heard += more
        if b'"success":false' in heard:
            raise RuntimeError(f"The stock app failed: {heard[-300:]!r}.")
    finally:
        writer.close()


def _file(app: App) -> dict:
    """A drawing as a Sketchpad's file, uploaded."""
    ink = decode_ink(moves(pen_digits()[7], 1)[-1]).reshape(GRID, GRID)
    canvas = Image.fromarray((255 * (1 - ink)).astype(np.uint8)).resize((CANVAS, CANVAS))
    png = io.BytesIO()
    canvas.convert("RGBA").save(png, "png")
    head = 'Content-Disposition: form-data; name="files"; filename="drawing.png"\r\n'
    body = (
        f"--edge\r\n{head}Content-Type: image/png\r\n\r\n".encode()
        + png.getvalue()
        + b"\r\n--edge--\r\n"
    )
    request = urllib.request.Request(
        f"{app.address}gradio_api/upload",
        body,
        {"Content-Type": "multipart/form-data; boundary=edge"},
    )
    with urllib.request.urlopen(request) as answer:
        path = json.load(answer)[0]
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
