"""Many at once: everybody gets what they would get alone, and nobody's flood keeps others out."""

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest

from mnistlab.inference.pictures import unpacked
from mnistlab.ui.wire import GRID, encode_ink
from tests.hostile_inputs import API
from tests.limits_table import counted

VISITORS = 24


def stroke(visitor):
    """A drawing of this visitor's alone: a bent line."""
    rows, columns = np.mgrid[:GRID, :GRID]
    bend = 70 + 30 * np.sin(rows / 20 + visitor) + visitor - VISITORS / 2
    return encode_ink((np.abs(columns - bend) < 8) & (rows > 20) & (rows < 120))


def questions(visitor):
    """What one visitor asks, tab after tab."""
    own = {"ink": stroke(visitor)}
    noise = {"digit": "", "kind": "gaussian", "strength": 0.4, "seed": visitor}
    draw = {"source": "vae", "count": 8, "seed": visitor, "temperature": 1.0, "digit": None}
    walk = {"a": own, "b": {"test": visitor}, "plain": "vanilla", "steps": 8, "path": "spherical"}
    return [
        ("draw", "examine", {**own, "normalize": True}),
        ("draw", "examine", {"test": visitor}),
        ("noise", "spoil", noise),
        ("denoise", "denoise", noise),
        ("sample", "sheet", draw),
        ("interpolate", "ways", walk),
        ("map", "locate", {"digit": ""}),
    ]


def visit(ask, visitor):
    """All answers of a visitor, who takes the digit along from one tab to the next."""
    answers = []
    for widget, function, data in questions(visitor):
        if data.get("digit") == "":
            data = {**data, "digit": answers[0]["input_as_sent"]}
        answer = ask(widget, function, data).json()
        assert "error" not in answer, answer
        if not answers:
            answer["input_as_sent"] = as_sent(answer["input"])
        answers.append(answer)
    return answers


def as_sent(picture):
    return base64.b64encode(unpacked(picture).tobytes()).decode()


@pytest.mark.slow
def test_everybody_in_a_crowd_gets_what_they_would_get_alone(ask):
    alone = [visit(ask, visitor) for visitor in range(VISITORS)]
    doors = threading.Barrier(VISITORS)

    def come_in(visitor):
        doors.wait(timeout=60)
        return visit(ask, visitor)

    with ThreadPoolExecutor(VISITORS) as crowd:
        together = list(crowd.map(come_in, range(VISITORS)))
    for visitor in range(VISITORS):
        assert together[visitor] == alone[visitor], visitor
    assert len({answers[0]["input"] for answers in alone}) == VISITORS, "they differ among them"
    assert counted("visitors of a crowd") == VISITORS
    assert counted("their answers") == VISITORS * len(questions(0))


@pytest.mark.slow
def test_the_flood_of_one_visitor_keeps_nobody_out(app, ask):
    over, refusals = threading.Event(), []
    address = f"http://127.0.0.1:{app.port}"
    alone = ask("draw", "examine", {"test": 5}).json()
    call = {"data": ["gan", 100, 0, 1.0, None]}

    def flood():
        with httpx.Client(base_url=address, timeout=60) as client:
            while not over.is_set():
                asked = client.post(f"{API}/call/sample", json=call)
                if asked.is_error:
                    refusals.append((asked.status_code, asked.json()["detail"]))
                    over.wait(0.02)  # no more than 200 refusals a second of them all

    floods = [threading.Thread(target=flood) for _ in range(4)]
    for thread in floods:
        thread.start()
    try:
        while not refusals:
            assert floods[0].is_alive()
            time.sleep(0.01)
        waits = []
        for _ in range(30):
            began = time.perf_counter()
            assert ask("draw", "examine", {"test": 5}).json() == alone
            waits.append(time.perf_counter() - began)
        from_elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(transport=from_elsewhere, base_url=address, timeout=60) as visitor:
            event = visitor.post(f"{API}/call/decode", json={"data": ["ae_2d", [0, 0]]}).json()
            told = visitor.get(f"{API}/call/decode/{event['event_id']}").text
    finally:
        over.set()
        for thread in floods:
            thread.join()
    assert "event: complete" in told, "another address still finds a place in the queue"
    assert set(refusals) == {(429, "Too many of your calls are waiting: wait for their answers.")}
    assert np.median(waits) < 0.5
    assert max(waits) < 3
