"""The models of the original notebooks, trained and measured again beside ours, in one run.

    python -m benchmarks.originals --data mnist.npz              theirs, then ours as of --quick
    python -m benchmarks.originals --data mnist.npz vanilla gan  some of them; the rest is kept

The sizes of batches are those at which the figures come out that are known of the notebooks' own
runs. Figures are of all test digits, seed 0, and go to notebooks.json; from there the README and
the app have their column "original notebook".
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks import notebooks
from benchmarks.measure import RESULTS, Table, keep
from mnistlab import Lab
from mnistlab.data.digits import Digits
from mnistlab.evaluation import pixels
from mnistlab.evaluation.samples import class_total_variation, frechet_ratio, neighbourhood_scores
from mnistlab.hub.store import MODEL_IDS, read_json
from mnistlab.inference.lab import BUNDLED
from mnistlab.training.bench import spoilt
from mnistlab.training.session import Session, score_models
from mnistlab.training.side_by_side import fit_models
from mnistlab.training.source import find_digits
from mnistlab.training.targets import FIGURES, ORIGINALS

SEED = 0
GREY_SAMPLES = 3  # of the posterior of each digit

CLOSENESS = {"mse": pixels.mse, "bce": pixels.cross_entropy, "psnr": pixels.psnr}

Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Original:
    """One model of the notebooks: how long it learned, and from what."""

    build: Callable[[], keras.Model]
    measure: Callable[[keras.Model, Digits], Figures]
    epochs: int
    batch: int = 128
    steps: int | None = None  # of an epoch, where that is not all digits
    noisy: bool = False  # it is to undo noise, which was drawn once


def closeness(
    model: keras.Model, digits: Digits, *, figures: tuple[str, ...], noisy: bool = False
) -> Figures:
    """How near what comes back is to all test digits, in the figures that are asked for."""
    test = digits.test_images
    answers = model.predict(spoilt(test, SEED) if noisy else test, batch_size=500, verbose=0)
    return {name: CLOSENESS[name](test, answers) for name in figures}


def evidence(model: keras.Model, digits: Digits) -> Figures:
    """Minus the evidence lower bound on grey pixels, in nats an image."""
    test = digits.test_images
    looks = [model.predict(test, batch_size=500, verbose=0) for _ in range(GREY_SAMPLES)]
    mean, log_var = looks[0]["mean"], looks[0]["log_var"]
    divergence = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=1)
    misfits = [pixels.cross_entropy_per_image(test, look["pixels"]).mean() for look in looks]
    return {"grey_negative_elbo": float(np.mean(misfits) + divergence.mean())}


def likeness(model: keras.Model, digits: Digits) -> Figures:
    """How good samples are, as the shipped referee sees them."""
    lab, n = Lab.load(), len(digits.test_images)
    codes = np.random.default_rng(SEED).standard_normal((n, model.code)).astype(np.float32)
    drawn = model.generator.predict(codes, batch_size=500, verbose=0)
    some = np.random.default_rng(SEED).choice(len(digits.train_images), n, replace=False)
    features, test = lab.features(drawn), lab.features(digits.test_images)
    read_as = lab.classify(drawn).argmax(axis=1)
    real = lab.features(digits.train_images[some])
    return {
        "frechet_ratio": frechet_ratio(features, test, real)["ratio"],
        "coverage": neighbourhood_scores(features, test)["coverage"],
        "class_total_variation": class_total_variation(read_as, digits.test_labels),
    }


def rebuilding(build: Callable[[], keras.Model], *figures: str, **settings: Any) -> Original:
    """An original that gives back what it sees."""
    noisy = settings.get("noisy", False)
    measure = partial(closeness, figures=figures, noisy=noisy)
    return Original(build=build, measure=measure, **settings)


ORIGINAL_MODELS: dict[str, Original] = {
    "vanilla": rebuilding(notebooks.vanilla, "mse", epochs=5),
    "multilayer": rebuilding(notebooks.multilayer, "mse", epochs=5),
    "convolutional": rebuilding(notebooks.convolutional, "mse", "bce", epochs=3),
    "sparse": rebuilding(notebooks.sparse, "mse", epochs=15, batch=32),
    "denoising": rebuilding(notebooks.denoising, "psnr", "bce", epochs=3, noisy=True),
    "gan": Original(build=notebooks.gan, measure=likeness, epochs=1, batch=16, steps=3000),
    "ae_2d": rebuilding(notebooks.ae_2d, "mse", "bce", epochs=50),
    "vae_2d": Original(build=notebooks.vae_2d, measure=evidence, epochs=50, batch=100),
}


OURS = "ours"
PARTS = (*ORIGINAL_MODELS, OURS)


def run_original(original: Original, digits: Digits) -> dict[str, Any]:
    """Train one as it was, and measure it."""
    keras.utils.set_random_seed(SEED)
    model = original.build()
    train = digits.train_images
    seen = spoilt(train, SEED + 1) if original.noisy else train
    started = time.monotonic()
    model.fit(
        seen,
        train,
        batch_size=original.batch,
        epochs=original.epochs,
        steps_per_epoch=original.steps,
        verbose=0,
    )
    seconds = time.monotonic() - started
    figures = original.measure(model, digits)
    return {"seconds": round(seconds, 1), "n": len(digits.test_images), "figures": figures}


def run_ours(digits: Digits, data: Path | None) -> dict[str, Any]:
    """All of ours as `train.py --quick` fits and scores them: minutes in all, figures by model."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        session = Session(
            out=Path(folder, "weights"),
            runs=Path(folder, "runs"),
            data=data,
            quick=True,
            jobs=len(os.sched_getaffinity(0)),
        )
        fit_models(session, MODEL_IDS, digits)
        metrics = score_models(session, MODEL_IDS, digits)
        cards = {name: read_json(session.out / f"{name}.json") for name in MODEL_IDS}
    return {
        "minutes": round((time.monotonic() - started) / 60, 2),
        "models": {
            name: {
                "seconds": round(60 * cards[name]["minutes"], 1),
                "figures": {key: entry["value"] for key, entry in figures.items()},
            }
            for name, figures in metrics["models"].items()
        },
    }


