"""A sparse autoencoder: many more units than a digit needs, of which only a few may speak.

The decoder is one matrix A, so each unit has an atom that can be looked at. Left alone, most units
lose every contest of the first epoch, hear no gradient and fall silent for good. So each unit's
activation is standardised over the batch (written with a bar) before the contest: all speak about
equally often. What the winners leave unexplained is then shown to the atoms, `corrections` times:

    u <- bar(u + s A^T (x - sigmoid(A top-k(u) + b))),    c = top-k(u),

a step of iterative thresholding whose step sizes s, one a unit, are learned. Beside the squared
error, a digit's code c and that of its warped view c' should be told from those of the other digits
in the batch by a linear map W: with h = W c / |W c|,

    -log softmax_j(h_i . h'_j / temperature) at j = i, and the same with the views exchanged.

Papers: Makhzani & Frey 2013, arXiv:1312.5663; Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1;
Gregor & LeCun 2010, "Learning fast approximations of sparse coding", eq. 4; van den Oord et al.
2018, arXiv:1807.03748, eq. 4; Chen et al. 2020 (SimCLR), arXiv:2002.05709, eq. 1.
"""

from dataclasses import dataclass
from typing import Any

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.layers import SIDE, TopK, dense_stack, flatten, unflatten
from mnistlab.models.losses import info_nce

FIRST_STEP = 0.3  # size of a correction before it is learned
COMPARED = 64  # numbers in which two views are compared


@dataclass(frozen=True, kw_only=True)
class SparseConfig:
    """`units` of which at most `k` are above zero; `hidden` layers and `corrections` before them.

    `invariance` weighs the comparison of two views beside the squared error.
    """

    units: int = 1024
    k: int = 31
    hidden: tuple[int, ...] = (256,)
    corrections: int = 1
    invariance: float = 3.0
    temperature: float = 0.2

    @property
    def code(self) -> int:
        """Number of floats in the code."""
        return self.units


@keras.saving.register_keras_serializable(package="mnistlab")
class Correct(layers.Layer):
    """Activations moved along the atoms by what the code has left unexplained of the digit.

    Args:
        atoms: the decoder's layer, whose kernel (units, 784) is read here and owned there.
    """

    def __init__(self, atoms: layers.Dense, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.atoms = atoms
        self.step = self.add_weight(
            shape=(atoms.kernel.shape[0],),
            initializer=keras.initializers.Constant(FIRST_STEP),
            name="step",
        )
        self.built = True

    def call(self, activations: KerasTensor, residual: KerasTensor) -> KerasTensor:
        """(n, units) and what is left of the pixels, (n, 784) -> (n, units)."""
        return activations + self.step * ops.matmul(residual, ops.transpose(self.atoms.kernel))


@keras.saving.register_keras_serializable(package="mnistlab")
class Sparse(Autoencoder):
    """An autoencoder that learns from pairs: a digit, and as the target a warped view of it.

    Without a target, as in validation, the squared error is all there is.
    """

    def __init__(
        self, config: SparseConfig, encoder: keras.Model, decoder: keras.Model, **kwargs: Any
    ) -> None:
        super().__init__(config, encoder, decoder, **kwargs)
        self.compare = layers.Dense(COMPARED, use_bias=False, name="compare")
        self.compare.build((None, config.units))

    def call(self, images: KerasTensor, training: bool = False) -> dict[str, KerasTensor]:
        """The codes (n, units) and the logits (n, 28, 28)."""
        codes = self.encoder(images, training=training)
        return {"codes": codes, "logits": self.decoder(codes, training=training)}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: KerasTensor | None = None,
        training: bool = True,
    ) -> KerasTensor:
        """The squared error, and `invariance` times how badly the pairs are told apart."""
        loss = super().compute_loss(x, None, y_pred["logits"], sample_weight, training)
        if y is None:
            return loss
        views = self.compare(self.encoder(y, training=training))
        told = info_nce(self.compare(y_pred["codes"]), views, self.config.temperature)
        return loss + self.config.invariance * ops.mean(told)


def sparse(config: SparseConfig) -> Sparse:
    """784 - hidden - units (standardised, corrected, top k) - 784, one linear layer of atoms."""
    atoms = layers.Dense(SIDE * SIDE, name="atoms")
    decoder = keras.Sequential([keras.Input((config.units,)), atoms, unflatten()], name="decoder")
    top_k = TopK(config.k, name="top_k")
    with keras.name_scope("encoder"):
        images = keras.Input((SIDE, SIDE))
        pixels = activations = flatten()(images)
        for layer in dense_stack(config.hidden):
            activations = layer(activations)
        activations = layers.Dense(config.units, use_bias=False, name="units")(activations)
        activations = _standardise("standardise")(activations)
        for i in range(1, config.corrections + 1):
            residual = pixels - ops.sigmoid(atoms(top_k(activations)))
            corrected = Correct(atoms, name=f"correct_{i}")(activations, residual)
            activations = _standardise(f"standardise_{i}")(corrected)
        encoder = keras.Model(images, top_k(activations), name="encoder")
    return Sparse(config, encoder, decoder)


def _standardise(name: str) -> layers.Layer:
    return layers.BatchNormalization(momentum=0.98, center=False, scale=False, name=name)
