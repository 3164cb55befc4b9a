"""Fit one model: seed, schedule, checkpoints, history, and ten digits watched through it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnistlab.data.digits import Digits
from mnistlab.inference.pictures import to_bytes
from mnistlab.models import MODELS
from mnistlab.training.batches import batches
from mnistlab.training.muon import Muon
from mnistlab.training.penned import with_penned
from mnistlab.training.recipes import RECIPES, Recipe

AVERAGED = 0.02  # share of a run's steps over which the weights are averaged; that is what is kept
FRAMES = 24  # at most so many moments of a run are kept for the replay
WATCHED = 10  # digits, one of each class
ENDS = ("filters", "pixels")  # layers at the pixels, whose directions are not alike: left to Adam


@dataclass
class Fit:
    """What a run left behind: the model, its figures by epoch, minutes, and its replay.

    Args:
        model: fitted.
        history: by figure, a value an epoch.
        minutes: without what was lost to an interruption.
        frames: by epoch what `frame_of` gave, as uint8.
    """

    model: keras.Model
    history: dict[str, list[float]] = field(default_factory=dict)
    minutes: float = 0.0
    frames: dict[int, np.ndarray] = field(default_factory=dict)


def fit(
    model_id: str,
    digits: Digits,
    *,
    held_out: tuple[np.ndarray, np.ndarray],
    epochs: int,
    seed: int,
    checkpoints: Path,
    resume: bool = False,
    config: Any = None,
    recipe: Recipe | None = None,
    on_epoch: Callable[[int, dict[str, float]], None] | None = None,
    on_step: Callable[[], None] | None = None,
) -> Fit:
    """Train `model_id` on the training digits.

    Args:
        model_id: key of `MODELS`.
        digits: what to train on.
        held_out: images (n, 28, 28) and labels (n,) for the running metrics.
        epochs: passes in all, those before a resumption included.
        seed: of weights, order and noise; 0 to 2**32 - 1.
        checkpoints: a folder for the state after each epoch.
        resume: go on from what is there, if it is of the same run.
        config: instead of the model's default configuration.
        recipe: instead of `RECIPES[model_id]`.
        on_epoch: called with the number of epochs done and the figures of the last, once at the
            start of a resumed run too.
        on_step: called after each batch.
    """
    recipe = recipe or RECIPES[model_id]
    keras.utils.set_random_seed(seed)
    entry = MODELS[model_id]
    config = config or entry.config_type()
    model = entry.build(config)
    count = recipe.visited(len(digits.train_images))
    digits = replace(
        digits,
        train_images=digits.train_images[:count],
        train_labels=digits.train_labels[:count],
    )
    if recipe.penned:
        digits = with_penned(digits, recipe.penned, seed)
    steps = len(digits.train_images) // recipe.batch
    compile_model(model, recipe, epochs * max(steps, 1))
    checkpoint = Checkpoint(checkpoints / model_id, repr((config, recipe, epochs, seed, steps)))
    run = Fit(model)
    first_epoch = checkpoint.restore(run) if resume else 0
    if first_epoch and on_epoch:
        on_epoch(first_epoch, {name: values[-1] for name, values in run.history.items()})
    labelled = model_id in ("classifier", "gan")
    data, steps = batches(
        digits.train_images,
        digits.train_labels if labelled else None,
        batch=recipe.batch,
        seed=seed,
        first_epoch=first_epoch,
        augment=recipe.augment,
        pairs=recipe.pairs,
    )
    watch = _Watch(model_id, run, checkpoint, epochs, held_out, on_epoch, on_step)
    if first_epoch == 0:
        watch.keep_frame(0)
    model.fit(
        data,
        epochs=epochs,
        initial_epoch=first_epoch,
        steps_per_epoch=steps,
        validation_data=held_out if labelled else (held_out[0],),
        validation_batch_size=500,
        callbacks=[watch],
        shuffle=False,  # the batches are shuffled already
        verbose=0,
    )
    return run


def compile_model(model: keras.Model, recipe: Recipe, steps: int) -> None:
    """Muon or Adam, decoupled weight decay, warm-up and cosine; for the GAN an Adam each player.

    Loshchilov & Hutter 2019, arXiv:1711.05101 and 2017, arXiv:1608.03983, eq. 5.
    """
    if recipe.game:
        players = [
            keras.optimizers.Adam(_schedule(recipe, steps), beta_1=0.0, beta_2=0.99)
            for _ in range(2)
        ]
        model.compile(*players, jit_compile=False)
        return
    common: dict[str, Any] = {
        "learning_rate": _schedule(recipe, steps),
        "weight_decay": recipe.weight_decay,
        "use_ema": True,
        "ema_momentum": 1 - 1 / max(10.0, AVERAGED * steps),
    }
    if recipe.muon:
        optimizer = Muon(
            **common,
            adam_weight_decay=recipe.weight_decay,
            adam_beta_2=0.99,
            exclude_layers=list(ENDS),
        )
    else:
        optimizer = keras.optimizers.AdamW(**common, beta_2=0.99)
    model.compile(optimizer, jit_compile=False)


def _schedule(recipe: Recipe, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = max(1, round(recipe.warm_up * steps))
    return keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20,
        decay_steps=max(1, steps - warm_up),
        alpha=0.2,  # of the initial value: a hundredth of the peak
        warmup_target=recipe.learning_rate,
        warmup_steps=warm_up,
    )


class Checkpoint:
    """The state of a run after its last whole epoch, in a folder of its own."""

    def __init__(self, folder: Path, signature: str) -> None:
        self.folder = folder
        self.signature = signature

    def save(self, run: Fit, epoch: int) -> None:
        """Write the state, then the log that points at it; each appears whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = self.folder / f"epoch-{epoch}.weights.h5"
        run.model.save_weights(state)
        frames: dict[str, Any] = {str(epoch): frame for epoch, frame in run.frames.items()}
        unfinished = self.folder / "unfinished.npz"
        np.savez_compressed(unfinished, **frames)
        unfinished.replace(self.folder / "frames.npz")
        log = {
            "signature": self.signature,
            "epoch": epoch,
            "history": run.history,
            "minutes": run.minutes,
        }
        partial = self.folder / "log.json.part"
        partial.write_text(json.dumps(log))
        partial.replace(self.folder / "log.json")
        for old in self.folder.glob("epoch-*.weights.h5"):
            if old != state:
                old.unlink()

    def restore(self, run: Fit) -> int:
        """Load the last state of this run, if there is one; the number of epochs already done."""
        try:
            log = json.loads((self.folder / "log.json").read_text())
        except (OSError, ValueError):
            return 0
        if log["signature"] != self.signature:
            return 0
        model = run.model
        for optimizer, variables in optimizers(model):
            optimizer.build(variables)
        model.load_weights(self.folder / f"epoch-{log['epoch']}.weights.h5")
        run.history, run.minutes = log["history"], log["minutes"]
        with np.load(self.folder / "frames.npz") as frames:
            run.frames = {int(k): frames[k] for k in frames.files}
        return log["epoch"]


