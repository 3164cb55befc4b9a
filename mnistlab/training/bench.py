"""What several figures share: the lab, the digits in one order, noise, the referee's features."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from mnistlab.data.digits import Digits
from mnistlab.inference.lab import Lab
from mnistlab.training.exhibits import exhibit_order

SIGMA = 0.5  # of the fixed noise on which denoisers are compared
PIECE = 1000  # digits that are spoilt at once


class Measured(NamedTuple):
    """A figure: its value, over how many digits or samples, and what it was drawn with.

    Args:
        value: of the first seed, or the mean over `seeds` of them.
        n: digits, or samples of each seed.
        seed: the first seed; None where nothing was drawn.
        seeds: how many in a row.
        spread: standard deviation over the seeds.
    """

    value: float
    n: int
    seed: int | None = None
    seeds: int = 1
    spread: float | None = None


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much the costly figures look at; the others always take every test digit.

    Args:
        likelihood_digits: test digits whose likelihood is estimated.
        likelihood_samples: importance samples of each.
        probe_digits: training digits that the linear probe learns from.
        samples: generated digits of each seed.
        seeds: how many, from 0.
        memorised: samples, and test digits, whose nearest training digit is looked for.
        curve_digits: test digits behind each point of a noise curve.
    """

    likelihood_digits: int
    likelihood_samples: int
    probe_digits: int
    samples: int
    seeds: int
    memorised: int
    curve_digits: int


THOROUGH = Budget(
    likelihood_digits=10_000,
    likelihood_samples=1000,
    probe_digits=60_000,
    samples=10_000,
    seeds=5,
    memorised=2000,
    curve_digits=1000,
)
QUICK = Budget(
    likelihood_digits=500,
    likelihood_samples=100,
    probe_digits=5000,
    samples=2000,
    seeds=2,
    memorised=500,
    curve_digits=50,
)


class Bench:
    """A lab and the digits that it is measured on.

    Args:
        lab: with a referee.
        digits: test digits to measure on; training digits for what a figure has to learn.
        budget: how much to look at.
    """

    def __init__(self, lab: Lab, digits: Digits, budget: Budget) -> None:
        self.lab, self.digits, self.budget = lab, digits, budget
        self.train, self.test = digits.train_images, digits.test_images
        self.order = exhibit_order(len(self.test))

    @cached_property
    def noisy_test(self) -> np.ndarray:
        """All test digits with the fixed noise of seed 0."""
        return spoilt(self.test, seed=0)

    @cached_property
    def test_features(self) -> np.ndarray:
        """What the referee's penultimate layer makes of all test digits."""
        return self.lab.features(self.test)

    @lru_cache  # noqa: B019 - a bench lives as long as one scoring
    def train_features(self, n: int, seed: int) -> np.ndarray:
        """The same of `n` random training digits."""
        chosen = np.random.default_rng(seed).choice(len(self.train), n, replace=False)
        return self.lab.features(self.train[chosen])

    def test_subset(self, count: int) -> np.ndarray:
        """Indices of the first `count` test digits of the seeded order, as many as there are."""
        return self.order[:count]


def spoilt(images: np.ndarray, seed: int, sigma: float = SIGMA) -> np.ndarray:
    """`clip(x + sigma * default_rng(seed).standard_normal(x.shape), 0, 1)` as float32.

    Drawn a piece at a time: the numbers are the same, the memory is not.
    """
    rng = np.random.default_rng(seed)
    noisy = np.empty(images.shape, np.float32)
    for start in range(0, len(images), PIECE):
        piece = images[start : start + PIECE]
        noisy[start : start + PIECE] = np.clip(
            piece + sigma * rng.standard_normal(piece.shape), 0, 1
        )
    return noisy
