"""A denoising autoencoder: it sees a corrupted digit and must answer with the clean one.

A small U-Net on the folded picture (each place holds 2 x 2 pixels, as in FFDNet), with dense layers
at its bottom so that each pixel hears of the whole digit. Gaussian noise is drawn anew at every
step, its level per image, so the net is blind to it. Squared error alone would have it answer with
a blur where it is in doubt; a term for structure keeps edges.
Papers: Vincent et al. 2008, "Extracting and composing robust features with denoising autoencoders";
Ronneberger et al. 2015, arXiv:1505.04597; Zhang et al. 2018, arXiv:1710.04026; Zhao et al. 2017,
arXiv:1511.08861, eq. 6.
"""

from dataclasses import dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import Autoencoder, named_variables
from mnistlab.models.layers import SIDE, Fold, ResidualConv, Unfold, conv
from mnistlab.models.losses import structural_similarity


@dataclass(frozen=True, kw_only=True)
class DenoisingConfig:
    """Its size, and the noise that it learns from.

    There are `filters` at each of 14 x 14 and of 7 x 7 places and `code` floats in the bottleneck.

    Of the training images the share `at_sigma` gets noise of exactly `sigma`, the rest of a level
    uniform in [0, 2 sigma]. `structure` is the weight of 1 - SSIM beside the squared error.
    """

    filters: tuple[int, int] = (32, 64)
    code: int = 128
    sigma: float = 0.5
    at_sigma: float = 0.7
    structure: float = 20.0


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

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """The autoencoder's loss, and `structure` times what the structural similarity lacks."""
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        likeness = structural_similarity(x, ops.sigmoid(y_pred))  # (n,)
        return loss + self.config.structure * ops.mean(1.0 - likeness)

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
    """28 folded to 14 - 7 - 4 - code - 7 - 14 unfolded to 28; two skips over the bottleneck."""
    fine, coarse = config.filters
    images = keras.Input((SIDE, SIDE))
    maps = conv(fine, "filters", activation=None)(Fold(2, name="fold")(images))
    near = ResidualConv(fine, name="residual_1")(maps)
    maps = conv(coarse, "down_7", stride=2, activation=None)(near)
    local = ResidualConv(coarse, name="residual_2")(maps)
    maps = layers.Flatten(name="flat")(conv(coarse // 2, "down_4", stride=2)(local))
    code = layers.Dense(config.code, "gelu", name="code")(maps)
    maps = layers.Dense(7 * 7 * (coarse // 2), name="spread")(code)
    maps = layers.Reshape((7, 7, coarse // 2), name="map_7")(maps)
    maps = conv(coarse, "widen", size=1, activation=None)(maps)
    maps = ResidualConv(coarse, name="residual_3")(layers.Add(name="skip_7")([maps, local]))
    maps = Unfold(2, name="unfold_14")(conv(4 * fine, "up_14", size=1, activation=None)(maps))
    maps = ResidualConv(fine, name="residual_4")(layers.Add(name="skip_14")([maps, near]))
    logits = Unfold(2, name="unfold")(conv(4, "pixels", activation=None)(maps))
    net = keras.Model(images, {"logits": logits, "code": code}, name="unet")
    return DenoisingAutoencoder(config, net)
