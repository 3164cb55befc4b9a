"""The short way alone, with a stand-in for Gradio behind it; the real app is in test_hostile."""

import json
from types import SimpleNamespace

import pytest
from fastapi import Response

from mnistlab.ui.lane import PATH, Lane
from tests.loops import finish

JSON = [(b"content-type", b"application/json")]


def served(function):
    function._is_server_fn = True
    return function


class Tab:
    @staticmethod
    @served
    async def examine(data):
        return Response(json.dumps(["seen", data]))

    @staticmethod
    @served
    def waits(data):
        return ["of a thread", data]

    @staticmethod
    async def secret(data):
        return Response("no function of the page")


DEMO = SimpleNamespace(blocks={7: Tab()})


async def gradio(scope, receive, send):
    """Says that it was asked, and what."""
    body = (await receive())["body"]
    await Response(b"gradio: " + body)(scope, receive, send)


def answer(body, path=PATH, headers=JSON, type_="http"):
    """The body of what comes back for a request with this body."""
    sent, parts = [], [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return parts.pop()

    async def send(message):
        sent.append(message)

    scope = {"type": type_, "method": "POST", "path": path, "headers": headers}
    finish(Lane(gradio, DEMO)(scope, receive, send))
    return b"".join(message.get("body", b"") for message in sent)


def asked(**changes):
    question = {"component_id": 7, "fn_name": "examine", "data": {"a": 1}}
    return json.dumps(question | changes).encode()


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
def test_a_question_of_the_page_is_answered_without_gradio(path):
    assert json.loads(answer(asked(), path)) == ["seen", {"a": 1}]


@pytest.mark.parametrize(
    "body",
    [
        asked(component_id=8),
        asked(component_id="x"),
        asked(component_id=None),
        asked(component_id=1e400),
        asked(fn_name="nothing"),
        asked(fn_name="secret"),
        asked(fn_name="__class__"),
        asked(fn_name="waits"),
        b'{"component_id": 7, "fn_name": "examine"}',
        b"[1, 2]",
        b"null",
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_whatever_else_is_asked_goes_to_gradio_as_it_came(body):
    assert answer(body) == b"gradio: " + body


def test_other_addresses_and_other_kinds_of_body_go_to_gradio():
    body = asked()
    assert answer(body, path="/gradio_api/call/denoise") == b"gradio: " + body
    assert answer(body, headers=[(b"content-type", b"text/plain")]) == b"gradio: " + body
    assert answer(body, headers=[]) == b"gradio: " + body
