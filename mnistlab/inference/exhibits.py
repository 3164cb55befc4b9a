"""What the app shows without the data set: digits, codes of them, how models do on them."""

import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from mnistlab.evaluation.neighbours import Reference
from mnistlab.hub.store import WeightsError, read_tensors
from mnistlab.inference.verdict import busyness

FILE = "exhibits.safetensors"
SHOWN = 2000  # test digits that travel with the weights as pictures
COMPARED = 12_000  # training digits that travel with them, deflated to less than 2 MB
MAPS = ("ae_2d", "vae_2d")
MAX_BYTES = 16_000_000
MAX_COMPARED = 60_000


@dataclass(frozen=True)
class Exhibits:
    """Test digits in one seeded order, the same for every array.

    Args:
        test_images: (2000, 28, 28) uint8, the first of the order.
        test_labels: (10000,) uint8.
        maps: for each 2-D model the codes (10000, 2).
        errors: for each model the quantiles 0 ... 100 % (101,) of its relative error over the test
        digits.
        oddness: quantiles (101,) over the test digits of what tells a digit from a scribble, by
        name.
        spread: for each model with a code, mean and standard deviation (2, code) of its codes of
        test digits.
        train_images: (12000, 28, 28) uint8, to look for the training digit nearest to a sample;
        weights that came without have none.
        train_labels: (12000,) uint8.
    """

    test_images: np.ndarray
    test_labels: np.ndarray
    maps: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    oddness: dict[str, np.ndarray]
    spread: dict[str, np.ndarray]
    train_images: np.ndarray = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    train_labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))

    @cached_property
    def busiest(self) -> tuple[float, float]:
        """The most ink and the most edges that a shipped test digit has, as `busyness` has them."""
        ink, edges = busyness(self.test_images.astype(np.float32) / 255)
        return float(ink.max()), float(edges.max())

    @cached_property
    def compared(self) -> Reference:
        """The training digits as vectors, to look for the nearest."""
        return Reference(self.train_images.reshape(-1, 784) / np.float32(255))

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays by the names they have in the file."""
        named = {"test_images": self.test_images, "test_labels": self.test_labels}
        for group in ("maps", "errors", "oddness", "spread"):
            named |= {f"{group}/{key}": array for key, array in getattr(self, group).items()}
        if len(self.train_labels):
            named |= {"train_images": _deflated(self.train_images)}
            named |= {"train_labels": self.train_labels}
        return named

    @classmethod
    def read(cls, folder: Path) -> "Exhibits":
        """Read `exhibits.safetensors`.

        Raises:
            WeightsError: it is missing, damaged, or an array is not of its shape.
        """
        tensors = read_tensors(folder / FILE, None, max_bytes=MAX_BYTES)
        groups: dict[str, dict[str, np.ndarray]] = {
            "maps": {},
            "errors": {},
            "oddness": {},
            "spread": {},
        }
        for name, array in tensors.items():
            group, _, key = name.partition("/")
            if group in groups and key:
                groups[group][key] = array
        compared = {}
        try:
            shown = tensors["test_images"], tensors["test_labels"]
            if "train_images" in tensors:
                labels = compared["train_labels"] = tensors["train_labels"]
                compared["train_images"] = _inflated(tensors["train_images"], labels.size)
        except KeyError as missing:
            raise WeightsError(f"{FILE}: {missing} is missing.") from None
        maps, errors, oddness, spread = groups.values()
        exhibits = cls(*shown, maps, errors, oddness, spread, **compared)
        exhibits._check()
        return exhibits

    def _check(self) -> None:
        n = len(self.test_labels)
        fits = (
            self.test_images.dtype == np.uint8
            and self.test_images.shape[1:] == (28, 28)
            and 0 < len(self.test_images) <= n
            and self.test_labels.ndim == 1
            and int(self.test_labels.max()) <= 9
            and self.train_labels.dtype == np.uint8
            and self.train_labels.ndim == 1
            and int(self.train_labels.max(initial=0)) <= 9
            and all(codes.shape == (n, 2) for codes in self.maps.values())
            and all(q.shape == (101,) for q in (*self.errors.values(), *self.oddness.values()))
            and all(s.ndim == 2 and len(s) == 2 for s in self.spread.values())
        )
        if not fits:
            raise WeightsError(f"{FILE}: an array is not of the shape that it should have.")


def _deflated(images: np.ndarray) -> np.ndarray:
    """(n, 28, 28) uint8 -> their pixels as one zlib stream, uint8."""
    return np.frombuffer(zlib.compress(images.tobytes(), 9), np.uint8)


def _inflated(stream: np.ndarray, count: int) -> np.ndarray:
    """The inverse, for so many pictures: whatever the stream says, no more memory is taken.

    Raises:
        WeightsError: they are not in it.
    """
    size = min(count, MAX_COMPARED) * 784
    try:
        pixels = zlib.decompressobj().decompress(stream.tobytes(), size) if size else b""
    except zlib.error:
        pixels = b""
    if len(pixels) != count * 784:
        raise WeightsError(f"{FILE}: train_images does not hold {count:,} pictures.")
    return np.frombuffer(pixels, np.uint8).reshape(count, 28, 28)
