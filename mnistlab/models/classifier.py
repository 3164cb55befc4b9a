"""The referee: a small convolutional net that reads digits and judges the outputs of the others.

LeCun et al. 1998, "Gradient-based learning applied to document recognition"; Ioffe & Szegedy 2015,
arXiv:1502.03167; Lin et al. 2013, "Network in network", arXiv:1312.4400, section 3.2, for the
average over places; calibrated by one temperature, Guo et al. 2017, arXiv:1706.04599, eq. 9.
"""

from dataclasses import asdict, dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import named_variables
from mnistlab.models.layers import SIDE, conv


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig:
    """Filters at 14, 7 and 4 pixels a side, and size of the penultimate layer."""

    filters: tuple[int, int, int] = (32, 64, 128)
    features: int = 128
    dropout: float = 0.3
    smoothing: float = 0.03


@keras.saving.register_keras_serializable(package="mnistlab")
class Classifier(keras.Model):
    """Digits to logits; `probabilities` are calibrated, `features` the penultimate layer."""

    def __init__(self, config: ClassifierConfig, net: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.net = net
        self.temperature = self.add_weight(
            shape=(), initializer="ones", trainable=False, name="temperature"
        )
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        self.built = True

    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """(n, 28, 28) -> logits (n, 10)."""
        return self.net(images, training=training)["logits"]

    def judge(self, images: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
        """(n, 28, 28) -> calibrated logits (n, 10) and features (n, features)."""
        outputs = self.net(images, training=False)
        return outputs["logits"] / self.temperature, outputs["features"]

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """Cross-entropy against labels (n,), smoothed in training."""
        self.accuracy.update_state(y, y_pred)
        smoothing = self.config.smoothing if training else 0.0
        targets = ops.one_hot(y, 10) * (1 - smoothing) + smoothing / 10
        return ops.mean(ops.categorical_crossentropy(targets, y_pred, from_logits=True))

    def shipped(self) -> dict[str, keras.Variable]:
        """The variables that a weights file holds, by name."""
        return {**named_variables(self.net), "temperature": self.temperature}

    def get_config(self) -> dict:
        """The configuration, from which `MODELS["classifier"].build` makes the model again."""
        return {"config": asdict(self.config)}


def classifier(config: ClassifierConfig) -> Classifier:
    """28 - 14 - 7 - 4 - average over places - features - 10."""
    fine, middle, coarse = config.filters
    images = keras.Input((SIDE, SIDE))
    maps = layers.Reshape((SIDE, SIDE, 1), name="channel")(images)
    for name, filters, stride, size in [
        ("down_14", fine, 2, 5),
        ("conv_14", fine, 1, 3),
        ("down_7", middle, 2, 3),
        ("conv_7", middle, 1, 3),
        ("down_4", coarse, 2, 3),
    ]:
        maps = conv(filters, name, stride=stride, size=size, activation=None)(maps)
        maps = layers.BatchNormalization(name=f"norm_{name}", momentum=0.95)(maps)
        maps = layers.Activation("relu", name=f"relu_{name}")(maps)
    pooled = layers.Dropout(config.dropout, name="drop_map")(
        layers.GlobalAveragePooling2D(name="pool")(maps)
    )
    features = layers.Dense(config.features, "relu", name="features")(pooled)
    dropped = layers.Dropout(config.dropout, name="drop_features")(features)
    logits = layers.Dense(10, name="logits")(dropped)
    net = keras.Model(images, {"logits": logits, "features": features}, name="referee")
    return Classifier(config, net)
