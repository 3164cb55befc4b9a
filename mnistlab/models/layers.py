"""Layers and small stacks that more than one network uses."""

import keras
from keras import KerasTensor, layers, ops

SIDE = 28


@keras.saving.register_keras_serializable(package="mnistlab")
class TopK(layers.Layer):
    """Keep the `k` largest activations of each row that are above zero, and set the others to zero.

    Paper: Makhzani & Frey 2013, "k-sparse autoencoders", arXiv:1312.5663, section 2.1.
    """

    def __init__(self, k: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.k = k

    def call(self, activations: KerasTensor) -> KerasTensor:
        """(n, units) -> (n, units), at most `k` of them above zero in each row."""
        threshold = ops.top_k(activations, self.k, sorted=True)[0][..., -1:]  # (n, 1)
        kept = ops.logical_and(activations >= threshold, activations > 0)
        return ops.where(kept, activations, 0.0)

    def get_config(self) -> dict:
        """What `from_config` needs."""
        return {**super().get_config(), "k": self.k}


def flatten() -> layers.Layer:
    """(n, 28, 28) -> (n, 784)."""
    return layers.Reshape((SIDE * SIDE,), name="flatten")


def unflatten() -> layers.Layer:
    """(n, 784) -> (n, 28, 28)."""
    return layers.Reshape((SIDE, SIDE), name="unflatten")


def dense_stack(widths: tuple[int, ...], activation: str = "gelu") -> list[layers.Layer]:
    """Dense layers of the given widths, named `hidden_1`, `hidden_2`, ..."""
    return [
        layers.Dense(width, activation, name=f"hidden_{i}") for i, width in enumerate(widths, 1)
    ]


def conv(
    filters: int, name: str, *, stride: int = 1, activation: str | None = "gelu", size: int = 3
) -> layers.Layer:
    """A convolution with `same` padding."""
    return layers.Conv2D(filters, size, stride, "same", activation=activation, name=name)


@keras.saving.register_keras_serializable(package="mnistlab")
class Fold(layers.Layer):
    """Trade resolution for channels: (n, 28, 28) -> (n, 28 / by, 28 / by, by * by).

    A convolution costs in proportion to the places it visits: on a folded picture it visits a
    sixteenth of them.
    Papers: Shi et al. 2016, arXiv:1609.05158, eq. 4; Zhang et al. 2018 (FFDNet), arXiv:1710.04026,
    section 3.
    """

    def __init__(self, by: int = 4, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.by = by

    def call(self, images: KerasTensor) -> KerasTensor:
        """Each block of `by` x `by` pixels becomes the channels of one place."""
        by, cells = self.by, images.shape[1] // self.by
        blocks = ops.reshape(images, (-1, cells, by, cells, by))
        return ops.reshape(ops.transpose(blocks, (0, 1, 3, 2, 4)), (-1, cells, cells, by * by))

    def get_config(self) -> dict:
        """What `from_config` needs."""
        return {**super().get_config(), "by": self.by}


@keras.saving.register_keras_serializable(package="mnistlab")
class Unfold(layers.Layer):
    """The way back: (n, h, w, by * by * c) -> (n, by * h, by * w, c); a single c is dropped."""

    def __init__(self, by: int = 4, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.by = by

    def call(self, maps: KerasTensor) -> KerasTensor:
        """Each group of `by` x `by` channels becomes a block of pixels."""
        by, (_, height, width, channels) = self.by, maps.shape
        depth = channels // by**2
        blocks = ops.reshape(maps, (-1, height, width, by, by, depth))
        rows = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))  # (n, h, by, w, by, c)
        shape = (-1, by * height, by * width) + ((depth,) if depth > 1 else ())
        return ops.reshape(rows, shape)

    def get_config(self) -> dict:
        """What `from_config` needs."""
        return {**super().get_config(), "by": self.by}


@keras.saving.register_keras_serializable(package="mnistlab")
class ResidualConv(layers.Layer):
    """x + conv(gelu(conv(gelu(x)))), the second convolution starting at zero.

    Paper: He et al. 2016, "Identity mappings in deep residual networks", arXiv:1603.05027, eq. 3.
    """

    def __init__(self, filters: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.first = layers.Conv2D(filters, 3, padding="same", name="first")
        self.second = layers.Conv2D(
            filters, 3, padding="same", kernel_initializer="zeros", name="second"
        )

    def build(self, input_shape: tuple) -> None:
        """Both convolutions keep the number of channels, `filters`."""
        self.first.build(input_shape)
        self.second.build(input_shape)
        self.built = True

    def call(self, maps: KerasTensor) -> KerasTensor:
        """(n, h, w, filters) -> the same shape."""
        return maps + self.second(ops.gelu(self.first(ops.gelu(maps))))

    def get_config(self) -> dict:
        """What `from_config` needs."""
        return {**super().get_config(), "filters": self.filters}
