"""Visitors without a browser: one connection each, as cheap as can be, to leave the machine free.

A visitor behaves as the page does: one request in flight, and of what is drawn meanwhile only the
newest is sent.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import cycle

import numpy as np

INPUT = b'"input":"'  # of the answer: the digit that the networks saw


@dataclass
class Diary:
    """What one visitor lived through.

    Attributes:
        waits: seconds from a move of the pen to the answer that shows it.
        passed_over: moves that were overtaken by a newer one before they could be sent.
        wrong: answers that were not to what this visitor had asked, or no answers at all.
        largest: bytes of the longest request and of the longest answer, heads included.
    """

    waits: list[float] = field(default_factory=list)
    passed_over: int = 0
    wrong: int = 0
    largest: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Drawing:
    """What a visitor sends, move by move, and the digit that the answer must be about."""

    texts: list[str]
    inputs: list[bytes]


async def draw(
    port: int, component: int, drawings: list[Drawing], seconds: float, rate: float | None
) -> list[Diary]:
    """Let a crowd draw for a while, a visitor a drawing.

    Args:
        port: of the lab on this machine.
        component: number of its Draw tab.
        drawings: one a visitor.
        seconds: how long.
        rate: moves a second of each, whatever the answers do (an open loop); None makes the next
            move when the last has been answered (a closed one).
    """
    until = time.perf_counter() + seconds
    visits = [
        _visit(port, component, drawing, number, until, rate)
        for number, drawing in enumerate(drawings)
    ]
    return list(await asyncio.gather(*visits))


async def expected_inputs(port: int, component: int, texts: list[str]) -> list[bytes]:
    """The digit that the networks see in each drawing, asked for one by one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    inputs = []
    for text in texts:
        body = await _ask(reader, writer, _request(component, text, "alone"))
        inputs.append(_input(body))
    writer.close()
    return inputs


async def _visit(
    port: int, component: int, drawing: Drawing, number: int, until: float, rate: float | None
) -> Diary:
    diary = Diary()
    token = f"visitor-{number}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    requests = [_request(component, text, token) for text in drawing.texts]
    moves = list(zip(requests, drawing.inputs, strict=True))
    # visitors do not move their pens in step
    start = time.perf_counter() + np.random.default_rng(number).uniform(0, 0.1)
    await asyncio.sleep(start - time.perf_counter())
    sent = -1
    for turn in cycle(range(len(moves))):
        now = time.perf_counter()
        if now >= until:
            break
        if rate is None:
            moved, place = now, turn
        else:
            move = int((now - start) * rate)
            if move == sent:
                await asyncio.sleep(start + (sent + 1) / rate - now)
                move = sent + 1
            diary.passed_over += move - sent - 1
            sent, moved, place = move, start + move / rate, move % len(moves)
        request, expected = moves[place]
        body = await _ask(reader, writer, request)
        diary.waits.append(time.perf_counter() - moved)
        diary.wrong += _input(body) != expected
        diary.largest = (
            max(diary.largest[0], len(request)),
            max(diary.largest[1], len(body)),
        )
    writer.close()
    return diary


def _request(component: int, text: str, token: str) -> bytes:
    data = {"ink": text, "normalize": True, "compare": False, "visitor": token}
    body = json.dumps(
        {
            "data": data,
            "component_id": component,
            "fn_name": "examine",
            "session_hash": token,
        }
    ).encode()
    head = (
        "POST /gradio_api/component_server/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    start = head.index(b"content-length:") + 15
    return await reader.readexactly(int(head[start : head.index(b"\r", start)]))


def _input(body: bytes) -> bytes:
    start = body.find(INPUT)
    return body[start + len(INPUT) : body.find(b'"', start + len(INPUT))] if start >= 0 else b""
