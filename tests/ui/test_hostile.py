"""Whatever arrives is answered in a sentence, and the next honest request as if nothing had been.

The app runs as a process of its own with the shipped networks, and is asked over HTTP. Each answer
is a sentence of docs/limits.md or a plain refusal; each sentence of its first part is met.
"""

import json
import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.hostile_inputs import (
    API,
    ENDPOINTS,
    FOR_TOOLS,
    HONEST,
    IMAGE,
    RAW,
    TOOLS,
    as_json,
    drawing,
    endpoint_cases,
    pictures,
    png,
    route_cases,
    tool_cases,
    widget_cases,
)
from tests.limits_table import counted, sentences_in_table

GROWTH = 200  # MB
LEAKS = re.compile(
    r'Traceback|site-packages|File "|/root|/home|/proc/self/[a-z]+ |root:x:|\b\w+Error\b'
)
PROCESS = Path("/proc/self/status").exists()


@pytest.fixture(scope="module")
def image(client):
    """An uploaded picture of a one."""
    path = client.post(f"{API}/upload", files={"files": ("one.png", png(drawing()))}).json()[0]
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def call(client, name, data):
    """An endpoint's last event: ("complete" or "error", what it says); or a refusal's status."""
    body = as_json({"data": data})
    asked = client.post(
        f"{API}/call/{name}", content=body, headers={"Content-Type": "application/json"}
    )
    if asked.is_error:
        return asked.status_code, asked.text
    told = client.get(f"{API}/call/{name}/{asked.json()['event_id']}").text
    event, data = told.strip().split("\n\n")[-1].split("\n")
    return event.removeprefix("event: "), httpx.Response(200, text=data[6:]).json()


def memory(app):
    """Of the process, in MB."""
    status = Path(f"/proc/{app.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1000


class Table:
    """The sentences of docs/limits.md, and which of them were met."""

    def __init__(self):
        self.patterns = sentences_in_table("What a visitor sends")
        self.met, self.foreign = set(), {}

    def hold(self, sentence, case):
        matching = [pattern for pattern in self.patterns if pattern.fullmatch(str(sentence))]
        self.met.update(matching)
        if not matching:
            self.foreign.setdefault(sentence, case)


def assert_plain(answer, case):
    """A refusal of HTTP's own kind, or an answer; nothing of what is inside."""
    assert answer.status_code < 500 or answer.status_code == 503, (case, answer.text[:300])
    text = answer.text[:100_000]
    if answer.headers["content-type"].startswith(("application/json", "text/plain")):
        assert len(text) < 2000 or answer.status_code < 300, (case, text[:300])
        if answer.status_code >= 300:
            assert not LEAKS.search(text), (case, text[:300])
    assert answer.headers["x-content-type-options"] == "nosniff", case


@pytest.mark.slow
@pytest.mark.skipif(not PROCESS, reason="reads the memory of a process where Linux keeps it")
def test_nothing_that_arrives_breaks_it(app, client, ask, image):
    honest = {key: ask(*key, data).json() for key, data in HONEST.items()}
    whole = [image if value is IMAGE else value for value in ENDPOINTS["reconstruct"]]
    reconstructed = call(client, "reconstruct", whole)
    assert reconstructed[0] == "complete"
    table, count, began = Table(), 0, memory(app)

    for widget, function, data in widget_cases():
        case = f"{function} {str(data)[:200]}"
        answer = ask(widget, function, data)
        assert answer.status_code == 200, (case, answer.text[:300])
        answer = answer.json()
        if "error" in answer:
            table.hold(answer["error"], case)
        count += 1
    for file in pictures().values():
        uploaded = client.post(f"{API}/upload", files={"files": ("a.png", file)})
        file = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
        for name in ("reconstruct", "denoise"):
            event, told = call(client, name, [file, *ENDPOINTS[name][1:]])
            assert event in ("complete", "error")
            if event == "error":
                table.hold(told["error"], name)
            count += 1
    for name, data in endpoint_cases():
        event, told = call(client, name, [image if value is IMAGE else value for value in data])
        case = f"{name} {str(data)[:200]}"
        assert event in ("complete", "error"), (case, event, told)
        if event == "error":
            table.hold(told["error"], case)
        count += 1
    for method, path, options in route_cases():
        with client.stream(method, path, **options) as answer:
            answer.read()
        assert_plain(answer, f"{method} {path[:100]} {str(options)[:200]}")
        if answer.text.startswith('{"detail": "'):  # as the gate writes it
            table.hold(answer.json()["detail"], f"{method} {path[:100]} {str(options)[:100]}")
        count += 1
    for data in RAW:
        with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            told = connection.recv(65_536).decode("latin-1")
        assert told == "" or told.startswith("HTTP/1.1 4"), told[:200]
        assert not LEAKS.search(told)
        count += 1

    assert counted("hostile inputs") <= count < counted("hostile inputs") + 100
    assert not table.foreign
    assert not [pattern.pattern for pattern in table.patterns if pattern not in table.met]
    for key, answer in honest.items():
        assert ask(*key, HONEST[key]).json() == answer, key
    assert call(client, "reconstruct", whole) == reconstructed
    assert memory(app) - began < GROWTH
    assert app.process.poll() is None


def test_tools_are_no_way_in(client, tmp_path):
    pytest.importorskip("mcp", reason="needs the mcp extra: pip install 'gradio[mcp]'")
    private = tmp_path / "private.png"
    private.write_bytes(png(drawing()))
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/one.png"
        for name, arguments in tool_cases(str(private), address):
            call = {"name": name, "arguments": arguments}
            body = as_json({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
            answer = client.post(TOOLS, content=body, headers=FOR_TOOLS)
            result = json.loads(answer.text.split("data: ")[-1])["result"]
            told = result["content"][0]["text"]
            assert result["isError"], (call, told[:300])
            assert not LEAKS.search(told), (call, told[:300])
        elsewhere.settimeout(0)
        with pytest.raises(BlockingIOError):  # nobody came for the picture
            elsewhere.accept()
