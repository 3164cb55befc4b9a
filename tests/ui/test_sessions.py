"""What Gradio keeps of a visitor who asks the running app: nothing."""

import asyncio
import json
import time

import httpx
import pytest

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.sessions import UNREAD, _Unread
from tests.browser.conftest import serve
from tests.hostile_inputs import API, DIGIT, SERVER
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def demo():
    keeper = LabKeeper(dict)
    keeper.swap(FakeLab())
    demo = serve(keeper)
    yield demo
    demo.close()


@pytest.fixture(scope="module")
def client(demo):
    with httpx.Client(base_url=demo.local_url, timeout=60) as client:
        yield client


def test_visitors_leave_no_state(demo, client):
    components = client.get("/config").json()["components"]
    noise = next(c["id"] for c in components if c["props"].get("elem_id") == "lab-noise")
    before = json.dumps(client.get("/config").json(), sort_keys=True)
    for visitor in range(20):
        data = {"digit": DIGIT, "kind": "blur", "strength": 0.5, "seed": visitor}
        body = {"session_hash": f"visitor {visitor}", "component_id": noise}
        answer = client.post(SERVER, json={**body, "fn_name": "spoil", "data": data})
        assert "rows" in answer.json()
    assert not demo.app.state_holder.session_data
    assert json.dumps(client.get("/config").json(), sort_keys=True) == before


def test_answers_of_the_endpoints_are_kept_until_they_are_fetched_and_no_longer(demo, client):
    for seed in range(UNREAD + 6):
        joined = client.post(f"{API}/call/sample", json={"data": ["gan", 1, seed, 1.0, None]})
        event = joined.json()["event_id"]
        if seed % 2:
            assert "event: complete" in client.get(f"{API}/call/sample/{event}").text
    assert len(demo._queue.pending_messages_per_session) <= UNREAD
    assert len(demo._queue.pending_event_ids_session) <= UNREAD
    assert not demo.app.state_holder.session_data
    until = time.monotonic() + 30
    while demo._queue.event_ids_to_events and time.monotonic() < until:  # the last may still run
        time.sleep(0.02)
    assert not demo._queue.event_ids_to_events


def test_the_ones_longest_untouched_are_given_up_and_nothing_fails():
    pending = {}
    unread = _Unread(pending)
    for client in range(UNREAD):
        unread[str(client)], pending[str(client)] = asyncio.Queue(), {"call"}
    unread["0"].put_nowait("an answer")  # touched
    unread["new"] = asyncio.Queue()
    assert "1" not in unread
    assert "1" not in pending
    assert unread["0"].qsize() == 1
    unread["1"].put_nowait("an answer that nobody waits for")
    assert len(unread) == UNREAD
