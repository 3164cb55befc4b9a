"""A sparse autoencoder: many more units than a digit needs, of which only a few may speak.

The decoder is one matrix, so each unit has an atom that can be looked at. Left alone, most units
lose every contest of the first epoch, hear no gradient and fall silent for good. So each unit's
activation is standardised over the batch before the contest: all speak about equally often.
Papers: Makhzani & Frey 2013, arXiv:1312.5663; Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1.
"""

from dataclasses import dataclass

import keras
from keras import layers

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.layers import SIDE, TopK, dense_stack, flatten, unflatten


@dataclass(frozen=True, kw_only=True)
class SparseConfig:
    """`units` of which at most `k` are above zero; `hidden` layers before them."""

    units: int = 1024
    k: int = 31
    hidden: tuple[int, ...] = (256,)

    @property
    def code(self) -> int:
        """Number of floats in the code."""
        return self.units


def sparse(config: SparseConfig) -> Autoencoder:
    """784 - hidden - units (standardised, top k) - 784, the decoder one linear layer of atoms."""
    encoder = keras.Sequential(
        [
            keras.Input((SIDE, SIDE)),
            flatten(),
            *dense_stack(config.hidden),
            layers.Dense(config.units, use_bias=False, name="units"),
            layers.BatchNormalization(momentum=0.98, center=False, scale=False, name="standardise"),
            TopK(config.k, name="top_k"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((config.units,)), layers.Dense(SIDE * SIDE, name="atoms"), unflatten()],
        name="decoder",
    )
    return Autoencoder(config, encoder, decoder)
