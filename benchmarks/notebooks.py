"""The models of the original notebooks in our words: the layers, losses and optimisers they had.

"MNIST reconstruction using an encoder-decoder framework" was written for TensorFlow 1. Whatever it
left to a default has Keras' default of today, but for the step size of Adadelta, which was 1.0.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from mnistlab.models.losses import gaussian_kl


def vanilla() -> keras.Model:
    """784 - 64 - 784."""
    return _dense(64, loss="mse")


def multilayer() -> keras.Model:
    """784 - 128 - 64 - 128 - 784."""
    return _dense(128, 64, loss="mse")


def sparse() -> keras.Model:
    """784 - 32 - 784, each active unit at a price."""
    return _dense(32, loss="mse", penalty=1e-4)


def ae_2d() -> keras.Model:
    """784 - 128 - 2 - 128 - 784."""
    return _dense(128, 2, loss="binary_crossentropy")


def _dense(*widths: int, loss: str, penalty: float = 0.0) -> keras.Model:
    """784 - widths, the last of which is the code - the same back; relu but for a code of two."""
    *widths, code = widths
    images = keras.Input((28, 28))
    maps = layers.Flatten()(images)
    for width in widths:
        maps = layers.Dense(width, "relu")(maps)
    regulariser = keras.regularizers.L1(penalty) if penalty else None
    maps = layers.Dense(code, "relu" if code > 2 else None, activity_regularizer=regulariser)(maps)
    for width in widths[::-1]:
        maps = layers.Dense(width, "relu")(maps)
    pixels = layers.Reshape((28, 28))(layers.Dense(784, "sigmoid")(maps))
    model = keras.Model(images, pixels)
    model.compile("adam", loss)
    return model


def convolutional() -> keras.Model:
    """16 - 8 - 8 filters with max-pooling, a code of 4 x 4 x 8, and back."""
    images = keras.Input((28, 28))
    maps = layers.Reshape((28, 28, 1))(images)
    for filters in (16, 8, 8):
        maps = layers.Conv2D(filters, 3, padding="same", activation="relu")(maps)
        maps = layers.MaxPooling2D(2, padding="same")(maps)
    for filters, padding in ((8, "same"), (8, "same"), (16, "valid")):
        maps = layers.Conv2D(filters, 3, padding=padding, activation="relu")(maps)
        maps = layers.UpSampling2D(2)(maps)
    pixels = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(maps)
    model = keras.Model(images, layers.Reshape((28, 28))(pixels))
    model.compile(keras.optimizers.Adadelta(1.0), "binary_crossentropy")
    return model


def denoising() -> keras.Model:
    """32 - 32 filters with max-pooling, a code of 7 x 7 x 32, and back."""
    images = keras.Input((28, 28))
    maps = layers.Reshape((28, 28, 1))(images)
    for _ in range(2):
        maps = layers.Conv2D(32, 3, padding="same", activation="relu")(maps)
        maps = layers.MaxPooling2D(2, padding="same")(maps)
    for _ in range(2):
        maps = layers.Conv2D(32, 3, padding="same", activation="relu")(maps)
        maps = layers.UpSampling2D(2)(maps)
    pixels = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(maps)
    model = keras.Model(images, layers.Reshape((28, 28))(pixels))
    model.compile(keras.optimizers.Adadelta(1.0), "binary_crossentropy")
    return model


class PlainVAE(keras.Model):
    """784 - 256 - 2 - 256 - 784 with grey pixels as targets."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = keras.Sequential(
            [keras.Input((28, 28)), layers.Flatten(), layers.Dense(256, "relu"), layers.Dense(4)]
        )
        self.decoder = keras.Sequential(
            [
                keras.Input((2,)),
                layers.Dense(256, "relu"),
                layers.Dense(784, "sigmoid"),
                layers.Reshape((28, 28)),
            ]
        )
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, images: Any) -> dict[str, Any]:
        """The posterior of each image, and the picture of one draw from it."""
        mean, log_var = ops.split(self.encoder(images), 2, axis=-1)
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        pixels = self.decoder(mean + ops.exp(0.5 * log_var) * noise)
        return {"mean": mean, "log_var": log_var, "pixels": pixels}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None
    ) -> Any:
        """Cross-entropy summed over the pixels, and the divergence from the prior."""
        misfit = ops.sum(ops.binary_crossentropy(x, y_pred["pixels"]), axis=(1, 2))
        return ops.mean(misfit + gaussian_kl(y_pred["mean"], y_pred["log_var"]))


def vae_2d() -> keras.Model:
    """Learned with RMSprop, as the notebook had it."""
    model = PlainVAE()
    model.compile("rmsprop")
    return model


class PlainGAN(keras.Model):
    """A generator and a discriminator of two convolutions each, every move one step of Adam."""

    code = 100

    def __init__(self) -> None:
        super().__init__()
        self.generator = keras.Sequential(
            [
                keras.Input((self.code,)),
                layers.Dense(7 * 7 * 128),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Reshape((7, 7, 128)),
                layers.Conv2DTranspose(64, 5, 2, padding="same"),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Conv2DTranspose(1, 5, 2, padding="same", activation="sigmoid"),
                layers.Reshape((28, 28)),
            ]
        )
        self.discriminator = keras.Sequential(
            [
                keras.Input((28, 28)),
                layers.Reshape((28, 28, 1)),
                layers.Conv2D(64, 5, 2, padding="same"),
                layers.LeakyReLU(0.2),
                layers.Conv2D(128, 5, 2, padding="same"),
                layers.BatchNormalization(),
                layers.LeakyReLU(0.2),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        self.seed_generator = keras.random.SeedGenerator(0)
        self.built = True

    def compile(self) -> None:
        """An optimiser for each player."""
        super().compile(optimizer=None)
        self.players = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]

    def train_step(self, data: tuple[Any, Any]) -> dict:
        """One move of each: Goodfellow et al. 2014, arXiv:1406.2661, with the generator's log D."""
        real, _ = data
        codes = keras.random.normal((tf.shape(real)[0], self.code), seed=self.seed_generator)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(codes, training=True)
            on_real = self.discriminator(real, training=True)
            on_fake = self.discriminator(fake, training=True)
            d_loss = tf.reduce_mean(tf.nn.softplus(-on_real) + tf.nn.softplus(on_fake))
            g_loss = tf.reduce_mean(tf.nn.softplus(-on_fake))
        for player, net, loss in zip(
            self.players, (self.discriminator, self.generator), (d_loss, g_loss), strict=True
        ):
            variables = net.trainable_variables
            player.apply(tape.gradient(loss, variables), variables)
        return {"d_loss": d_loss, "g_loss": g_loss}


def gan() -> PlainGAN:
    """The contest, ready to begin."""
    model = PlainGAN()
    model.compile()
    return model
