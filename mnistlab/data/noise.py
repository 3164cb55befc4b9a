"""Five ways to spoil a digit, each repeatable by its seed.

Vincent et al. 2010, "Stacked denoising autoencoders", JMLR 11, section 3.3: Gaussian, salt-and-
pepper and masking noise.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy  # its parts come when they are first used: the page does not wait for them

from mnistlab.data.seeds import check_seed

SIDE = 28
BLUR = 3.0  # pixels, the widest
ERASER = 3.0  # pixels across
WEAKEST = 1e-3  # ink below this leaves nothing to rub out


@dataclass(frozen=True)
class Noise:
    """One kind: its name for people, what its strength means, and what spoils.

    Args:
        label: for a menu.
        sentence: what strength does, in a sentence.
        spoil: images (n, 28, 28), strength and generator to spoilt images.
    """

    label: str
    sentence: str
    spoil: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


def corrupt(images: np.ndarray, kind: str, strength: float, seed: int) -> np.ndarray:
    """Spoil images; the same seed spoils them in the same way.

    Args:
        images: (n, 28, 28) or (28, 28) in [0, 1].
        kind: key of `NOISES`.
        strength: in [0, 1]; 0 leaves the images as they are.
        seed: a whole number in [0, 2**32 - 1].

    Returns:
        float32 of the same shape, in [0, 1].

    Raises:
        ValueError: something is out of its bounds; the sentence names them.
    """
    images = np.asarray(images)
    if images.ndim not in (2, 3) or images.shape[-2:] != (SIDE, SIDE):
        raise ValueError(f"Images are (n, 28, 28) or (28, 28); received {images.shape}.")
    if not (images.size and np.isfinite(images).all() and images.min() >= 0 and images.max() <= 1):
        raise ValueError("Pixels are finite numbers in [0, 1].")
    if not isinstance(kind, str) or kind not in NOISES:
        raise ValueError(f"Unknown noise {str(kind)[:40]!r}: there are {', '.join(NOISES)}.")
    number = isinstance(strength, int | float | np.number) and not isinstance(strength, bool)
    if not number or not 0 <= strength <= 1:
        raise ValueError(f"The strength of noise lies in 0 to 1; received {repr(strength)[:40]}.")
    check_seed(seed)
    if strength == 0:
        return images.astype(np.float32)
    batch = images.reshape(-1, SIDE, SIDE)
    spoilt = NOISES[kind].spoil(batch, float(strength), np.random.default_rng(seed))
    return np.clip(spoilt, 0, 1).astype(np.float32).reshape(images.shape)


def _gaussian(images: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    return images + sigma * rng.standard_normal(images.shape)


def _salt_and_pepper(images: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    hit = rng.random(images.shape) < share
    return np.where(hit, rng.random(images.shape) < 0.5, images)


def _masking(images: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(images.shape) < share, 0, images)


def _blur(images: np.ndarray, strength: float, _rng: np.random.Generator) -> np.ndarray:
    return scipy.ndimage.gaussian_filter(images, (0, BLUR * strength, BLUR * strength))


def _stroke_erasing(images: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    return np.stack([_rubbed(image, share, rng) for image in images])


def _rubbed(image: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Strokes of an eraser through random inked pixels, until `share` of the ink is gone."""
    rows, columns = np.indices(image.shape)
    left, wanted = image.astype(np.float64), (1 - share) * image.sum()
    while left.sum() > wanted and left.max() > WEAKEST:
        row, column = np.argwhere(left > WEAKEST)[rng.integers((left > WEAKEST).sum())]
        angle, length = rng.uniform(0, np.pi), rng.uniform(4, 12)
        along = (rows - row) * np.sin(angle) + (columns - column) * np.cos(angle)
        across = (rows - row) * np.cos(angle) - (columns - column) * np.sin(angle)
        left[(np.abs(along) <= length / 2) & (np.abs(across) <= ERASER / 2)] = 0
    return left


NOISES: dict[str, Noise] = {
    "gaussian": Noise(
        "Gaussian", "Strength is sigma, added to each pixel and clipped to [0, 1].", _gaussian
    ),
    "salt_and_pepper": Noise(
        "Salt and pepper",
        "Strength is the share of pixels turned black or white.",
        _salt_and_pepper,
    ),
    "masking": Noise("Masking", "Strength is the share of pixels turned to paper.", _masking),
    "blur": Noise("Blur", f"Strength 1 is a Gaussian blur of {BLUR:.0f} pixels.", _blur),
    "stroke_erasing": Noise(
        "Stroke erasing",
        "Strength is the share of ink that is rubbed out, in strokes.",
        _stroke_erasing,
    ),
}
