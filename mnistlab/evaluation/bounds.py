"""What a linear map achieves; a network that does not beat it might as well have been one.

Images are (n, height, width) in [0, 1]; what the maps give back is clipped to [0, 1].
"""

from collections.abc import Iterable

import numpy as np
from scipy.linalg import solve

from mnistlab.evaluation.arrays import image_batch, image_pair
from mnistlab.evaluation.pixels import mse


def pca_bound(train: np.ndarray, test: np.ndarray, sizes: Iterable[int]) -> dict[int, float]:
    """Test MSE of principal components, fitted on train, at each code size.

    Before clipping, no linear encoder and decoder of that size has a lower MSE on train.

    Args:
        train: images to fit.
        test: images to score, of the same height and width.
        sizes: numbers of components, each from 1 to height * width.

    Returns:
        {size: MSE per pixel} in the order of `sizes`.

    Raises:
        ValueError: a size is out of range, or the images differ in size; the message gives both.

    Paper: Pearson 1901, "On lines and planes of closest fit"; Baldi and Hornik 1989 for linear
    autoencoders.
    """
    train, test = image_batch("train", train), image_batch("test", test)
    _same_size("test", test, train)
    sizes, pixels = list(sizes), train[0].size
    for size in sizes:
        if not 1 <= size <= pixels:
            raise ValueError(f"sizes must be from 1 to {pixels}, got {size}.")
    mean, components = _principal_components(_flat(train))
    centred = _flat(test) - mean
    codes = centred @ components  # (n, pixels), strongest component first
    return {
        size: mse(test, _images(codes[:, :size] @ components[:, :size].T + mean, test))
        for size in sizes
    }


def ridge_denoise(
    noisy_train: np.ndarray, train: np.ndarray, noisy_test: np.ndarray, penalty: float = 1.0
) -> np.ndarray:
    """Clean with the best affine map from noisy to clean pixels; `mse(test, ...)` is the bound.

    Least squares of `train ~ noisy_train @ weights + offset`, plus `penalty * sum(weights**2)`.

    Args:
        noisy_train: spoiled training images.
        train: the same images, clean.
        noisy_test: spoiled images to clean, of the same height and width.
        penalty: > 0; beside the 60,000 training digits any small number will do.

    Returns:
        Cleaned `noisy_test`, (n, height, width) float64.

    Raises:
        ValueError: the penalty is not positive, or the images differ in size.

    Paper: Hoerl and Kennard 1970, "Ridge regression", eq. 2.1.
    """
    noisy_train, train = image_pair(noisy_train, train)
    noisy_test = image_batch("noisy_test", noisy_test)
    _same_size("noisy_test", noisy_test, train)
    if not penalty > 0:
        raise ValueError(f"penalty must be > 0, got {penalty}.")
    noisy, clean = _flat(noisy_train), _flat(train)
    noisy_mean, clean_mean = _mean(noisy), _mean(clean)
    noisy, clean = noisy - noisy_mean, clean - clean_mean
    gram = (noisy.T @ noisy).astype(np.float64) + penalty * np.eye(noisy.shape[1])
    weights = solve(gram, noisy.T @ clean, assume_a="pos")  # (pixels, pixels)
    return _images((_flat(noisy_test) - noisy_mean) @ weights + clean_mean, noisy_test)


def _principal_components(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (d,) and orthonormal components (d, d) as columns, by falling variance."""
    mean = _mean(vectors)
    centred = vectors - mean
    _, components = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return mean, components[:, ::-1].astype(vectors.dtype)


def _mean(vectors: np.ndarray) -> np.ndarray:
    return vectors.mean(axis=0, dtype=np.float64).astype(vectors.dtype)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def _images(vectors: np.ndarray, like: np.ndarray) -> np.ndarray:
    return np.clip(vectors, 0, 1).reshape(like.shape)


def _same_size(name: str, images: np.ndarray, train: np.ndarray) -> None:
    if images.shape[1:] != train.shape[1:]:
        raise ValueError(f"{name} must be of {train.shape[1:]} as train, got {images.shape[1:]}.")
