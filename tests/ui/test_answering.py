import pytest

from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.answering import BROKEN, answering


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
