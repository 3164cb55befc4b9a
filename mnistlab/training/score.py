"""Score what is trained: the contents of `metrics.json`, part by part.

Every figure states its value, its n, its seed, and what it is held against. A scoring of some
models keeps what is known of the others, unless the referee is among them: then all that it judged
is judged again.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from mnistlab.data.digits import Digits
from mnistlab.evaluation.calibration import fit_temperature
from mnistlab.inference.examiner import REFEREE
from mnistlab.inference.lab import CHUNK, Lab
from mnistlab.training import figures
from mnistlab.training.bench import QUICK, THOROUGH, Bench, Measured
from mnistlab.training.bounds import linear_bounds
from mnistlab.training.curves import noise_curves
from mnistlab.training.targets import described

FORMAT = 1
VARIATIONAL = ("vae", "vae_2d")

logger = logging.getLogger(__name__)


class Part(NamedTuple):
    """Figures that are measured together.

    Args:
        name: for people.
        models: ids of those that have them.
        measure: figures by name, of a bench and a model.
        judged: whether the referee has a say in them.
    """

    name: str
    models: tuple[str, ...]
    measure: Callable[[Bench, str], dict[str, Measured]]
    judged: bool = False


PARTS = (
    Part("reading", (REFEREE,), figures.reading, judged=True),
    Part(
        "reconstruction",
        ("vanilla", "multilayer", "convolutional", "sparse", "vae", "ae_2d", "vae_2d"),
        figures.reconstruction,
    ),
    Part("sparsity", ("sparse",), figures.sparsity),
    Part("denoising", ("denoising",), figures.denoising, judged=True),
    Part("likelihood", VARIATIONAL, figures.likelihood),
    Part("samples", ("gan", *VARIATIONAL), figures.samples, judged=True),
)


def score(
    lab: Lab,
    digits: Digits,
    *,
    only: Iterable[str] | None = None,
    known: dict[str, Any] | None = None,
    thorough: bool = True,
    say: Callable[[str], None] = logger.info,
) -> dict[str, Any]:
    """Measure the models of a lab on all test digits.

    Args:
        lab: with a referee.
        digits: test digits to measure on, training digits to learn from.
        only: ids of the models to score; all by default.
        known: an earlier `metrics.json`, whose figures of the other models are kept.
        thorough: the published budget; False takes fewer samples, and each figure says how many.
        say: told the name of each part before it starts.

    Returns:
        The contents of `metrics.json`: "format"; "bounds", what a linear map achieves and the floor
        of the cross-entropy; "models", figures by model and name; "noise_curves", PSNR and SSIM
        against the strength of each kind of noise, by model and by filter.
    """
    known = known or {}
    chosen = set(lab.models if only is None else only)
    bench = Bench(lab, digits, THOROUGH if thorough else QUICK)
    with _Timed("bounds", say):
        bounds = linear_bounds(bench)
    models = {name: dict(known.get("models", {}).get(name, {})) for name in lab.models}
    for part in PARTS:
        for model_id in part.models:
            due = model_id in chosen or (part.judged and REFEREE in chosen)
            if model_id not in lab.models or not due:
                continue
            with _Timed(f"{model_id}: {part.name}", say):
                measured = part.measure(bench, model_id)
            for name, figure in measured.items():
                models[model_id][name] = _entry(lab, bounds, model_id, name, figure, part.judged)
    with _Timed("noise curves", say):
        curves = noise_curves(bench, chosen, known.get("noise_curves", {}))
    return {"format": FORMAT, "bounds": bounds, "models": models, "noise_curves": curves}


def calibrate(classifier: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Fit the referee's temperature on digits that it was not trained on, and set it.

    Args:
        classifier: the fitted network.
        images: (n, 28, 28), neither trained on nor tested on.
        labels: (n,).

    Returns:
        The temperature.
    """
    pieces = [np.asarray(classifier(images[i : i + CHUNK])) for i in range(0, len(images), CHUNK)]
    temperature = fit_temperature(np.concatenate(pieces), labels)
    classifier.temperature.assign(temperature)
    return temperature


def _entry(
    lab: Lab, bounds: dict[str, Any], model_id: str, name: str, figure: Measured, judged: bool
) -> dict[str, Any]:
    entry: dict[str, Any] = {"value": figure.value, "n": figure.n, "seed": figure.seed}
    if figure.spread is not None:
        entry |= {"seeds": figure.seeds, "spread": figure.spread}
    entry |= described(model_id, name)
    bound = _bound(lab, bounds, model_id, name)
    if bound is not None:
        entry["bound"] = bound
    if judged and model_id != REFEREE:
        entry["judge"] = REFEREE
    return entry


def _bound(lab: Lab, bounds: dict[str, Any], model_id: str, name: str) -> float | None:
    """What a linear map of the same code size achieves, where such a size was measured."""
    if model_id == "denoising":
        return bounds["ridge_psnr"] if name == "psnr" else None
    return bounds["pca_mse"].get(str(lab.code_size(model_id))) if name == "mse" else None


class _Timed:
    """Says what begins, and logs how long it took."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self.name, self.say = name, say

    def __enter__(self) -> None:
        self.say(f"Scoring {self.name}")
        self.start = time.monotonic()

    def __exit__(self, *exception: object) -> None:
        logger.info("Scored %s in %.1f s", self.name, time.monotonic() - self.start)
