"""A denoising autoencoder: it sees a corrupted digit and must answer with the clean one.

A small U-Net on the folded picture (each place holds 4 x 4 pixels, as FFDNet's holds 2 x 2), with
dense layers at its bottom so that each pixel hears of the whole digit. Gaussian noise is drawn anew
at every step, its level per image, so the net is blind to it.
Papers: Vincent et al. 2008, "Extracting and composing robust features with denoising autoencoders";
Ronneberger et al. 2015, arXiv:1505.04597; Zhang et al. 2018, arXiv:1710.04026.
"""

from dataclasses import dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import Autoencoder, named_variables
from mnistlab.models.layers import SIDE, Fold, ResidualConv, Unfold, conv


@dataclass(frozen=True, kw_only=True)
class DenoisingConfig:
    """Its size, and the noise that it learns from.

    There are `filters` at each of 7 x 7 places and `code` floats in the bottleneck.

    Of the training images the share `at_sigma` gets noise of exactly `sigma`, the rest of a level
    uniform in [0, 2 sigma].
    """

    filters: int = 48
    code: int = 128
    sigma: float = 0.5
    at_sigma: float = 0.7


@keras.saving.register_keras_serializable(package="mnistlab")
class DenoisingAutoencoder(Autoencoder):
    """Clean digits out of noisy ones.

    Its skips carry more than the code does, so there is no way back from the code alone: `encode`
    gives the bottleneck, `reconstruct` the cleaned picture, and there is no `decode`.
    """

    def __init__(self, config: DenoisingConfig, net: keras.Model, **kwargs: Any) -> None:
        encoder = keras.Model(net.input, net.output["code"], name="to_code")
        super().__init__(config, encoder, net, cross_entropy=0.1, **kwargs)
        self.net = net
        self.seed_generator = keras.random.SeedGenerator(0)

    def corrupt(self, images: KerasTensor) -> KerasTensor:
        """clip(x + s * normal, 0, 1), the level s drawn per image: (n, 28, 28) -> the same."""
        n, sigma, seed = ops.shape(images)[0], self.config.sigma, self.seed_generator
        drawn = keras.random.uniform((n, 1, 1), 0.0, 2.0 * sigma, seed=seed)
        fixed = keras.random.uniform((n, 1, 1), seed=seed) < self.config.at_sigma
        level = ops.where(fixed, sigma, drawn)
        noise = keras.random.normal((n, SIDE, SIDE), seed=seed)
        return ops.clip(images + level * noise, 0.0, 1.0)

    def decode(self, codes: KerasTensor) -> KerasTensor:
        """Not possible from the code alone."""
        raise ValueError(
            "The denoiser cannot decode: its skip connections carry what its code does not."
        )

    def reconstruct(self, images: KerasTensor) -> KerasTensor:
        """Noisy (n, 28, 28) in [0, 1] -> clean, the same."""
        return self.examine(images)[1]

    def examine(self, images: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
        """Code and cleaned picture in one pass: (n, code) and (n, 28, 28)."""
        outputs = self.net(images, training=False)
        return outputs["code"], ops.sigmoid(outputs["logits"])

    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """Logits of the clean digits; corrupts its input, in training and validation alike."""
        return self.net(self.corrupt(images), training=training)["logits"]

    def shipped(self) -> dict[str, keras.Variable]:
        """The variables that a weights file holds, by name."""
        return named_variables(self.net)


def denoising(config: DenoisingConfig) -> DenoisingAutoencoder:
    """28 folded to 7 - 4 - code - 7 unfolded to 28, with a skip over the bottleneck."""
    filters = config.filters
    images = keras.Input((SIDE, SIDE))
    maps = conv(filters, "filters", activation=None)(Fold(name="fold")(images))
    local = ResidualConv(filters, name="residual_1")(maps)
    maps = layers.Flatten(name="flat")(conv(filters, "down_4", stride=2)(local))
    code = layers.Dense(config.code, "gelu", name="code")(maps)
    maps = layers.Dense(7 * 7 * filters, name="spread")(code)
    maps = layers.Reshape((7, 7, filters), name="map_7")(maps)
    maps = ResidualConv(filters, name="residual_2")(layers.Add(name="skip")([maps, local]))
    maps = ResidualConv(filters, name="residual_3")(maps)
    logits = Unfold(name="unfold")(conv(16, "pixels", activation=None)(maps))
    net = keras.Model(images, {"logits": logits, "code": code}, name="unet")
    return DenoisingAutoencoder(config, net)
