"""MNIST as arrays: read from an `.npz` or from IDX files, checked, scaled and split.

LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition".
"""

import gzip
import hashlib
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHAPES = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}
IDX_NAMES = {
    "x_train": "train-images",
    "y_train": "train-labels",
    "x_test": "t10k-images",
    "y_test": "t10k-labels",
}
# sha256 of the raw bytes of each array, in the order of the published files.
SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
IDX_UINT8 = 0x08
MAX_BYTES = 100_000_000  # of one array, unpacked; MNIST's largest has 47 million


class DataError(ValueError):
    """The digits could not be read; the message says what was found and what to do."""


@dataclass(frozen=True)
class Digits:
    """Images `float32 (n, 28, 28)` in [0, 1] and labels `uint8 (n,)`, training and test."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    @classmethod
    def from_uint8(cls, arrays: dict[str, np.ndarray]) -> "Digits":
        """Scale the four arrays of Keras' layout from 0-255 to [0, 1]."""
        for name, array in arrays.items():
            if array.dtype != np.uint8:
                raise DataError(f"{name} holds {array.dtype}, not uint8: this is not MNIST.")
        scaled = {k: arrays[k].astype(np.float32) / np.float32(255) for k in ("x_train", "x_test")}
        return cls(scaled["x_train"], arrays["y_train"], scaled["x_test"], arrays["y_test"])

    def hold_out(self, count: int) -> tuple["Digits", np.ndarray, np.ndarray]:
        """Keep the last `count` training digits apart: (the rest, their images, their labels)."""
        if not 0 < count < len(self.train_images):
            raise DataError(f"Cannot hold out {count} of {len(self.train_images)} training digits.")
        rest = Digits(
            self.train_images[:-count],
            self.train_labels[:-count],
            self.test_images,
            self.test_labels,
        )
        return rest, self.train_images[-count:], self.train_labels[-count:]


def read_digits(path: Path, *, any_digits: bool = False) -> Digits:
    """Read digits from an `.npz` (x_train, y_train, x_test, y_test) or a folder of IDX files.

    Args:
        path: the file or the folder; IDX files may be gzipped.
        any_digits: accept other counts and contents than MNIST's own, for small experiments.

    Raises:
        DataError: nothing readable there, or the contents are not those of MNIST.
    """
    if path.is_dir():
        arrays = {name: _read_idx(_find_idx(path, stem)) for name, stem in IDX_NAMES.items()}
    elif path.is_file():
        arrays = _read_npz(path)
    else:
        raise DataError(f"No digits at {path}: give an .npz file or a folder of IDX files.")
    _check(arrays, path, any_digits)
    return Digits.from_uint8(arrays)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            missing = {name for name in SHAPES if f"{name}.npy" not in archive.namelist()}
            if missing:
                raise DataError(f"{path.name} has no {', '.join(sorted(missing))}.")
            return {name: _read_npy(archive, name, path) for name in SHAPES}
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise DataError(f"{path.name} is not a readable .npz file.") from error
    except DataError:
        raise
    except (ValueError, RuntimeError) as error:  # an object array, or a member with a password
        raise DataError(f"{path.name} holds something other than plain arrays.") from error


def _read_npy(archive: zipfile.ZipFile, name: str, path: Path) -> np.ndarray:
    """One array, of which nothing is allocated before its header fits the size of its member."""
    size = archive.getinfo(f"{name}.npy").file_size  # no more than this is ever unpacked
    if size > MAX_BYTES:
        raise DataError(f"{path.name}: {name} has {size:,} bytes; up to {MAX_BYTES:,} are read.")
    with archive.open(f"{name}.npy") as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError("another version of the format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize != size - member.tell():
            raise ValueError("pickle, or a shape that the bytes do not fill")
        member.seek(0)
        return np.lib.format.read_array(member, allow_pickle=False)


def _find_idx(folder: Path, stem: str) -> Path:
    found = sorted(folder.glob(f"{stem}*"))
    if not found:
        raise DataError(f"No IDX file {stem}* in {folder}.")
    return found[0]


def _read_idx(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} is a damaged gzip file.") from error
    if len(data) > MAX_BYTES:
        raise DataError(f"{path.name} has more than {MAX_BYTES:,} bytes, which are not read.")
    if len(data) < 4 or data[:3] != bytes([0, 0, IDX_UINT8]):
        raise DataError(f"{path.name} is not an IDX file of bytes.")
    rank = data[3]
    header = 4 + 4 * rank
    shape = tuple(int(n) for n in np.frombuffer(data[4:header], dtype=">u4"))
    if len(data) - header != math.prod(shape):
        raise DataError(f"{path.name} announces {shape} but holds {len(data) - header} bytes.")
    return np.frombuffer(data, dtype=np.uint8, offset=header).reshape(shape)


def _check(arrays: dict[str, np.ndarray], path: Path, any_digits: bool) -> None:
    for split in ("train", "test"):
        images, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
        if images.ndim != 3 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
            raise DataError(
                f"{path.name}: {split} images are {images.shape} and labels {labels.shape}; "
                "expected (n, 28, 28) and (n,)."
            )
    if any_digits:
        return
    for name, array in arrays.items():
        if (
            array.shape != SHAPES[name]
            or hashlib.sha256(array.tobytes()).hexdigest() != SHA256[name]
        ):
            raise DataError(
                f"{path.name}: {name} is not MNIST's (sha256 differs). "
                "Download it again, or pass --any-digits to train on it as it is."
            )
