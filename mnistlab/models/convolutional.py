"""A convolutional autoencoder: down to a 4 x 4 map of a few channels, and back.

Masci et al. 2011, "Stacked convolutional auto-encoders for hierarchical feature extraction";
strides in place of pooling after Springenberg et al. 2014, arXiv:1412.6806.
"""

from dataclasses import dataclass

import keras
from keras import layers

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.layers import SIDE, Fold, ResidualConv, Unfold, conv

GRID = 4  # side of the code's map


@dataclass(frozen=True, kw_only=True)
class ConvolutionalConfig:
    """Filters at 7 and 4 places a side, and channels of the 4 x 4 code: `code` floats in all."""

    filters: tuple[int, int] = (64, 96)
    channels: int = 8
    cross_entropy: float = 0.2

    @property
    def code(self) -> int:
        """Number of floats in the code."""
        return GRID * GRID * self.channels


def convolutional(config: ConvolutionalConfig) -> Autoencoder:
    """28 folded to 7 - 4 x 4 x channels - 8 cropped to 7 unfolded to 28."""
    fine, coarse = config.filters
    encoder = keras.Sequential(
        [
            keras.Input((SIDE, SIDE)),
            Fold(name="fold"),
            conv(fine, "filters", activation=None),
            ResidualConv(fine, name="residual_7"),
            conv(coarse, "down_4", stride=2),
            conv(config.channels, "code", activation=None),
            layers.Reshape((config.code,), name="flatten"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((config.code,)),
            layers.Reshape((GRID, GRID, config.channels), name="map"),
            conv(coarse, "widen"),
            conv(4 * fine, "up_8", size=1, activation=None),
            Unfold(2, name="unfold_8"),
            layers.Cropping2D(((0, 1), (0, 1)), name="crop_7"),
            ResidualConv(fine, name="residual_7"),
            conv(16, "pixels", activation=None),
            Unfold(name="unfold"),
        ],
        name="decoder",
    )
    return Autoencoder(config, encoder, decoder, cross_entropy=config.cross_entropy)
