"""A class-conditional generative adversarial network: a generator against a discriminator.

The discriminator compares a real digit with a generated one of the same class (relativistic
pairing) and is held smooth by penalties on its gradient at real (R1) and at generated digits (R2),
paid every few steps. What is shipped and sampled from is the running average of the generator.
Papers: Goodfellow et al. 2014, arXiv:1406.2661; Huang et al. 2025 (R3GAN), arXiv:2501.05441, eq.
2-4; Miyato & Koyama 2018 (projection), arXiv:1802.05637, eq. 3; Karras et al. 2019 (lazy penalty),
arXiv:1912.04958, appendix B.
"""

from dataclasses import asdict, dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import named_variables
from mnistlab.models.layers import SIDE, Fold, ResidualConv, Unfold, conv

CLASSES = 10


@dataclass(frozen=True, kw_only=True)
class GANConfig:
    """Filters at 7 and 4 places a side, the code's size, and the terms of the contest."""

    filters: tuple[int, int] = (64, 96)
    code: int = 64
    penalty: float = 1.0
    lazy: int = 16
    average: float = 0.999


@keras.saving.register_keras_serializable(package="mnistlab")
class GAN(keras.Model):
    """A generator of digits of a wanted class, with the discriminator that taught it."""

    def __init__(self, config: GANConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.student = _generator(config, "student")
        self.generator = _generator(config, "generator")
        self.generator.trainable = False
        self.discriminator = _discriminator(config)
        for average, current in zip(self.generator.weights, self.student.weights, strict=True):
            average.assign(current)
        self.seed_generator = keras.random.SeedGenerator(0)
        self.turn = self.add_weight(
            shape=(), dtype="int64", initializer="zeros", trainable=False, name="turn"
        )
        self.g_loss = keras.metrics.Mean(name="g_loss")
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.built = True

    def compile(self, optimizer: Any, discriminator_optimizer: Any, **kwargs: Any) -> None:
        """Two optimisers, each built for its own net."""
        super().compile(optimizer=None, **kwargs)
        self.generator_optimizer = optimizer
        self.discriminator_optimizer = discriminator_optimizer
        optimizer.build(self.student.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Only the two losses: the compiled `loss` would be a column of zeros."""
        return [self.g_loss, self.d_loss]

    def call(self, codes: KerasTensor) -> KerasTensor:
        """The same as `decode`."""
        return self.decode(codes)

    def decode(self, codes: KerasTensor) -> KerasTensor:
        """Noise and wished class (n, code + 10) -> digits (n, 28, 28) in [0, 1]."""
        noise, wish = codes[:, : self.config.code], codes[:, self.config.code :]
        return self.generator([noise, wish], training=False)

    def train_step(self, data: tuple[KerasTensor, KerasTensor]) -> dict:
        """One move of each player on the same generated batch; Keras must run on TensorFlow."""
        import tensorflow as tf  # for its gradients alone: the generator goes without

        real, labels = data
        classes = ops.one_hot(labels, CLASSES)
        codes = keras.random.normal(
            (ops.shape(real)[0], self.config.code), seed=self.seed_generator
        )
        with tf.GradientTape() as student_tape:
            fake = self.student([codes, classes], training=True)
            with tf.GradientTape() as discriminator_tape:
                on_real = self.discriminator([real, classes], training=True)
                on_fake = self.discriminator([fake, classes], training=True)
                d_loss = ops.mean(ops.softplus(on_fake - on_real))
            g_loss = ops.mean(ops.softplus(on_real - on_fake))
        d_grads = discriminator_tape.gradient(d_loss, self.discriminator.trainable_variables)
        g_grads = student_tape.gradient(g_loss, self.student.trainable_variables)
        penalties = ops.cond(
            self.turn.value % self.config.lazy == 0,
            lambda: self._penalty_gradients(real, ops.stop_gradient(fake), classes),
            lambda: [ops.zeros_like(g) for g in d_grads],
        )
        d_grads = [g + p for g, p in zip(d_grads, penalties, strict=True)]
        self.discriminator_optimizer.apply(d_grads, self.discriminator.trainable_variables)
        self.generator_optimizer.apply(g_grads, self.student.trainable_variables)
        kept = self._kept()
        for average, current in zip(self.generator.weights, self.student.weights, strict=True):
            average.assign(average + (1 - kept) * (current - average))
        self.turn.assign_add(1)
        self.g_loss.update_state(g_loss)
        self.d_loss.update_state(d_loss)
        return self.get_metrics_result()

    def test_step(self, data: tuple[KerasTensor, KerasTensor]) -> dict:
        """The averaged generator against the discriminator, on held-out digits."""
        real, labels = data
        classes = ops.one_hot(labels, CLASSES)
        codes = keras.random.normal(
            (ops.shape(real)[0], self.config.code), seed=self.seed_generator
        )
        margin = self.discriminator([real, classes]) - self.discriminator(
            [self.generator([codes, classes]), classes]
        )
        self.g_loss.update_state(ops.mean(ops.softplus(margin)))
        self.d_loss.update_state(ops.mean(ops.softplus(-margin)))
        return self.get_metrics_result()

    def _kept(self) -> KerasTensor:
        """The share of the average that this turn keeps: less at first, lest it stay untaught."""
        turn = ops.cast(self.turn.value, "float32")
        return ops.minimum(self.config.average, (1 + turn) / (10 + turn))

    def _penalty_gradients(
        self, real: KerasTensor, fake: KerasTensor, classes: KerasTensor
    ) -> list[KerasTensor]:
        """Gradients of penalty / 2 * lazy * (R1 + R2) in the discriminator's variables."""
        import tensorflow as tf

        with tf.GradientTape() as outer:
            penalty = 0.0
            for images in (real, fake):
                with tf.GradientTape() as inner:
                    inner.watch(images)
                    judged = ops.sum(self.discriminator([images, classes], training=True))
                slope = inner.gradient(judged, images)  # (n, 28, 28)
                penalty += ops.mean(ops.sum(ops.square(slope), axis=(1, 2)))
            penalty *= 0.5 * self.config.penalty * self.config.lazy
        variables = [v.value for v in self.discriminator.trainable_variables]
        return outer.gradient(
            penalty, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )

    def shipped(self) -> dict[str, keras.Variable]:
        """The averaged generator: what samples are drawn from."""
        return named_variables(self.generator)

    def get_config(self) -> dict:
        """The configuration, from which `MODELS["gan"].build` makes the model again."""
        return {"config": asdict(self.config)}


def gan(config: GANConfig) -> GAN:
    """Code and class - 7 unfolded to 28, against 28 folded to 7 - 4 - a judgement."""
    return GAN(config)


def _generator(config: GANConfig, name: str) -> keras.Model:
    fine, _ = config.filters
    codes, classes = keras.Input((config.code,)), keras.Input((CLASSES,))
    maps = layers.Concatenate(name="wish")([codes, classes])
    maps = layers.Dense(160, "gelu", name="hidden")(maps)
    maps = layers.Dense(7 * 7 * fine, name="spread")(maps)
    maps = layers.Reshape((7, 7, fine), name="map_7")(maps)
    maps = ResidualConv(fine, name="residual_1")(maps)
    maps = ResidualConv(fine, name="residual_2")(maps)
    maps = layers.Activation("gelu", name="gelu")(maps)
    digits = Unfold(name="unfold")(conv(16, "pixels", activation="sigmoid")(maps))
    return keras.Model([codes, classes], digits, name=name)


def _discriminator(config: GANConfig) -> keras.Model:
    fine, coarse = config.filters
    images, classes = keras.Input((SIDE, SIDE)), keras.Input((CLASSES,))
    maps = conv(fine, "filters", activation=None)(Fold(name="fold")(images))
    maps = ResidualConv(fine, name="residual_7")(maps)
    maps = conv(coarse, "down_4", stride=2)(maps)
    features = layers.Dense(128, "gelu", name="features")(layers.Flatten(name="flat")(maps))
    wanted = layers.Dense(128, use_bias=False, name="class")(classes)
    judgement = layers.Dense(1, name="alone")(features)
    match = layers.Dot(axes=1, name="match")([features, wanted])
    total = layers.Add(name="sum")([judgement, match])[:, 0]
    return keras.Model([images, classes], total, name="discriminator")
