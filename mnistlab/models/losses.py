"""Losses and divergences, each a sum over one image's pixels or one code's dimensions.

Pixels are summed, never averaged: a mean would weigh the Kullback-Leibler term of a VAE 784 times
too much.
"""

import math

from keras import KerasTensor, ops

LOG_2PI = math.log(2 * math.pi)


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
