"""Models fitted in workers: however it ends, what stopped it is told, and no worker is left."""

import multiprocessing
import os
import signal
from dataclasses import replace

import pytest

from mnistlab.data.digits import DataError
from mnistlab.training.progress import Bar
from mnistlab.training.session import Session
from mnistlab.training.side_by_side import fit_models

pytestmark = pytest.mark.slow
PAIR = ("vanilla", "ae_2d")


@pytest.fixture
def session(digits_path, tmp_path) -> Session:
    return Session(
        out=tmp_path / "weights",
        runs=tmp_path / "runs",
        data=digits_path,
        any_digits=True,
        epochs=10_000,
        jobs=2,
    )


def test_a_failure_in_a_worker_stops_all_and_is_raised_as_it_was(session, all_digits):
    lost = replace(session, data=session.runs / "lost.npz")
    with pytest.raises(DataError, match=r"No digits at .*lost\.npz"):
        fit_models(lost, PAIR, all_digits)
    assert not multiprocessing.active_children()


def test_ctrl_c_reaches_the_parent_alone_which_stops_every_worker(session, all_digits, monkeypatch):
    def interrupt(_bar: Bar) -> None:
        for process in multiprocessing.active_children():  # as a terminal does
            os.kill(process.pid, signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Bar, "step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit_models(session, PAIR, all_digits)
    assert not multiprocessing.active_children()
    assert not session.out.exists()
