"""Pixel by pixel: squared error, PSNR, cross-entropy with its floor, structural similarity.

Images are (n, height, width) in [0, 1]; both arguments of a comparison have one shape.
"""

import numpy as np
import scipy  # its parts come when they are first used: the page does not wait for them

from mnistlab.evaluation.arrays import image_batch, image_pair

PROBABILITY_MARGIN = 1e-7  # as Keras clips a probability before its logarithm
WINDOW_SIGMA = 1.5  # pixels
WINDOW_RADIUS = 5  # pixels: an 11 x 11 window
LUMINANCE_CONSTANT = 0.01**2  # C1 and C2 of SSIM at a data range of 1
CONTRAST_CONSTANT = 0.03**2
BATCH = 500


def mse(images: np.ndarray, others: np.ndarray) -> float:
    """Mean squared error per pixel, over all the images; in [0, 1]."""
    images, others = image_pair(images, others)
    return float(np.mean(np.square(images - others), dtype=np.float64))


def psnr(images: np.ndarray, others: np.ndarray) -> float:
    """Peak signal-to-noise ratio, decibels: of the mean MSE, which is not the mean of the PSNRs."""
    error = mse(images, others)
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def relative_error(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Error of each image as a share of its ink: `sum((x - r)**2) / sum(x**2)`.

    Args:
        images: the truth x.
        others: the reconstruction r.

    Returns:
        (n,) float64 >= 0; 0 is perfect, 1 is what a blank page scores.

    Raises:
        ValueError: an image is blank, so that there is no ink to compare with.
    """
    images, others = image_pair(images, others)
    ink = np.sum(np.square(images), axis=(1, 2), dtype=np.float64)
    if not ink.all():
        raise ValueError(f"images must each hold some ink, got {np.sum(ink == 0)} blank.")
    error = np.sum(np.square(images - others), axis=(1, 2), dtype=np.float64)
    return np.divide(error, ink)


def cross_entropy_per_image(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Bernoulli cross-entropy of each image, summed over its pixels.

    Args:
        images: the truth; grey pixels are probabilities of ink.
        others: predicted probabilities of ink, kept `PROBABILITY_MARGIN` away from 0 and 1.

    Returns:
        (n,) float64, nats per image.
    """
    images, others = image_pair(images, others)
    ink = np.clip(others.astype(np.float64), PROBABILITY_MARGIN, 1 - PROBABILITY_MARGIN)
    return -np.sum(images * np.log(ink) + (1 - images) * np.log1p(-ink), axis=(1, 2))


def cross_entropy(images: np.ndarray, others: np.ndarray) -> float:
    """Mean Bernoulli cross-entropy, nats per pixel; never below `bce_floor(images)`."""
    per_image = cross_entropy_per_image(images, others)
    return float(per_image.mean() * len(per_image) / np.size(images))


def bce_floor(images: np.ndarray) -> float:
    """Cross-entropy of a perfect reconstruction, nats per pixel: the entropy of the grey pixels.

    0.05808 on the 10,000 MNIST test digits. Publish the excess over it.
    """
    ink = image_batch("images", images).astype(np.float64)
    return float(np.mean(scipy.special.entr(ink) + scipy.special.entr(1 - ink)))


def ssim(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Structural similarity of each image to its counterpart, over whole 11 x 11 Gaussian windows.

    Returns:
        (n,) float64 in [-1, 1]; 1 is identical.

    Raises:
        ValueError: the images are smaller than one window.

    Paper: Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment: from error visibility
    to structural similarity", eq. 13 to 17, with a data range of 1.
    """
    images, others = image_pair(images, others)
    size = 2 * WINDOW_RADIUS + 1
    if min(images.shape[1:]) < size:
        raise ValueError(f"images must be at least {size} x {size}, got {images.shape[1:]}.")
    starts = range(0, len(images), BATCH)
    return np.concatenate([_ssim(images[i : i + BATCH], others[i : i + BATCH]) for i in starts])


def _ssim(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    x, y = images.astype(np.float64), others.astype(np.float64)  # variances are small differences
    rows, columns = _windows(x.shape[1]), _windows(x.shape[2])

    def local_mean(values: np.ndarray) -> np.ndarray:
        return rows @ values @ columns.T  # (n, height - 10, width - 10)

    x_mean, y_mean = local_mean(x), local_mean(y)
    x_variance = local_mean(x * x) - x_mean**2
    y_variance = local_mean(y * y) - y_mean**2
    covariance = local_mean(x * y) - x_mean * y_mean
    likeness = (2 * x_mean * y_mean + LUMINANCE_CONSTANT) * (2 * covariance + CONTRAST_CONSTANT)
    extent = (x_mean**2 + y_mean**2 + LUMINANCE_CONSTANT) * (
        x_variance + y_variance + CONTRAST_CONSTANT
    )
    return np.mean(likeness / extent, axis=(1, 2))


def _windows(size: int) -> np.ndarray:
    """(size - 10, size): each row a Gaussian window that lies wholly inside the axis."""
    filtered = scipy.ndimage.gaussian_filter1d(
        np.eye(size), WINDOW_SIGMA, axis=0, radius=WINDOW_RADIUS
    )
    return filtered[WINDOW_RADIUS : size - WINDOW_RADIUS]