def main() -> None:
    """Measure what is asked for, keep the rest, and write the results after each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(PARTS))
    parser.add_argument("--data", type=Path, help="as of train.py")
    options = parser.parse_args()
    unknown = [name for name in options.models if name not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]!r} is none of {', '.join(PARTS)}")
    digits = find_digits(options.data)
    results = read_json(ORIGINALS) if ORIGINALS.exists() else {"originals": {}}
    for name in options.models or PARTS:
        if name == OURS:
            results[OURS] = run_ours(digits, options.data)
        else:
            results["originals"][name] = run_original(ORIGINAL_MODELS[name], digits)
            print(name, results["originals"][name], flush=True)
        ORIGINALS.write_text(json.dumps(results, indent=1) + "\n")
    keep("compared", [compared(results, read_json(BUNDLED / "metrics.json"))], [], RESULTS)


def compared(results: dict[str, Any], metrics: dict[str, Any]) -> Table:
    """Theirs beside ours, with small budgets and as shipped, and what a linear map reaches."""
    ours = results.get(OURS, {}).get("models", {})
    rows = []
    for name, original in results["originals"].items():
        quick = ours.get(name, {"seconds": None, "figures": {}})
        for figure, value in original["figures"].items():
            entry = metrics["models"][name][figure]
            title = FIGURES[figure].title
            theirs = (value, original["seconds"])
            small = (quick["figures"].get(figure), quick["seconds"])
            rows.append((name, title, *theirs, *small, entry["value"], entry.get("bound")))
    columns = ("model", "figure", "original", "s", "ours, --quick", "s", "ours, shipped", "linear")
    return Table("The notebooks' models beside ours, on 10,000 test digits", columns, rows)


if __name__ == "__main__":
    main()
