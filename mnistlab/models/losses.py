"""Losses and divergences, each a sum over one image's pixels or one code's dimensions.

Pixels are summed, never averaged: a mean would weigh the Kullback-Leibler term of a VAE 784 times
too much.
"""

import math

import numpy as np
from keras import KerasTensor, ops

LOG_2PI = math.log(2 * math.pi)
WINDOW, WINDOW_SIGMA = 11, 1.5  # pixels
LUMINANCE, CONTRAST = 0.01**2, 0.03**2


def bernoulli_nll(images: KerasTensor, logits: KerasTensor) -> KerasTensor:
    """-log p(x | z) of Bernoulli pixels, (n, 28, 28) and logits of the same shape -> (n,) nats.

    Paper: Kingma & Welling 2013, arXiv:1312.6114, appendix C.1.
    """
    return ops.sum(
        ops.binary_crossentropy(images, logits, from_logits=True), axis=(-2, -1)
    )  # (n, 28, 28) -> (n,)


def squared_error(images: KerasTensor, reconstructions: KerasTensor) -> KerasTensor:
    """Sum over the pixels of the squared difference, (n, 28, 28) -> (n,)."""
    return ops.sum(ops.square(images - reconstructions), axis=(-2, -1))


def info_nce(ones: KerasTensor, others: KerasTensor, temperature: float) -> KerasTensor:
    """-log of the share by which each row's own partner is picked among all, (n, d) twice -> (n,).

    The mean of both directions; rows are compared by their cosine over `temperature`. log n where
    all rows are alike.

    Papers: van den Oord et al. 2018, arXiv:1807.03748, eq. 4; Chen et al. 2020, arXiv:2002.05709,
    eq. 1.
    """
    likeness = ops.normalize(ones) @ ops.transpose(ops.normalize(others)) / temperature  # (n, n)
    own = ops.diagonal(likeness)
    return (ops.logsumexp(likeness, axis=0) + ops.logsumexp(likeness, axis=1)) / 2 - own


def structural_similarity(images: KerasTensor, reconstructions: KerasTensor) -> KerasTensor:
    """Mean over 11 x 11 Gaussian windows of the structural similarity, (n, 28, 28) -> (n,).

    Paper: Wang et al. 2004, "Image quality assessment", eq. 13 to 17. For learning, in float32;
    `mnistlab.evaluation.pixels.ssim` is what is published.
    """
    rows = ops.convert_to_tensor(_windows(images.shape[-2]))
    columns = ops.transpose(ops.convert_to_tensor(_windows(images.shape[-1])))

    def local_mean(values: KerasTensor) -> KerasTensor:
        return rows @ values @ columns  # (n, 18, 18)

    x, y = local_mean(images), local_mean(reconstructions)
    x_variance = local_mean(ops.square(images)) - ops.square(x)
    y_variance = local_mean(ops.square(reconstructions)) - ops.square(y)
    covariance = local_mean(images * reconstructions) - x * y
    likeness = (2 * x * y + LUMINANCE) * (2 * covariance + CONTRAST)
    extent = ops.square(x) + ops.square(y) + LUMINANCE
    return ops.mean(likeness / (extent * (x_variance + y_variance + CONTRAST)), axis=(-2, -1))


def _windows(size: int) -> np.ndarray:
    """(size - 10, size) float32: each row a Gaussian window that lies wholly inside."""
    places = np.arange(size) - np.arange(size - WINDOW + 1)[:, None]  # from a window's first pixel
    weights = np.exp(-0.5 * ((places - WINDOW // 2) / WINDOW_SIGMA) ** 2)
    weights[(places < 0) | (places >= WINDOW)] = 0.0
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def gaussian_log_density(
    values: KerasTensor, mean: KerasTensor, log_var: KerasTensor
) -> KerasTensor:
    """Give log N(values; mean, exp(log_var)) summed over the last axis, (..., d) -> (...) nats."""
    squares = ops.square(values - mean) * ops.exp(-log_var)
    return -0.5 * ops.sum(LOG_2PI + log_var + squares, axis=-1)


def gaussian_kl(mean: KerasTensor, log_var: KerasTensor) -> KerasTensor:
    """KL(N(mean, exp(log_var)) || N(0, 1)), (n, d) -> (n,) nats; 0 where mean = log_var = 0.

    Paper: Kingma & Welling 2013, arXiv:1312.6114, eq. 10.
    """
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)
