"""Training: our run of each network beside a plain `model.fit` of the same, and how it grows.

Ours is `mnistlab.training.fit` as `train.py` calls it: its input pipeline, its optimiser, what it
watches. The plain way compiles the same network with the same optimiser and hands `fit` the arrays.
What counts is the time from one batch to the next in the second epoch, when all graphs are built.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported

import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.measure import Check, Table, keep, options, slope, spread
from mnistlab.data.digits import Digits
from mnistlab.inference.exhibits import Exhibits
from mnistlab.inference.lab import BUNDLED
from mnistlab.models import MODELS
from mnistlab.models.multilayer import MultilayerConfig
from mnistlab.training.batches import warp
from mnistlab.training.fit import compile_model, fit
from mnistlab.training.recipes import RECIPES, Recipe

DIGITS = 6144
HELD_OUT = 100
LABELLED = ("classifier", "gan")
SEED = 0
BATCHES, EPOCHS, WIDTHS = (32, 64, 128, 256, 512), (1, 2, 4, 8), (0.5, 1, 2, 4)


@dataclass(frozen=True)
class Run:
    """Of the multilayer autoencoder: its batch, the epochs after the first, its relative width."""

    batch: int = 128
    epochs: int = 2
    width: float = 1


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    given = options(__doc__, argv)
    digits = some_digits(512 if given.quick else DIGITS)
    rounds, names = (1, ["vanilla"]) if given.quick else (3, list(MODELS))
    compared = {name: RECIPES[name] for name in names}
    for name in names:
        if RECIPES[name].augment or RECIPES[name].pairs:
            bare = replace(RECIPES[name], augment=False, pairs=False)
            compared[f"{name}, without its warps"] = bare
    rows, checks = [], []
    for title, recipe in compared.items():
        name = title.partition(",")[0]
        ours, plain = [], []
        for _ in range(rounds):  # in turn
            ours.append(rate_of_ours(name, digits, recipe))
            plain.append(rate_of_plain(name, digits, recipe))
        ratio = float(np.median(np.divide(ours, plain)))  # of neighbours: the machine's mood passes
        rows.append((title, recipe.batch, spread(ours), spread(plain), ratio))
        checks.append(Check(f"{title}, ours against plain", ratio, 1.0, at_least=True))
    columns = ("network", "batch", "ours", "plain `model.fit`", "ours against plain")
    tables = [Table("Images a second", columns, rows), growth(given.quick)]
    keep("training", tables, checks, given.out)


def some_digits(count: int) -> Digits:
    """The digits that ship with the weights, over and over: this measures time, not learning."""
    exhibits = Exhibits.read(BUNDLED)
    images = exhibits.test_images.astype(np.float32) / 255
    chosen = np.arange(count) % len(images)
    labels = exhibits.test_labels[chosen].astype(np.int32)
    return Digits(images[chosen], labels, images[:HELD_OUT], labels[:HELD_OUT])


def rate_of_ours(name: str, digits: Digits, recipe: Recipe) -> float:
    """Images a second of our run."""
    ends: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        fit(
            name,
            digits,
            held_out=(digits.test_images, digits.test_labels),
            epochs=2,
            seed=SEED,
            checkpoints=Path(folder),
            recipe=recipe,
            on_step=lambda: ends.append(time.perf_counter()),
        )
    return _rate(ends, recipe)


def rate_of_plain(name: str, digits: Digits, recipe: Recipe) -> float:
    """Images a second of a plain `fit`; a second view of each digit is drawn before, once."""
    keras.utils.set_random_seed(SEED)
    entry = MODELS[name]
    model = entry.build(entry.config_type())
    steps = len(digits.train_images) // recipe.batch
    compile_model(model, recipe, 2 * steps)
    ends: list[float] = []
    beside = digits.train_labels if name in LABELLED else None
    if recipe.pairs:
        beside = warp(tf.constant(digits.train_images), tf.constant([SEED, 0], tf.int64)).numpy()
    model.fit(
        digits.train_images,
        beside,
        batch_size=recipe.batch,
        epochs=2,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs: ends.append(time.perf_counter())
            )
        ],
    )
    return _rate(ends, recipe)


def _rate(ends: list[float], recipe: Recipe) -> float:
    """From the ends of all batches: of the second half the median step, as images a second."""
    second = np.array(ends[len(ends) // 2 :])
    return recipe.batch / float(np.median(np.diff(second)))


def growth(quick: bool) -> Table:
    """Time and memory of the multilayer autoencoder, each run in a process of its own."""
    scans: dict[str, list[Run]] = {
        "batch": [Run(batch=batch) for batch in BATCHES],
        "epochs": [Run(epochs=epochs) for epochs in EPOCHS],
        "width": [Run(width=width) for width in WIDTHS],
    }
    if quick:
        scans = {"batch": scans["batch"][-2:]}
    digits = 1024 if quick else DIGITS
    rows: list[tuple[Any, ...]] = []
    for what, runs in scans.items():
        sizes = [getattr(run, what) for run in runs]
        seconds, memory = zip(*[_in_a_process(run, digits) for run in runs], strict=True)
        for size, took, held in zip(sizes, seconds, memory, strict=True):
            rows.append((what, size, took, held / 1e6, None, None))
        rows.append((what, "slope", None, None, slope(sizes, seconds), slope(sizes, memory)))
    columns = (
        "what grows", "to", "seconds", "memory, MB", "log-log slope of time", "of memory",
    )  # fmt: skip
    title = "How a run of the multilayer autoencoder grows, the first epoch left out"
    return Table(title, columns, rows)


def _in_a_process(run: Run, digits: int) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(trained, run, digits).result()


def trained(run: Run, digits: int) -> tuple[float, float]:
    """Seconds of all epochs but the first, and bytes of memory at most."""
    some = some_digits(digits)
    hidden = tuple(round(run.width * width) for width in MultilayerConfig().hidden)
    moments: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        fit(
            "multilayer",
            some,
            held_out=(some.test_images, some.test_labels),
            epochs=1 + run.epochs,
            seed=SEED,
            checkpoints=Path(folder),
            config=MultilayerConfig(hidden=hidden),
            recipe=replace(RECIPES["multilayer"], batch=run.batch),
            on_epoch=lambda epoch, figures: moments.append(time.perf_counter()),
        )
    return moments[-1] - moments[0], peak_memory()


def peak_memory() -> float:
    """Bytes that this process has held at most.

    Not `getrusage`, which counts what its parent held when it was started.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return 1024.0 * int(kilobytes)


if __name__ == "__main__":
    main()
