"""A training session: fit the chosen models, ship each, then score what is there."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

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
from mnistlab.inference.lab import Lab
from mnistlab.training.exhibits import build_exhibits
from mnistlab.training.fit import Fit, fit
from mnistlab.training.recipes import RECIPES, Recipe
from mnistlab.training.score import calibrate, score

HELD_OUT = 1000  # training digits that a session keeps for the figures it shows on the way
METRICS = "metrics.json"
SHOWN = ("val_accuracy", "val_nll", "val_mse", "val_g_loss")  # the first that a model has


@dataclass(frozen=True, kw_only=True)
class Session:
    """What to do and where.

    Args:
        out: the folder of weights.
        runs: the folder of checkpoints.
        seed: of every run.
        epochs: instead of each recipe's own, if given.
        quick: small budgets, for fitting and for scoring.
        resume: go on from checkpoints of the same run.
        held_out: how many of the last training digits are kept apart.
    """

    out: Path
    runs: Path
    seed: int = 0
    epochs: int | None = None
    quick: bool = False
    resume: bool = False
    held_out: int = HELD_OUT

    def recipe(self, model_id: str) -> Recipe:
        """The model's schedule, with as many epochs as it gets."""
        recipe = RECIPES[model_id]
        if self.quick:
            recipe = replace(recipe, epochs=recipe.quick_epochs, penned=0)
        return replace(recipe, epochs=self.epochs or recipe.epochs)


def fit_models(session: Session, model_ids: Sequence[str], digits: Digits) -> None:
    """Fit each model and write its weights, card and replay as soon as it is done."""
    rest, images, labels = digits.hold_out(min(session.held_out, len(digits.train_images) // 5))
    for model_id in model_ids:
        recipe = session.recipe(model_id)
        with _progress(model_id, recipe, rest) as bar:
            run = fit(
                model_id,
                rest,
                held_out=(images, labels),
                recipe=recipe,
                epochs=recipe.epochs,
                seed=session.seed,
                checkpoints=session.runs,
                resume=session.resume,
                on_step=bar.step,
                on_epoch=bar.epoch,
            )
        if model_id == "classifier":
            calibrate(run.model, images, labels)
        _ship(session, model_id, run)
        write_manifest(session.out)  # what is there opens, even if the next model is never done


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
    exhibits = build_exhibits(nets, digits)
    save_tensors(out / EXHIBITS, exhibits.tensors())
    known = read_json(out / METRICS) if (out / METRICS).exists() else None
    cards = {name: card for name, (_, card) in loaded.items()}
    lab = Lab(nets, cards, exhibits, known or {}, source=str(out), revision="unfinished")
    chosen = [name for name in model_ids if name in present]
    metrics = score(
        lab, digits, only=chosen, known=known, thorough=not session.quick, say=tqdm.write
    )
    write_atomically(out / METRICS, to_json(metrics))
    write_manifest(out)
    return metrics


def _ship(session: Session, model_id: str, run: Fit) -> None:
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


class _Bar:
    """A line per model: steps done, time left, the running held-out figure."""

    def __init__(self, model_id: str, total: int, steps: int) -> None:
        self.steps = steps
        self.line = tqdm(
            total=total, desc=f"{model_id:14}", unit="step", dynamic_ncols=True, leave=True
        )

    def step(self) -> None:
        self.line.update()

    def epoch(self, done: int, figures: dict[str, float]) -> None:
        self.line.update(done * self.steps - self.line.n)  # jumps where a run was resumed
        for name in SHOWN:
            if name in figures:
                self.line.set_postfix_str(f"{name[4:]} {figures[name]:.4g} held out")
                break


@contextlib.contextmanager
def _progress(model_id: str, recipe: Recipe, digits: Digits) -> Iterator[_Bar]:
    steps = recipe.steps(len(digits.train_images))
    bar = _Bar(model_id, recipe.epochs * steps, steps)
    try:
        yield bar
    finally:
        bar.line.close()
