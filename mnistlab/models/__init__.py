"""The models by id, in the order in which people meet them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from mnistlab.models.ae_2d import AE2DConfig, ae_2d
from mnistlab.models.classifier import ClassifierConfig, classifier
from mnistlab.models.convolutional import ConvolutionalConfig, convolutional
from mnistlab.models.denoising import DenoisingConfig, denoising
from mnistlab.models.gan import GANConfig, gan
from mnistlab.models.multilayer import MultilayerConfig, multilayer
from mnistlab.models.sparse import SparseConfig, sparse
from mnistlab.models.vae import VAEConfig, vae
from mnistlab.models.vae_2d import VAE2DConfig, vae_2d
from mnistlab.models.vanilla import VanillaConfig, vanilla


@dataclass(frozen=True)
class ModelEntry:
    """A model's configuration type and the function that builds it from one."""

    config_type: type
    build: Callable[[Any], keras.Model]


MODELS: dict[str, ModelEntry] = {
    "vanilla": ModelEntry(VanillaConfig, vanilla),
    "multilayer": ModelEntry(MultilayerConfig, multilayer),
    "convolutional": ModelEntry(ConvolutionalConfig, convolutional),
    "sparse": ModelEntry(SparseConfig, sparse),
    "denoising": ModelEntry(DenoisingConfig, denoising),
    "vae": ModelEntry(VAEConfig, vae),
    "gan": ModelEntry(GANConfig, gan),
    "ae_2d": ModelEntry(AE2DConfig, ae_2d),
    "vae_2d": ModelEntry(VAE2DConfig, vae_2d),
    "classifier": ModelEntry(ClassifierConfig, classifier),
}
