"""The plainest autoencoder: one hidden layer, which is the code, and linear.

A relu on the code would waste half of it; without one the encoder is a learned projection and the
sigmoid of the output makes the whole a logistic principal component analysis. Baldi & Hornik 1989,
"Neural networks and principal component analysis".
"""

from dataclasses import dataclass

import keras
from keras import layers

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.layers import SIDE, flatten, unflatten


@dataclass(frozen=True, kw_only=True)
class VanillaConfig:
    """One hidden layer of `code` linear units."""

    code: int = 64


def vanilla(config: VanillaConfig) -> Autoencoder:
    """784 - code - 784."""
    encoder = keras.Sequential(
        [keras.Input((SIDE, SIDE)), flatten(), layers.Dense(config.code, name="code")],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((config.code,)), layers.Dense(SIDE * SIDE, name="pixels"), unflatten()],
        name="decoder",
    )
    return Autoencoder(config, encoder, decoder)
