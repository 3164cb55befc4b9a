"""A training session: what it is to do, the steps for one model, and the scoring of them all."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mnistlab.data.digits import Digits
from mnistlab.hub.files import to_json, write_atomically
from mnistlab.hub.store import (
    MODEL_IDS,
    Card,
    WeightsError,
    installed_versions,
    load_model,
    read_json,
    save_model,
    save_tensors,
    write_manifest,
)
from mnistlab.inference.exhibits import FILE as EXHIBITS
from mnistlab.models import MODELS
from mnistlab.training.exhibits import build_exhibits, new_lab
from mnistlab.training.fit import Fit, fit
from mnistlab.training.recipes import RECIPES, Recipe
from mnistlab.training.score import calibrate, score
from mnistlab.training.source import find_digits

HELD_OUT = 1000  # training digits that a session keeps for the figures it shows on the way
METRICS = "metrics.json"


@dataclass(frozen=True, kw_only=True)
class Session:
    """What to do and where.

    Args:
        out: the folder of weights.
        runs: the folder of checkpoints.
        data: where the digits are; by default wherever Keras has put them.
        any_digits: accept digits that are not MNIST's own.
        seed: of every run.
        epochs: instead of each recipe's own, if given.
        quick: small budgets, for fitting and for scoring.
        resume: go on from checkpoints of the same run.
        held_out: how many of the last training digits are kept apart, a fifth of them at most.
        jobs: how many models are fitted at a time.
    """

    out: Path
    runs: Path
    data: Path | None = None
    any_digits: bool = False
    seed: int = 0
    epochs: int | None = None
    quick: bool = False
    resume: bool = False
    held_out: int = HELD_OUT
    jobs: int = 1

    def digits(self) -> Digits:
        """Read the digits; what can go wrong is `find_digits`'s to say."""
        return find_digits(self.data, any_digits=self.any_digits)

    def split(self, digits: Digits) -> tuple[Digits, np.ndarray, np.ndarray]:
        """The digits to learn from, and images and labels of those that are kept apart."""
        return digits.hold_out(min(self.held_out, len(digits.train_images) // 5))

    def recipe(self, model_id: str) -> Recipe:
        """The model's schedule, with as many epochs as it gets."""
        recipe = RECIPES[model_id]
        if self.quick:
            epochs, share = recipe.quick_epochs, recipe.quick_share
            recipe = replace(recipe, epochs=epochs, share=share, penned=0)
        return replace(recipe, epochs=self.epochs or recipe.epochs)

    def config(self, model_id: str) -> Any:
        """The model's configuration, with what a quick run changes of it."""
        changes = RECIPES[model_id].quick_config if self.quick else {}
        return MODELS[model_id].config_type(**changes)


def fit_model(
    session: Session,
    model_id: str,
    digits: Digits,
    *,
    on_step: Callable[[], None],
    on_epoch: Callable[[int, dict[str, float]], None],
) -> Fit:
    """Fit a model as the session has it; the referee is calibrated too."""
    rest, images, labels = session.split(digits)
    recipe = session.recipe(model_id)
    run = fit(
        model_id,
        rest,
        held_out=(images, labels),
        config=session.config(model_id),
        recipe=recipe,
        epochs=recipe.epochs,
        seed=session.seed,
        checkpoints=session.runs,
        resume=session.resume,
        on_step=on_step,
        on_epoch=on_epoch,
    )
    if model_id == "classifier":
        calibrate(run.model, images, labels)
    return run


def score_models(session: Session, model_ids: Sequence[str], digits: Digits) -> dict:
    """Measure the given models as they lie in `out`; rewrite exhibits, metrics and manifest.

    Returns:
        The contents of `metrics.json`.
    """
    out = session.out
    present = [name for name in MODEL_IDS if (out / f"{name}.safetensors").exists()]
    if "classifier" not in present:
        raise WeightsError(f"{out} has no classifier, which judges all the others: fit it first.")
    loaded = {name: load_model(out, name) for name in present}
    nets = {name: net for name, (net, _) in loaded.items()}
    lab = new_lab(nets, digits, {name: card for name, (_, card) in loaded.items()})
    save_tensors(out / EXHIBITS, build_exhibits(lab, digits).tensors())
    known = read_json(out / METRICS) if (out / METRICS).exists() else None
    chosen = [name for name in model_ids if name in present]
    metrics = score(
        lab, digits, only=chosen, known=known, thorough=not session.quick, say=tqdm.write
    )
    write_atomically(out / METRICS, to_json(metrics))
    write_manifest(out)
    return metrics


def ship(session: Session, model_id: str, run: Fit) -> None:
    """Write a fitted model's weights, card and replay; `write_manifest` comes after."""
    card = Card(
        id=model_id,
        configuration=asdict(run.model.config),
        seed=session.seed,
        epochs=session.recipe(model_id).epochs,
        minutes=round(run.minutes, 2),
        versions=installed_versions(),
        parameters=sum(int(np.prod(v.shape)) for v in run.model.shipped().values()),
        history={name: tuple(values) for name, values in run.history.items()},
        metrics={name: values[-1] for name, values in run.history.items()},
    )
    save_model(session.out, model_id, run.model, card)
    if run.frames:
        epochs = sorted(run.frames)
        replay = {
            "frames": np.stack([run.frames[epoch] for epoch in epochs]),
            "epochs": np.array(epochs, np.float32),
        }
        (session.out / "replay").mkdir(exist_ok=True)
        save_tensors(session.out / "replay" / f"{model_id}.safetensors", replay)
