"""Fit several models: one after another, or side by side in workers of one thread each.

On two cores a second thread makes the steps of networks of this size one and a half times as fast;
a second model beside the first makes twice as many of them.
"""

import contextlib
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Lock

import tensorflow as tf

from mnistlab.data.digits import Digits
from mnistlab.hub.store import write_manifest
from mnistlab.training.progress import Bar
from mnistlab.training.session import Session, fit_model, ship

SPAWN = multiprocessing.get_context("spawn")  # a fork would take TensorFlow's locks as they lie
PATIENCE = 5.0  # seconds for a worker to clean up after itself


def fit_models(session: Session, model_ids: Sequence[str], digits: Digits) -> None:
    """Fit each model and write its weights, card and replay as soon as it is done.

    Args:
        session: `jobs` models at a time; above 1 each worker reads the digits again by itself.
        model_ids: keys of `MODELS`.
        digits: as `session.digits()` has read them.

    Raises:
        ChildProcessError: a worker was killed. Whatever else fails in a worker is raised here as it
            would be without; the others stop then, and what is done is kept.
    """
    rest, _, _ = session.split(digits)
    steps = {name: session.recipe(name).steps(len(rest.train_images)) for name in model_ids}
    jobs = min(session.jobs, len(model_ids))
    if jobs > 1:
        _fit_side_by_side(session, steps, jobs)
        return
    for name in model_ids:
        with contextlib.closing(Bar(name, session.recipe(name).epochs, steps[name])) as bar:
            run = fit_model(session, name, digits, on_step=bar.step, on_epoch=bar.epoch)
        ship(session, name, run)
        write_manifest(session.out)  # what is there opens, even if the next model is never done


def _fit_side_by_side(session: Session, steps: Mapping[str, int], jobs: int) -> None:
    """Hand out the models, the longest first, and show how far each is."""

    def seconds(name: str) -> float:
        recipe = session.recipe(name)
        return recipe.epochs * steps[name] * recipe.step_seconds

    due = sorted(steps, key=seconds)  # the next is taken from the end
    bars: dict[str, Bar] = {}
    shipping = SPAWN.Lock()  # no manifest is written while a worker writes what it describes
    workers: dict[Connection, _Worker] = {}
    try:
        for _ in range(jobs):
            worker = _Worker(session, shipping)
            workers[worker.line] = worker
        while workers:
            for line in set(workers).intersection(wait(list(workers))):
                name, event, *what = workers[line].hear()
                if event == "step":
                    bars[name].step()
                elif event == "epoch":
                    bars[name].epoch(*what)
                else:
                    if event == "done":
                        bars[name].close()
                        with shipping:
                            write_manifest(session.out)
                    if due:
                        name = due.pop()
                        bars[name] = Bar(name, session.recipe(name).epochs, steps[name])
                        line.send(name)
                    else:
                        workers.pop(line).close()
    finally:
        for worker in workers.values():
            worker.process.terminate()
        for worker in workers.values():
            worker.close()
        for bar in bars.values():
            bar.close()


class _Worker:
    """A process that fits one model after another, as seen by its parent."""

    def __init__(self, session: Session, shipping: Lock) -> None:
        self.line, end = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_work, args=(session, shipping, end), daemon=True)
        # whoever is born deaf to Ctrl-C stays so: it is the parent that stops its workers
        heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, heard)
        end.close()

    def hear(self) -> tuple:
        """What the worker says next: a model, what has come of it, and the particulars."""
        try:
            said = self.line.recv()
        except (EOFError, OSError):
            raise ChildProcessError(
                "A worker was killed. If memory ran out, go on with --resume and a smaller --jobs."
            ) from None
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        """Let it go, and wait until it has gone."""
        self.line.close()
        self.process.join(PATIENCE)
        self.process.kill()
        self.process.join()


def _work(session: Session, shipping: Lock, line: Connection) -> None:
    """In a worker: fit each model that comes down the line, until the line is closed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # what is half written is cleaned up
    tf.config.threading.set_intra_op_parallelism_threads(1)

    def tell(*said: object) -> None:
        line.send(said)

    with contextlib.suppress(ConnectionError):  # the parent is gone, and nobody listens
        try:
            digits = session.digits()
            tell("", "ready")
            while True:
                name = line.recv()
                run = fit_model(
                    session,
                    name,
                    digits,
                    on_step=partial(tell, name, "step"),
                    on_epoch=partial(tell, name, "epoch"),
                )
                with shipping:
                    ship(session, name, run)
                tell(name, "done")
        except Exception as error:  # also the end of the line
            error.add_note(traceback.format_exc())  # a traceback does not travel
            line.send(error)
