"""How each model is fitted; chosen on held-out training digits (docs/experiments.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One model's schedule.

    The step size climbs for the first `warm_up` of the run, then falls along a cosine to a
    hundredth of `learning_rate`. An epoch visits the first `share` of the training digits.
    `quick_epochs` and `quick_share` are the budget of `train.py --quick`, `quick_config` what it
    changes of the model's configuration. `augment` warps the digits anew at each pass; with `pairs`
    each is seen beside a warped view of itself; `penned` of them are seen a second time, as a pad
    would have them. `step_seconds` of one core, roughly, tell which model takes longest.
    """

    epochs: int
    quick_epochs: int
    learning_rate: float
    step_seconds: float = field(repr=False)  # no part of what a checkpoint is held against
    batch: int = 128
    share: float = 1.0
    quick_share: float = 1.0
    quick_config: Mapping[str, Any] = field(default_factory=dict)
    warm_up: float = 0.04
    weight_decay: float = 1e-4
    augment: bool = False
    pairs: bool = False
    penned: int = 0
    muon: bool = False  # instead of Adam
    game: bool = False  # two players, each with an optimiser of its own

    def steps(self, digits: int) -> int:
        """Batches in an epoch, of so many training digits."""
        digits = self.visited(digits)
        return (digits + min(self.penned, digits)) // self.batch

    def visited(self, digits: int) -> int:
        """How many of so many training digits an epoch visits."""
        return round(self.share * digits)


RECIPES: dict[str, Recipe] = {
    "classifier": Recipe(
        epochs=24,
        quick_epochs=1,
        learning_rate=2e-3,
        step_seconds=0.08,
        augment=True,
        penned=20_000,
    ),
    "vanilla": Recipe(epochs=25, quick_epochs=6, learning_rate=4e-3, step_seconds=0.003),
    "multilayer": Recipe(
        epochs=40, quick_epochs=4, learning_rate=1.5e-3, step_seconds=0.03, batch=256
    ),
    "convolutional": Recipe(
        epochs=16,
        quick_epochs=1,
        quick_share=0.5,
        learning_rate=7e-3,
        step_seconds=0.1,
        weight_decay=0.01,
        muon=True,
    ),
    "sparse": Recipe(
        epochs=12, quick_epochs=2, learning_rate=3e-3, step_seconds=0.11, batch=256, pairs=True
    ),
    "denoising": Recipe(
        epochs=40, quick_epochs=1, quick_share=0.5, learning_rate=2e-3, step_seconds=0.15
    ),
    "vae": Recipe(epochs=60, quick_epochs=2, learning_rate=1.5e-3, step_seconds=0.04, batch=256),
    "gan": Recipe(
        epochs=16,
        quick_epochs=2,
        learning_rate=3e-4,
        step_seconds=0.09,
        batch=64,
        weight_decay=0.0,
        game=True,
    ),
    "ae_2d": Recipe(epochs=30, quick_epochs=7, learning_rate=1.5e-3, step_seconds=0.02, batch=256),
    "vae_2d": Recipe(
        epochs=40,
        quick_epochs=7,
        quick_config={"importance": 1},
        learning_rate=1.5e-3,
        step_seconds=0.05,
        batch=256,
    ),
}
