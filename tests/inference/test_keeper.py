"""The lab near at hand answers first; the one from the Hub takes its place or says why not."""

import gc

import pytest

from mnistlab.inference.keeper import LabKeeper


def started(keeper):
    keeper.start()
    keeper._thread.join()
    return keeper


def failing(problem):
    def make():
        raise problem

    return make


def test_the_hub_is_asked_only_once_the_first_lab_answers():
    seen = []

    def fetch():
        seen.append(keeper.lab)
        return "the Hub's"

    keeper = LabKeeper(lambda: "bundled", fetch)
    started(keeper)
    assert seen == ["bundled"]
    assert (keeper.lab, keeper.problem, keeper.fetch_problem) == ("the Hub's", None, None)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            ValueError("vae.json is missing."),
            "The Hub's weights are not in use. vae.json is missing.",
        ),
        (OSError("/root/x"), "The Hub's weights are not in use; the log of the app says why."),
    ],
)
def test_a_lab_that_cannot_be_fetched_leaves_the_first(problem, said):
    keeper = started(LabKeeper(lambda: "bundled", failing(problem)))
    assert (keeper.lab, keeper.problem, keeper.fetch_problem) == ("bundled", None, said)


def test_the_hub_serves_where_nothing_is_bundled():
    keeper = started(LabKeeper(failing(ValueError("no folder")), lambda: "the Hub's"))
    assert (keeper.lab, keeper.problem) == ("the Hub's", None)


def test_what_stays_is_not_looked_through_for_garbage():
    gc.unfreeze()  # what earlier labs have left so
    LabKeeper(lambda: None).swap("a lab")
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    assert frozen > 10_000  # the libraries, at least
