"""What the app shows without the data set: test digits, their codes, how models do on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnistlab.hub.store import WeightsError, read_tensors

FILE = "exhibits.safetensors"
SHOWN = 2000  # test digits that travel with the weights as pictures
MAPS = ("ae_2d", "vae_2d")
MAX_BYTES = 16_000_000


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
    """

    test_images: np.ndarray
    test_labels: np.ndarray
    maps: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    oddness: dict[str, np.ndarray]
    spread: dict[str, np.ndarray]

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays by the names they have in the file."""
        named = {"test_images": self.test_images, "test_labels": self.test_labels}
        for group in ("maps", "errors", "oddness", "spread"):
            named |= {f"{group}/{key}": array for key, array in getattr(self, group).items()}
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
        try:
            exhibits = cls(tensors["test_images"], tensors["test_labels"], **groups)
        except KeyError as missing:
            raise WeightsError(f"{FILE}: {missing} is missing.") from None
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
            and all(codes.shape == (n, 2) for codes in self.maps.values())
            and all(q.shape == (101,) for q in (*self.errors.values(), *self.oddness.values()))
            and all(s.ndim == 2 and len(s) == 2 for s in self.spread.values())
        )
        if not fits:
            raise WeightsError(f"{FILE}: an array is not of the shape that it should have.")
