import asyncio
import json
import threading

import pytest

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.answering import BROKEN, answering, answering_together


def kept(lab):
    keeper = LabKeeper(lambda: lab)
    keeper.swap(lab)
    return keeper


def loaded(keeper):
    keeper.start()
    keeper._thread.join()
    return keeper


def test_asks_to_wait_while_there_is_no_lab():
    assert answering(LabKeeper(dict))(lambda lab, request: {})({}) == {"waking": True}


def test_passes_the_lab_and_the_request():
    echo = answering(kept("the lab"))(lambda lab, request: {"lab": lab, **request})
    assert echo({"a": 1}) == {"lab": "the lab", "a": 1}


def test_keeps_the_name_that_the_page_calls():
    def examine(lab, request):
        return {}

    assert answering(kept(1))(examine).__name__ == "examine"


def test_what_a_visitor_got_wrong_is_said():
    def refuse(lab, request):
        raise ValueError("Draw a digit first.")

    assert answering(kept(1))(refuse)({}) == {"error": "Draw a digit first."}


def test_what_we_got_wrong_stays_in_the_log(caplog):
    def stumble(lab, request):
        raise KeyError("/home/secret/path")

    assert answering(kept(1))(stumble)({}) == {"error": BROKEN}
    assert "/home/secret/path" in caplog.text


@pytest.mark.parametrize("request_", [None, 7, "text", [1]])
def test_a_request_that_is_no_request(request_):
    assert "did not arrive" in answering(kept(1))(lambda lab, request: {})(request_)["error"]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            ValueError("vae.json is missing."),
            "The networks could not be loaded. vae.json is missing.",
        ),
        (
            OSError("/root/x"),
            "The networks could not be loaded; the log of the app says why.",
        ),
    ],
)
def test_a_lab_that_cannot_be_loaded_is_said_on_the_page(problem, said):
    def load():
        raise problem

    keeper = loaded(LabKeeper(load))
    assert answering(keeper)(lambda lab, request: {})({}) == {"error": said}


def test_another_lab_takes_the_place_of_the_first():
    keeper = loaded(LabKeeper(lambda: "first"))
    assert keeper.lab == "first"
    keeper.swap("second")
    assert (keeper.lab, keeper.problem) == ("second", None)


def test_the_lab_is_loaded_once():
    calls = []
    keeper = loaded(LabKeeper(lambda: calls.append(1) or "lab"))
    loaded(keeper)
    assert calls == [1]


def doubled(lab, request):
    if request["number"] is None:
        raise ValueError("A number is missing.")
    return 2 * request["number"]


@pytest.fixture
def together(finish):
    """`together(*requests)`: what each is told that come at the same time."""

    def examine(lab, numbers):
        return [{"lab": lab, "number": number} for number in numbers]

    def ask(*requests, answer=examine, keeper=None):
        respond = answering_together(keeper or kept("the lab"), doubled)(answer)

        async def run():
            return await asyncio.gather(*[respond(request) for request in requests])

        return [json.loads(sealed.body) for sealed in finish(run())]

    return ask


def test_together_each_gets_their_own(together):
    assert together({"number": 1}, {}, {"number": 3}) == [
        {"lab": "the lab", "number": 2},
        {"error": "A number is missing."},
        {"lab": "the lab", "number": 6},
    ]


def test_together_asks_to_wait_while_there_is_no_lab(together):
    assert together({"number": 1}, keeper=LabKeeper(dict)) == [{"waking": True}]


@pytest.mark.parametrize("request_", [None, 7, "text", [1]])
def test_together_a_request_that_is_no_request(together, request_):
    assert "did not arrive" in together(request_)[0]["error"]


def test_together_what_we_got_wrong_stays_in_the_log(together, caplog):
    def stumble(lab, numbers):
        raise KeyError("/home/secret/path")

    assert together({"number": 1}, {"number": 2}, answer=stumble) == [{"error": BROKEN}] * 2
    assert "/home/secret/path" in caplog.text


def test_what_a_visitor_has_overtaken_is_said(finish):
    entered, leave = threading.Event(), threading.Event()

    def slow(lab, request):
        entered.set()
        assert leave.wait(30)
        return doubled(lab, request)

    def examine(lab, numbers):
        return [{"number": number} for number in numbers]

    respond = answering_together(kept(1), slow)(examine)

    async def run():
        first = asyncio.create_task(respond({"visitor": "a", "number": 0}))
        await asyncio.to_thread(entered.wait, 30)
        asked = [("a", 1), ("b", 2), ("a", 3), ("", 4), ("", 5), ("x" * 65, 6), ("x" * 65, 7)]
        rest = [
            asyncio.create_task(respond({"visitor": token, "number": number}))
            for token, number in asked
        ]
        await asyncio.sleep(0)
        leave.set()
        return await asyncio.gather(first, *rest)

    told = [json.loads(sealed.body) for sealed in finish(run())]
    assert told[1] == {"overtaken": True}
    # who sends no token that can be one is overtaken by nobody
    assert [answer["number"] for answer in (told[0], *told[2:])] == [0, 4, 6, 8, 10, 12, 14]
