"""Variational autoencoder: Gaussian posterior, Bernoulli pixels, a prior that a flow learns.

With `couplings=0` the prior is the standard normal, as in `vae_2d`. With `importance > 1` the bound
is the importance-weighted one.
Papers: Kingma & Welling 2013, arXiv:1312.6114, eq. 7 and 10; Burda et al. 2015, arXiv:1509.00519,
eq. 8.
"""

from dataclasses import dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import Autoencoder, named_variables
from mnistlab.models.flow import FlowPrior
from mnistlab.models.layers import SIDE, dense_stack, flatten, unflatten
from mnistlab.models.losses import bernoulli_nll, gaussian_log_density, squared_error

LOG_VAR_BOUND = 8.0


@dataclass(frozen=True, kw_only=True)
class VAEConfig:
    """Hidden widths (mirrored), size of the code, the prior's flow, and how the bound is estimated.

    `binarised` is the share of training digits whose pixels are drawn as black or white by their
    grey, anew at each step.
    """

    hidden: tuple[int, ...] = (512, 512)
    code: int = 32
    couplings: int = 6
    flow_width: int = 128
    importance: int = 1
    binarised: float = 1.0


@keras.saving.register_keras_serializable(package="mnistlab")
class VAE(Autoencoder):
    """An autoencoder whose code is a distribution; `encode` gives its mean."""

    def __init__(
        self,
        config: VAEConfig,
        encoder: keras.Model,
        decoder: keras.Model,
        prior: FlowPrior | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config, encoder, decoder, **kwargs)
        self.prior = prior
        self.seed_generator = keras.random.SeedGenerator(0)
        self.nll = keras.metrics.Mean(name="nll")
        self.kl = keras.metrics.Mean(name="kl")

    def posterior(
        self, images: KerasTensor, training: bool = False
    ) -> tuple[KerasTensor, KerasTensor]:
        """(n, 28, 28) -> mean and log-variance of q(z | x), each (n, code)."""
        mean, log_var = ops.split(self.encoder(images, training=training), 2, axis=-1)
        return mean, LOG_VAR_BOUND * ops.tanh(log_var / LOG_VAR_BOUND)

    def encode(self, images: KerasTensor) -> KerasTensor:
        """(n, 28, 28) -> the posterior mean (n, code)."""
        return self.posterior(images)[0]

    def log_prior(self, codes: KerasTensor) -> KerasTensor:
        """Give log p(z), (..., code) -> (...) nats."""
        if self.prior is not None:
            return self.prior.log_prob(codes)
        zeros = ops.zeros_like(codes)
        return gaussian_log_density(codes, zeros, zeros)

    def from_prior(self, normals: KerasTensor) -> KerasTensor:
        """Draws of a standard normal (n, code) -> codes drawn from the prior."""
        return normals if self.prior is None else self.prior.from_normal(normals)

    def call(self, images: KerasTensor, training: bool = False) -> dict[str, KerasTensor]:
        """The three parts of the log-weights of `importance` codes an image, (k, n) each."""
        seen = self.binarise(images)
        mean, log_var = self.posterior(seen, training=training)
        k, n = self.config.importance, ops.shape(images)[0]
        noise = keras.random.normal((k, n, self.config.code), seed=self.seed_generator)
        codes = mean + ops.exp(0.5 * log_var) * noise  # (k, n, code)
        flat = ops.reshape(codes, (-1, self.config.code))
        logits = self.decoder(flat, training=training)
        logits = ops.reshape(logits, (k, n, SIDE, SIDE))
        return {
            "nll": bernoulli_nll(ops.broadcast_to(seen, ops.shape(logits)), logits),
            "log_posterior": gaussian_log_density(codes, mean, log_var),
            "log_prior": ops.reshape(self.log_prior(flat), (k, n)),
            "logits": logits[0],
        }

    def binarise(self, images: KerasTensor) -> KerasTensor:
        """Draw each pixel as 0 or 1 by its grey, in the share `binarised` of the images."""
        n, seed = ops.shape(images)[0], self.seed_generator
        drawn = keras.random.uniform((n, SIDE, SIDE), seed=seed) < images
        chosen = keras.random.uniform((n, 1, 1), seed=seed) < self.config.binarised
        return ops.where(chosen, ops.cast(drawn, images.dtype), images)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """Minus the (importance-weighted) evidence lower bound, mean over the batch, in nats."""
        divergence = y_pred["log_posterior"] - y_pred["log_prior"]  # (k, n)
        log_weights = -y_pred["nll"] - divergence
        bound = ops.logsumexp(log_weights, axis=0) - ops.log(float(self.config.importance))
        self.mse.update_state(squared_error(x, ops.sigmoid(y_pred["logits"])) / SIDE**2)
        self.nll.update_state(y_pred["nll"])
        self.kl.update_state(divergence)
        return -ops.mean(bound)

    def shipped(self) -> dict[str, keras.Variable]:
        """The variables that a weights file holds, by name."""
        nets = [self.encoder, self.decoder, *(self.prior.nets if self.prior else [])]
        return named_variables(*nets)


def vae(config: VAEConfig) -> VAE:
    """784 - hidden - mean and log-variance; code - hidden reversed - 784; a flow as the prior."""
    encoder = keras.Sequential(
        [
            keras.Input((SIDE, SIDE)),
            flatten(),
            *dense_stack(config.hidden),
            layers.Dense(2 * config.code, name="posterior"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((config.code,)),
            *dense_stack(config.hidden[::-1]),
            layers.Dense(SIDE * SIDE, name="pixels"),
            unflatten(),
        ],
        name="decoder",
    )
    prior = FlowPrior(config.code, config.couplings, config.flow_width, name="prior")
    return VAE(config, encoder, decoder, prior if config.couplings else None)
