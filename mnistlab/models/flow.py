"""A RealNVP flow as a prior: it bends a standard normal into the shape that codes really have.

Papers: Dinh et al. 2016, arXiv:1605.08803, eq. 7-8; Huang et al. 2017, "Learnable explicit density
for continuous latent space".
"""

import keras
from keras import KerasTensor, layers, ops

from mnistlab.models.losses import gaussian_log_density

BOUND = 2.0  # no coupling stretches a dimension by more than exp(BOUND)


@keras.saving.register_keras_serializable(package="mnistlab")
class FlowPrior(layers.Layer):
    """Affine couplings over `dimensions`, each moving one half by what the other half says."""

    def __init__(self, dimensions: int, couplings: int, width: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.dimensions, self.couplings, self.width = dimensions, couplings, width
        self.nets = [
            keras.Sequential(
                [
                    keras.Input((dimensions,)),
                    layers.Dense(width, "gelu", name="hidden_1"),
                    layers.Dense(width, "gelu", name="hidden_2"),
                    layers.Dense(2 * dimensions, kernel_initializer="zeros", name="move"),
                ],
                name=f"coupling_{i}",
            )
            for i in range(couplings)
        ]
        self.built = True

    def to_normal(self, codes: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
        """Codes (..., d) to where a standard normal has them, and log |det| of the map (...)."""
        log_det = ops.zeros_like(codes[..., 0])
        for i in range(self.couplings):
            shift, log_scale = self._move(i, codes)
            codes = (codes + shift) * ops.exp(log_scale)
            log_det += ops.sum(log_scale, axis=-1)
        return codes, log_det

    def from_normal(self, normals: KerasTensor) -> KerasTensor:
        """The way back: draws of a standard normal (..., d) to codes."""
        codes = normals
        for i in reversed(range(self.couplings)):
            shift, log_scale = self._move(i, codes)
            codes = codes * ops.exp(-log_scale) - shift
        return codes

    def log_prob(self, codes: KerasTensor) -> KerasTensor:
        """Give log p(codes), (..., d) -> (...) nats."""
        normals, log_det = self.to_normal(codes)
        zeros = ops.zeros_like(normals)
        return gaussian_log_density(normals, zeros, zeros) + log_det

    def _move(self, i: int, codes: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
        """Shift and log-scale of coupling i: zero on the half that it reads."""
        reads = ops.cast(ops.arange(self.dimensions) % 2 == i % 2, codes.dtype)
        shift, log_scale = ops.split(self.nets[i](codes * reads), 2, axis=-1)
        return shift * (1 - reads), BOUND * ops.tanh(log_scale / BOUND) * (1 - reads)

    def get_config(self) -> dict:
        """What `from_config` needs."""
        config = {n: getattr(self, n) for n in ("dimensions", "couplings", "width")}
        return {**super().get_config(), **config}
