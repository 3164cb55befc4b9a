"""The gate alone, with a stand-in behind it; what it does for the real app is in test_hostile."""

import asyncio
import json

import pytest

from mnistlab.ui import gate
from mnistlab.ui.gate import API, HEADERS, Gate
from tests.loops import finish


def scope(path="/", method="GET", size=None, address="1.2.3.4", query=b""):
    headers = [] if size is None else [(b"content-length", b"%d" % size)]
    return {
        "type": "http", "method": method, "path": path, "query_string": query,
        "headers": headers, "client": (address, 1),
    }  # fmt: skip


async def echo_size(scope, receive, send):
    """An app that reads all and says how much it was."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b"%d" % size})


def messages(*parts, silent=False):
    """What a visitor sends, in parts; then, if `silent`, nothing more."""
    left = [{"type": "http.request", "body": p, "more_body": True} for p in parts]
    if not silent:
        left.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return left.pop(0) if left else await asyncio.Event().wait()

    return receive


class Reply:
    def __init__(self):
        self.sent = []

    async def __call__(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def headers(self):
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def ask(guarded, scope, receive=None):
    reply = Reply()
    finish(guarded(scope, receive or messages(), reply))
    return reply


def assert_refused(reply, refusal):
    assert (reply.status, json.loads(reply.body)["detail"]) == refusal
    assert reply.headers["content-type"] == "application/json"
    assert HEADERS.items() <= reply.headers.items()


@pytest.fixture
def guarded():
    return Gate(echo_size, lambda address: 0)


@pytest.mark.parametrize("path", ["/", "/config", "/config/", f"{API}/info", "/assets/a.js"])
def test_what_the_page_needs_is_open_and_has_the_headers(guarded, path):
    reply = ask(guarded, scope(path))
    assert (reply.status, reply.body) == (200, b"0")
    assert reply.headers == {**HEADERS, "a": "b"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{API}/file=/etc/passwd"),
        ("GET", f"{API}/deep_link"),
        ("GET", f"{API}/proxy=http://localhost"),
        ("GET", "/infos"),
        ("GET", f"{API}/run/sample"),
        ("POST", f"{API}/run/sample"),
        ("POST", f"{API}/api/sample"),
        ("POST", "/"),
        ("PUT", "/"),
        ("OPTIONS", f"{API}/upload"),
    ],
)
def test_all_else_is_closed(guarded, method, path):
    assert_refused(ask(guarded, scope(path, method)), gate.CLOSED)


def test_addresses_have_a_length(guarded):
    assert_refused(ask(guarded, scope("/assets/" + "a" * 5000)), gate.TOO_LONG)
    assert_refused(ask(guarded, scope("/", query=b"a" * 5000)), gate.TOO_LONG)


def test_a_request_has_a_size(guarded):
    server = f"{API}/component_server/"
    assert_refused(ask(guarded, scope(server, "POST", gate.PICTURE + 1)), gate.TOO_LARGE)
    assert ask(guarded, scope(server, "POST", 3), messages(b"abc")).body == b"3"
    large = bytes(gate.LARGE)
    whole = messages(large, large)
    assert ask(guarded, scope(server, "POST", 2 * gate.LARGE), whole).body == b"128000"


def test_what_does_not_say_its_size_is_counted(guarded):
    call = f"{API}/call/sample"
    assert ask(guarded, scope(call, "POST"), messages(b"abc", b"d")).body == b"4"
    endless = messages(*[bytes(10_000)] * 8, silent=True)
    assert_refused(ask(guarded, scope(call, "POST"), endless), gate.TOO_LARGE)


@pytest.mark.parametrize("size", [None, 500, 100_000])
def test_who_sends_too_slowly_is_not_waited_for(guarded, monkeypatch, size):
    monkeypatch.setattr(gate, "PATIENCE", 0.01)
    slow = messages(b"a", silent=True)
    assert_refused(ask(guarded, scope(f"{API}/upload", "POST", size), slow), gate.TOO_SLOW)
    assert not guarded._large._taken, "the place is free again"


def held(app_done, guarded, requests, last):
    """The answer to `last` while `requests` are being answered."""

    async def meanwhile():
        tasks = [asyncio.create_task(guarded(s, messages(), Reply())) for s in requests]
        await asyncio.sleep(0)
        reply = Reply()
        await guarded(last, messages(), reply)
        app_done.set()
        await asyncio.gather(*tasks)
        return reply

    return finish(meanwhile())


@pytest.mark.parametrize(
    ("asked", "each", "refusal"),
    [
        (lambda a: scope(f"{API}/queue/data", address=a), gate.STREAMS[1], gate.TOO_MANY_STREAMS),
        (
            lambda a: scope(f"{API}/component_server/", "POST", 100_000, a),
            gate.LARGE_ONES[1],
            gate.TOO_MANY,
        ),
    ],
)
def test_one_address_leaves_room_for_others(asked, each, refusal):
    done = asyncio.Event()

    async def app(scope, receive, send):
        if scope["client"][0] == "flood":
            await done.wait()
        await echo_size(scope, receive, send)

    guarded = Gate(app, lambda address: 0)
    assert_refused(held(done, guarded, [asked("flood")] * each, asked("flood")), refusal)
    done.clear()
    assert held(done, guarded, [asked("flood")] * each, asked("visitor")).status == 200
    assert not guarded._streams._taken
    assert not guarded._large._taken


def test_uploads_have_a_rate(guarded):
    upload = scope(f"{API}/upload", "POST", 4_000_000)
    answers = [ask(guarded, upload) for _ in range(13)]
    assert [reply.status for reply in answers[:12]] == [200] * 12
    assert_refused(answers[12], gate.TOO_OFTEN)
    assert ask(guarded, scope(f"{API}/upload", "POST", 100, "another")).status == 200


def test_one_address_cannot_fill_the_queue():
    guarded = Gate(echo_size, {"flood": gate.WAITING_EACH, "visitor": 3}.get)
    for path in ("call/sample", "queue/join"):
        flood = scope(f"{API}/{path}", "POST", 10, "flood")
        assert_refused(ask(guarded, flood), gate.TOO_MANY_CALLS)
        assert ask(guarded, scope(f"{API}/{path}", "POST", 10, "visitor")).status == 200


def test_what_breaks_behind_the_gate_is_a_sentence(caplog):
    async def broken(scope, receive, send):
        raise KeyError("/home/somebody")

    reply = ask(Gate(broken, lambda address: 0), scope())
    assert_refused(reply, gate.MISUNDERSTOOD)
    assert "/home/somebody" in caplog.text


@pytest.mark.parametrize(("path", "status"), [("/", 500), (f"{API}/mcp/", 400)])
def test_what_a_library_refuses_in_its_own_words_is_a_sentence(path, status):
    async def speechless(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"4 errors for JSONRPCMessage"})

    assert_refused(ask(Gate(speechless, lambda address: 0), scope(path)), gate.MISUNDERSTOOD)


def test_an_answer_that_breaks_off_is_ended(caplog):
    async def broken(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError

    reply = ask(Gate(broken, lambda address: 0), scope())
    assert [message.get("more_body") for message in reply.sent[1:]] == [True, None]


def test_there_are_no_web_sockets(guarded):
    reply = Reply()
    finish(guarded({"type": "websocket", "path": "/"}, messages(), reply))
    assert reply.sent == [{"type": "websocket.close", "code": 1008}]