def optimizers(model: keras.Model) -> list[tuple[keras.optimizers.Optimizer, list]]:
    """Each optimiser of a compiled model with the variables it moves."""
    if model.optimizer is not None:
        return [(model.optimizer, model.trainable_variables)]
    return []  # a GAN's are built when it is compiled


class _Watch(keras.callbacks.Callback):
    """Keeps history, frames and checkpoints, and tells whoever listens."""

    def __init__(
        self,
        model_id: str,
        run: Fit,
        checkpoint: Checkpoint,
        epochs: int,
        held_out: tuple[np.ndarray, np.ndarray],
        on_epoch: Callable[[int, dict[str, float]], None] | None,
        on_step: Callable[[], None] | None,
    ) -> None:
        super().__init__()
        self.model_id, self.run, self.checkpoint = model_id, run, checkpoint
        self.on_epoch_done, self.on_step_done = on_epoch, on_step
        self.kept = set(np.unique(np.geomspace(1, epochs, min(epochs, FRAMES)).round().astype(int)))
        images, labels = held_out
        firsts = [int(np.argmax(labels == digit)) for digit in range(WATCHED)]
        self.watched = images[firsts]  # (10, 28, 28)
        self.noise = np.random.default_rng(0).standard_normal((WATCHED, 512)).astype(np.float32)
        self.started = time.monotonic()

    def keep_frame(self, epoch: int) -> None:
        """What the model makes now of the watched digits and of the watched noise."""
        frame = frame_of(self.model_id, self.run.model, self.watched, self.noise)
        if frame is not None:
            self.run.frames[epoch] = to_bytes(frame)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.on_step_done:
            self.on_step_done()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        figures = {name: float(value) for name, value in (logs or {}).items()}
        if not all(np.isfinite(value) for value in figures.values()):
            raise FloatingPointError(f"{self.model_id} diverged in epoch {epoch + 1}: {figures}")
        for name, value in figures.items():
            self.run.history.setdefault(name, []).append(value)
        now = time.monotonic()
        self.run.minutes += (now - self.started) / 60
        self.started = now
        if epoch + 1 in self.kept:
            self.keep_frame(epoch + 1)
        self.checkpoint.save(self.run, epoch + 1)
        if self.on_epoch_done:
            self.on_epoch_done(epoch + 1, figures)


def frame_of(
    model_id: str, model: keras.Model, images: np.ndarray, noise: np.ndarray
) -> np.ndarray | None:
    """What a model makes of ten digits, of ten draws of noise, or of both: (10 or 20, 28, 28).

    An autoencoder rebuilds the digits, a GAN draws from the noise, and a variational autoencoder
    does first the one and then the other.
    """
    if model_id == "classifier":
        return None
    noise = noise[:, : model.config.code]
    if model_id == "gan":
        wish = np.eye(WATCHED, dtype=np.float32)
        return np.asarray(model.decode(np.hstack([noise, wish])))
    rebuilt = np.asarray(model.reconstruct(tf.constant(images)))
    if not hasattr(model, "from_prior"):
        return rebuilt
    drawn = np.asarray(model.decode(model.from_prior(tf.constant(noise))))
    return np.concatenate([rebuilt, drawn])
