"""What one stroke costs in the networks: one fused call against `predict` for each of them.

The lab in one process, as the app has it, and Keras in another, on TensorFlow. One thing after
another, in turn, so that a busy machine is as unkind to either.
"""

import app as served  # noqa: F401, it sets the environment that the networks are served in

# isort: split
import contextlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import numpy as np

from benchmarks.drawings import moves, pen_digits
from benchmarks.measure import Check, Spread, Table, keep, options, spread
from mnistlab.hub.store import load_model
from mnistlab.inference import interpolate, sampling
from mnistlab.inference.examine import examine
from mnistlab.inference.lab import BUNDLED, Lab
from mnistlab.inference.pictures import packed_texts, picture_text, unpacked
from mnistlab.ui.answering import Request
from mnistlab.ui.draw_tab import prepare

FRAMES = 32  # of each of the three ways of an interpolation
SAMPLES = 100
BURST = 3  # calls, one after another
MAP_SIDE = 20
Way = TypeVar("Way", int, str)  # what names a way of doing it
BATCHES = (1, 2, 4, 8, 16, 32, 64)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    given = options(__doc__, argv)
    lab = Lab.load()
    request = Request(ink=moves(pen_digits()[7], 1)[-1], normalize=True)
    prepared = prepare(lab, request)
    digit, raw = prepared.question.digit, prepared.question.other
    plain = [name for name in lab.models if name != "gan"]
    answer = examine(lab, [prepared.question])[0]
    pieces = pieces_of(answer)
    with keras_beside(plain, digit) as ask:
        stroke = timed_in_turn(
            {
                "predict, network by network": lambda: ask("predict"),
                "call, network by network": lambda: ask("call"),
                "fused: all networks, errors, percentiles, referee": lambda: lab.examine(
                    digit[None]
                ),
                "fused, the other preparation compared as well": lambda: lab.examine(
                    digit[None], raw[None]
                ),
                "normalising a drawing": lambda: prepare(lab, request),
                "the whole stroke: normalised, fused, encoded": lambda: json.dumps(
                    examine(lab, [prepare(lab, request).question])
                ),
                "encoding the answer alone": lambda: [*packed_texts(pieces), json.dumps(answer)],
            },
            2 if given.quick else 30,
        )
    once = timed_in_turn(batched(lab, digit, raw), 2 if given.quick else 20)
    sizes = BATCHES[:3] if given.quick else BATCHES
    digits = lab.exhibits.test_images[: sizes[-1]].astype(np.float32) / 255
    by_batch = timed_in_turn(
        {n: (lambda n=n: lab.examine(digits[:n], digits[:n])) for n in sizes},
        2 if given.quick else 10,
    )
    names = list(stroke)
    predicted, fused, encoding = (stroke[names[i]].median for i in (0, 2, 6))
    tables = [
        Table(
            f"One digit, {len(plain)} networks and the referee",
            ("way", "ms", "times faster than predict"),
            [(name, value, predicted / value.median) for name, value in stroke.items()],
        ),
        Table("In one batch each", ("what", "ms"), list(once.items())),
        Table(
            "Digits in one batch, the other preparation of each compared as well",
            ("digits", "ms", "ms a digit"),
            [(n, value, value.median / n) for n, value in by_batch.items()],
        ),
    ]
    checks = [
        Check("fused against predict, times faster", predicted / fused, 100, at_least=True),
        *[Check(f"{name}, ms", value.median, 50) for name, value in once.items()],
        Check("encoding, ms, against the fused networks", encoding, fused),
    ]
    keep("inference", tables, checks, given.out)


@contextlib.contextmanager
def keras_beside(names: Sequence[str], digit: np.ndarray) -> Iterator[Callable[[str], None]]:
    """Another process with Keras on TensorFlow; `ask("predict")` returns once all have answered."""
    spawn = multiprocessing.get_context("spawn")
    line, end = spawn.Pipe()
    process = spawn.Process(target=_keras, args=(list(names), digit, end), daemon=True)
    before = os.environ["KERAS_BACKEND"]
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        process.start()
    finally:
        os.environ["KERAS_BACKEND"] = before
    end.close()

    def ask(way: str) -> None:
        line.send(way)
        line.recv()

    try:
        yield ask
    finally:
        line.close()
        process.join()


def _keras(names: Sequence[str], digit: np.ndarray, line: Connection) -> None:
    """Every network that reconstructs and the referee, as plain Keras models from digit on."""
    import keras

    digits = keras.Input((28, 28))
    nets = {name: load_model(BUNDLED, name)[0] for name in names}
    plain = [
        net.net if name == "classifier" else keras.Model(digits, net.reconstruct(digits))
        for name, net in nets.items()
    ]
    with contextlib.suppress(EOFError):
        while True:
            way = line.recv()
            for model in plain:
                if way == "predict":
                    model.predict(digit[None], verbose=0)
                else:
                    keras.tree.map_structure(np.asarray, model(digit[None], training=False))
            line.send(way)


def batched(lab: Lab, digit: np.ndarray, other: np.ndarray) -> dict[str, Callable[[], Any]]:
    """What a tab asks for in one go, answers encoded as they travel."""
    steps = (np.arange(MAP_SIDE) + 0.5) / MAP_SIDE * 6 - 3
    places = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2).astype(np.float32)

    def walk() -> list[str]:
        ways = interpolate.strips(lab, digit, other, ("vae", "multilayer"), FRAMES)
        return [picture_text(way["frames"]) for way in ways.values()]

    return {
        f"interpolation, 3 x {FRAMES} frames": walk,
        f"{SAMPLES} samples of the VAE": lambda: sampling.sheet(lab, "vae", SAMPLES),
        f"{SAMPLES} samples of the GAN": lambda: sampling.sheet(lab, "gan", SAMPLES),
        f"a map of {MAP_SIDE} x {MAP_SIDE}": lambda: picture_text(lab.decode("vae_2d", places)),
    }


def pieces_of(answer: dict[str, Any]) -> list[np.ndarray]:
    """The pictures and codes of an answer as bytes, as they are before they become text."""
    parts = [answer, *answer["models"].values()]
    names = ("input", "reconstruction", "code", "sd")
    return [unpacked(part[name]) for part in parts for name in names if name in part]


def timed_in_turn(ways: Mapping[Way, Callable[[], Any]], rounds: int) -> dict[Way, Spread]:
    """Milliseconds of each: a burst of calls a round, after a round that is not counted.

    The moves of a stroke come in bursts as well; of each the median counts.
    """
    taken: dict[Way, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, call in ways.items():
            burst = []
            for _ in range(BURST):
                start = time.perf_counter()
                call()
                burst.append(1000 * (time.perf_counter() - start))
            if turn:
                taken[name].append(sorted(burst)[BURST // 2])
    return {name: spread(times) for name, times in taken.items()}


if __name__ == "__main__":
    main()
