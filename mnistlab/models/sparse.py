"""A sparse autoencoder: many more units than a digit needs, of which only a few may speak.

The decoder is one matrix, so each unit has an atom that can be looked at. Units that have fallen
silent are revived by an auxiliary loss: among the quiet ones the `revived` most active must explain
what the others left over.
Papers: Makhzani & Frey 2013, arXiv:1312.5663; Gao et al. 2024, arXiv:2406.04093, section 2.4 and
eq. 7.
"""

from dataclasses import dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.layers import SIDE, TopK, dense_stack, flatten, unflatten
from mnistlab.models.losses import squared_error

AUXILIARY = 1 / 4  # weight of the loss that revives
MEMORY = 0.999  # how slowly a unit's rate of firing is forgotten, per step


@dataclass(frozen=True, kw_only=True)
class SparseConfig:
    """`units` of which at most `k` are above zero; `hidden` layers before them."""

    units: int = 1024
    k: int = 25
    hidden: tuple[int, ...] = (512,)
    revived: int = 64
    quiet: float = 0.002

    @property
    def code(self) -> int:
        """Number of floats in the code."""
        return self.units


@keras.saving.register_keras_serializable(package="mnistlab")
class SparseAutoencoder(Autoencoder):
    """A k-sparse autoencoder that keeps count of how often each unit fires."""

    def __init__(
        self, config: SparseConfig, encoder: keras.Model, decoder: keras.Model, **kwargs: Any
    ) -> None:
        super().__init__(config, encoder, decoder, **kwargs)
        self.select = TopK(config.k, name="top_k")
        self.revive = TopK(config.revived, name="revive")
        self.rate = self.add_weight(
            shape=(config.units,), initializer="ones", trainable=False, name="rate"
        )

    def encode(self, images: KerasTensor) -> KerasTensor:
        """(n, 28, 28) -> (n, units), at most `k` of them above zero in each row."""
        return self.select(self.encoder(images, training=False))

    def call(self, images: KerasTensor, training: bool = False) -> dict[str, KerasTensor]:
        """Logits, the codes, and what the quiet units alone would add to the logits."""
        activations = self.encoder(images, training=training)  # (n, units)
        codes = self.select(activations)
        outputs = {"logits": self.decoder(codes), "codes": codes}
        if training:
            fired = ops.mean(ops.cast(codes > 0, "float32"), axis=0)
            self.rate.assign(MEMORY * self.rate + (1 - MEMORY) * fired)
            quiet = ops.cast(self.rate < self.config.quiet, "float32")
            lifted = ops.softplus(activations) * quiet  # a silent unit still has a slope
            outputs["revived"] = self.decoder(codes + self.revive(lifted))
        return outputs

    def compute_loss(
        self,
        x: KerasTensor | None = None,
        y: KerasTensor | None = None,
        y_pred: dict[str, KerasTensor] | None = None,
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """Squared error of the k active units, and of those with the revived ones helping."""
        loss = super().compute_loss(x, y, y_pred["logits"], sample_weight, training)
        if "revived" in y_pred:
            loss += AUXILIARY * ops.mean(squared_error(x, ops.sigmoid(y_pred["revived"])))
        return loss


def sparse(config: SparseConfig) -> SparseAutoencoder:
    """784 - hidden - units (top k) - 784, the decoder one linear layer of atoms."""
    encoder = keras.Sequential(
        [
            keras.Input((SIDE, SIDE)),
            flatten(),
            *dense_stack(config.hidden),
            layers.Dense(config.units, name="units"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((config.units,)), layers.Dense(SIDE * SIDE, name="atoms"), unflatten()],
        name="decoder",
    )
    return SparseAutoencoder(config, encoder, decoder)
