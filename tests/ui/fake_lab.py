"""A lab of numpy alone that keeps the protocol of the real one, for the fast tests of the page.

Its networks are blurs of growing width, its referee compares with the mean picture of each class:
enough for every figure to move when the drawing does.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnistlab.evaluation.neighbours import Reference
from mnistlab.hub.card import Card

DIGITS = Path(__file__).parents[1] / "digits.npz"
AUTOENCODERS = {
    "vanilla": 32,
    "multilayer": 32,
    "convolutional": 64,
    "sparse": 1024,
    "denoising": 64,
    "vae": 16,
    "gan": 64,
    "ae_2d": 2,
    "vae_2d": 2,
}

MSE = {
    "value": 0.0031, "n": 10000, "seed": None, "unit": "", "better": "lower",
    "baseline": 0.00553, "bound": 0.00775, "floor": 0.0034, "goal": 0.0030,
}  # fmt: skip


@dataclass(frozen=True)
class FakeReading:
    reconstruction: np.ndarray
    mse: np.ndarray
    relative_error: np.ndarray
    percentile: np.ndarray
    code: np.ndarray
    code_sd: np.ndarray | None
    probabilities: np.ndarray


@dataclass(frozen=True)
class FakeExamination:
    probabilities: np.ndarray
    strangeness: np.ndarray
    readings: dict
    other_errors: dict


@dataclass(frozen=True)
class FakeExhibits:
    test_images: np.ndarray  # fewer than there are labels, as in the real ones
    test_labels: np.ndarray
    spread: dict
    maps: dict
    train_images: np.ndarray
    train_labels: np.ndarray
    busiest: tuple = (400.0, 400.0)  # more than any drawing of the tests has

    @property
    def compared(self):
        return Reference(self.train_images.reshape(-1, 784) / np.float32(255))


class FakeLab:
    models = (*AUTOENCODERS, "classifier")
    source = "fake"
    revision = "0000000"

    def __init__(self):
        with np.load(DIGITS, allow_pickle=False) as arrays:
            images, labels = arrays["x_test"], arrays["y_test"].astype(np.uint8)
            seen = arrays["x_train"], arrays["y_train"].astype(np.uint8)
        self.cards = {name: _card(name) for name in self.models}
        self.metrics = {"models": {"vanilla": {"mse": MSE}}}
        pixels = images.reshape(len(images), -1) / 255
        self._means = np.stack([pixels[labels == digit].mean(axis=0) for digit in range(10)])
        rng = np.random.default_rng(0)
        self._axes = {
            name: rng.standard_normal((784, size)).astype(np.float32) / 28
            for name, size in AUTOENCODERS.items()
        }
        codes = {name: self.encode(name, images / 255) for name in AUTOENCODERS}
        spread = {name: np.stack([c.mean(axis=0), c.std(axis=0)]) for name, c in codes.items()}
        maps = {name: codes[name] for name in ("ae_2d", "vae_2d")}
        self.exhibits = FakeExhibits(images[:150], labels, spread, maps, *seen)

    def classify(self, images):
        pixels = images.reshape(len(images), -1)
        distance = ((pixels[:, None] - self._means) ** 2).sum(axis=-1)
        likeness = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / 2)
        return (likeness / likeness.sum(axis=1, keepdims=True)).astype(np.float32)

    def encode(self, model, images):
        code = images.reshape(len(images), -1) @ self._axes[model]
        return np.maximum(code - 0.6, 0) if model == "sparse" else code

    def decode(self, model, codes):
        axes = self._axes[model]
        return np.clip(codes @ axes.T * 8, 0, 1).reshape(-1, 28, 28).astype(np.float32)

    def code_size(self, model):
        return AUTOENCODERS[model]

    def describe(self, model):
        shapes = [
            ("encoder", "code", (AUTOENCODERS.get(model, 10),)),
            ("decoder", "pixels", (784,)),
        ]
        return [
            {"part": part, "name": name, "kind": "Dense", "shape": shape, "parameters": 784}
            for part, name, shape in shapes
        ]

    def weights(self, model):
        return {"decoder/pixels/kernel": self._axes[model].T} if model == "vanilla" else {}

    def replay(self, model):
        if model == "classifier":
            return None
        blurred = [_blurred(self.exhibits.test_images[:10] / 255, times) for times in (9, 3, 1)]
        frames = (np.stack(blurred) * 255).astype(np.uint8)
        draws_too = model.startswith("vae")
        return np.array([0, 1, 4]), np.tile(frames, (1, 2, 1, 1)) if draws_too else frames

    def posterior(self, model, images):
        mean = self.encode(model, images)
        return mean, np.full_like(mean, 0.2)

    def sample(self, model, n, seed=0, *, temperature=1.0, digit=None):
        rng = np.random.default_rng(seed)
        codes = temperature * rng.standard_normal((n, AUTOENCODERS[model]))
        likeness = self._means[rng.integers(10, size=n) if digit is None else [digit] * n]
        images = self.decode(model, codes) / 4 + likeness.reshape(-1, 28, 28)
        return np.clip(images, 0, 1).astype(np.float32)

    def examine(self, images, others=None):
        readings, other_errors = {}, {}
        others = images[:0] if others is None else others
        for place, name in enumerate(AUTOENCODERS):
            rebuilt = _blurred(images, place + 1)
            error = _relative_error(images, rebuilt)
            other_errors[name] = _relative_error(others, _blurred(others, place + 1))
            code = self.encode(name, images)
            readings[name] = FakeReading(
                reconstruction=rebuilt,
                mse=((rebuilt - images) ** 2).mean(axis=(1, 2)),
                relative_error=error,
                percentile=100 * np.exp(-error * 3),
                code=code,
                code_sd=np.full_like(code, 0.2) if name.startswith("vae") else None,
                probabilities=self.classify(rebuilt),
            )
        chances = self.classify(images)
        nearest = ((images.reshape(len(images), 1, -1) - self._means) ** 2).sum(axis=-1).min(axis=1)
        return FakeExamination(chances, 100 * np.exp(-nearest / 40), readings, other_errors)


def _card(name):
    falling = {"loss": (9.0, 4.0, 3.0, 2.5), "val_loss": (8.0, 4.2, 3.3, 2.9)}
    return Card(
        id=name,
        configuration={"code": AUTOENCODERS.get(name, 10)},
        seed=0,
        epochs=4,
        minutes=1.5,
        versions={"keras": "3.15.1"},
        parameters=1568,
        history=falling,
        metrics={"val_loss": 2.9},
    )


def _relative_error(images, rebuilt):
    power = np.maximum((images**2).sum(axis=(1, 2)), 1e-6)
    return ((rebuilt - images) ** 2).sum(axis=(1, 2)) / power


def _blurred(images, times):
    for _ in range(times):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        across = (padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 4
        images = (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 4
    return images.astype(np.float32)
