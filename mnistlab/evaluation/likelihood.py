"""How probable a latent-variable model finds a digit, in nats: importance-weighted NLL and ELBO.

The model enters as callables over numpy arrays, so that any framework, prior or decoder will do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mnistlab.evaluation.arrays import image_batch, vectors

ACTIVE_VARIANCE = 0.01
CACHED_ROWS = 250

Posterior = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
Decoder = Callable[[np.ndarray], np.ndarray]
LogDensity = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """Estimates per image, each (n,) float64 nats; `nll <= reconstruction + kl` for every image."""

    nll: np.ndarray  # -log of the mean importance weight
    reconstruction: np.ndarray  # -E log p(x|z) under the posterior
    kl: np.ndarray  # E log q(z|x) - log p(z) under the posterior

    @property
    def negative_elbo(self) -> np.ndarray:
        """(n,) nats; the same samples as in `nll`."""
        return self.reconstruction + self.kl


def binarise(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Draw each pixel once from Bernoulli(grey): (n, height, width) float32 of 0 and 1.

    Paper: Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks".
    """
    images = image_batch("images", images)
    return (np.random.default_rng(seed).random(images.shape) < images).astype(np.float32)


def importance_weighted_nll(
    images: np.ndarray,
    posterior: Posterior,
    decode_logits: Decoder,
    log_prior: LogDensity | None = None,
    *,
    k: int = 1000,
    seed: int = 0,
    batch: int = 4000,
) -> Likelihood:
    """Estimate -log p(x) of each image with `k` samples of its posterior.

    `-log 1/k sum_i p(x|z_i) p(z_i) / q(z_i|x)`, an upper bound that tightens as k grows. Every
    image has its own stream of samples, from `seed` and its place in `images`: `batch` changes
    memory and speed, never the samples.

    Cost: n * k decoded codes in calls of `batch`. Beside the decoder itself, 10,000 digits at
    k = 1000 take about a minute of one core; memory, whatever k, is a few times `batch` images.

    Args:
        images: (n, height, width) of 0 and 1; see `binarise`.
        posterior: images (m, height, width) -> mean and log variance, each (m, code), of a Gaussian
            with independent axes.
        decode_logits: codes (m, code) float32 -> logits of ink, (m, height, width) or any shape of
            as many pixels.
        log_prior: codes (m, code) -> (m,) nats; standard normal if not given.
        k: samples for each image, >= 1.
        seed: any int >= 0.
        batch: codes for each call of `decode_logits`, images for each call of `posterior`.

    Returns:
        `Likelihood` with the NLL and, from the same samples, the two parts of the ELBO.

    Raises:
        ValueError: grey pixels, k or batch below 1, a posterior of a wrong shape or not finite.

    Paper: Burda, Grosse and Salakhutdinov 2015, arXiv:1509.00519, eq. 8.
    """
    images = image_batch("images", images)
    if not np.isin(images, (0, 1)).all():
        raise ValueError("images must be of 0 and 1 alone, got grey pixels; see `binarise`.")
    for name, value in (("k", k), ("batch", batch)):
        if value < 1:
            raise ValueError(f"{name} must be >= 1, got {value}.")
    mean, log_var = _posterior_in_batches(images, posterior, batch)
    log_prior = log_prior or standard_normal
    at_once = min(k, batch)  # samples of one image for each call
    block = batch // at_once  # images for each call
    sums = np.full((3, len(images)), [[-np.inf], [0.0], [0.0]])
    for start in range(0, len(images), block):
        here = slice(start, start + block)
        streams = [np.random.default_rng([seed, i]) for i in range(len(images))[here]]
        for done in range(0, k, at_once):
            shape = (min(at_once, k - done), mean.shape[1])
            noise = np.stack([s.standard_normal(shape, dtype=np.float32) for s in streams])
            codes = mean[here, None] + np.exp(0.5 * log_var[here, None]) * noise
            flat_codes = codes.reshape(-1, shape[1])
            fit = _log_bernoulli(images[here], decode_logits(flat_codes))
            log_posterior = standard_normal(noise) - 0.5 * log_var[here].sum(-1, keepdims=True)
            gap = log_posterior - np.reshape(log_prior(flat_codes), fit.shape)
            sums[0, here] = np.logaddexp(sums[0, here], np.logaddexp.reduce(fit - gap, axis=1))
            sums[1, here] -= fit.sum(axis=1)
            sums[2, here] += gap.sum(axis=1)
    return Likelihood(nll=np.log(k) - sums[0], reconstruction=sums[1] / k, kl=sums[2] / k)


def standard_normal(codes: np.ndarray) -> np.ndarray:
    """Log density of N(0, I) over the last axis, nats: (..., code) -> (...) float64."""
    square = np.einsum("...i,...i->...", codes, codes, dtype=np.float64)
    return -0.5 * (square + codes.shape[-1] * np.log(2 * np.pi))


def active_units(means: np.ndarray, threshold: float = ACTIVE_VARIANCE) -> int:
    """Number of latent units whose posterior mean moves with the digit: variance above `threshold`.

    Args:
        means: (n, code) posterior means over a data set, n >= 2.
        threshold: least variance, in squared prior standard deviations.

    Paper: Burda, Grosse and Salakhutdinov 2015, arXiv:1509.00519, section 5.2.
    """
    means = vectors("means", means, least=2)
    return int(np.sum(np.var(means, axis=0, dtype=np.float64) > threshold))


def _posterior_in_batches(
    images: np.ndarray, posterior: Posterior, batch: int
) -> tuple[np.ndarray, np.ndarray]:
    parts = [posterior(images[i : i + batch]) for i in range(0, len(images), batch)]
    mean, log_var = (np.concatenate(part).astype(np.float32) for part in zip(*parts, strict=True))
    for name, values in (("mean", mean), ("log_var", log_var)):
        if vectors(f"posterior {name}", values, width=mean.shape[1]).shape[0] != len(images):
            raise ValueError(f"posterior {name} must have {len(images)} rows, got {len(values)}.")
    return mean, log_var


def _log_bernoulli(images: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Nats of log p(x|z), (images, samples) float64: `sum(x * logit - softplus(logit))`."""
    count, pixels = len(images), images[0].size
    logits = np.reshape(logits, (count, -1, pixels))
    ink = np.einsum("ip,isp->is", images.reshape(count, pixels), logits)
    return ink - _softplus_sums(logits.reshape(-1, pixels)).reshape(ink.shape)


def _softplus_sums(logits: np.ndarray) -> np.ndarray:
    """`sum(log(1 + exp(logit)))` over the pixels: (rows, pixels) -> (rows,) float64.

    As `(logit + |logit|) / 2 + log(1 + exp(-|logit|))`: in float32 that log is within 6e-8 of
    log1p and twice as fast. A piece at a time stays in the cache: twice as fast again.
    """
    sums = np.empty(len(logits))
    for start in range(0, len(logits), CACHED_ROWS):
        piece = logits[start : start + CACHED_ROWS]
        size = np.abs(piece)
        linear = 0.5 * (size.sum(axis=1) + piece.sum(axis=1))
        np.exp(np.negative(size, out=size), out=size)
        np.log(np.add(size, 1, out=size), out=size)
        sums[start : start + CACHED_ROWS] = linear + size.sum(axis=1)
    return sums
