"""A deep autoencoder of dense layers with a linear code.

Hinton & Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks", Science
313, figure 1.
"""

from dataclasses import dataclass

import keras
from keras import layers

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.layers import SIDE, dense_stack, flatten, unflatten


@dataclass(frozen=True, kw_only=True)
class MultilayerConfig:
    """Widths of the hidden layers, mirrored in the decoder, around `code` linear units."""

    hidden: tuple[int, ...] = (640, 384)
    code: int = 64


def multilayer(config: MultilayerConfig) -> Autoencoder:
    """784 - hidden - code - hidden reversed - 784."""
    encoder, decoder = dense_nets(config.hidden, config.code)
    return Autoencoder(config, encoder, decoder)


def dense_nets(hidden: tuple[int, ...], code: int) -> tuple[keras.Sequential, keras.Sequential]:
    """A mirrored pair of dense nets around a linear code."""
    encoder = keras.Sequential(
        [
            keras.Input((SIDE, SIDE)),
            flatten(),
            *dense_stack(hidden),
            layers.Dense(code, name="code"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((code,)),
            *dense_stack(hidden[::-1]),
            layers.Dense(SIDE * SIDE, name="pixels"),
            unflatten(),
        ],
        name="decoder",
    )
    return encoder, decoder
