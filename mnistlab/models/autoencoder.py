"""What the plain autoencoders have in common: two nets, one loss, three calls.

A decoder emits logits; `decode` and `reconstruct` give pixels in [0, 1]. Rumelhart, Hinton &
Williams 1986; Hinton & Salakhutdinov 2006, "Reducing the dimensionality of data with neural
networks", Science 313.
"""

from dataclasses import asdict
from typing import Any

import keras
from keras import KerasTensor, ops

from mnistlab.models.losses import bernoulli_nll, squared_error


class Autoencoder(keras.Model):
    """An encoder and a decoder trained to give back their input.

    Args:
        config: the frozen configuration the two nets were built from.
        encoder: (n, 28, 28) -> (n, code).
        decoder: (n, code) -> (n, 28, 28) logits.
        cross_entropy: weight of the Bernoulli negative log-likelihood beside the squared error.
    """

    def __init__(
        self,
        config: Any,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        cross_entropy: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.encoder = encoder
        self.decoder = decoder
        self.cross_entropy = cross_entropy
        self.mse = keras.metrics.Mean(name="mse")
        self.built = True

    def encode(self, images: KerasTensor) -> KerasTensor:
        """(n, 28, 28) in [0, 1] -> (n, code)."""
        return self.encoder(images, training=False)

    def decode(self, codes: KerasTensor) -> KerasTensor:
        """(n, code) -> (n, 28, 28) in [0, 1]."""
        return ops.sigmoid(self.decoder(codes, training=False))

    def reconstruct(self, images: KerasTensor) -> KerasTensor:
        """(n, 28, 28) in [0, 1] -> the same."""
        return self.decode(self.encode(images))

    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """(n, 28, 28) -> logits (n, 28, 28)."""
        return self.decoder(self.encoder(images, training=training), training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """Mean over the batch of the summed squared error, and `cross_entropy` times the BCE."""
        errors = squared_error(x, ops.sigmoid(y_pred))  # (n,)
        self.mse.update_state(errors / (x.shape[1] * x.shape[2]))
        loss = ops.mean(errors)
        if self.cross_entropy:
            loss += self.cross_entropy * ops.mean(bernoulli_nll(x, y_pred))
        return loss

    def shipped(self) -> dict[str, keras.Variable]:
        """The variables that a weights file holds, by name."""
        return named_variables(self.encoder, self.decoder)

    def get_config(self) -> dict:
        """The configuration; `mnistlab.models.MODELS[id].build` makes the model from it again."""
        return {"config": asdict(self.config)}


def named_variables(*nets: keras.Model | keras.layers.Layer) -> dict[str, keras.Variable]:
    """Every weight of the nets by its path, e.g. `encoder/hidden_1/kernel`."""
    return {v.path: v for net in nets for v in net.weights if "seed_generator" not in v.path}
