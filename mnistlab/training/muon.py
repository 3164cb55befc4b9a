"""Muon: steps that move a matrix of weights in all its directions alike.

Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; Liu et al. 2025,
arXiv:2502.16982, eq. 4, for the size of a step, which makes it that of Adam.
"""

import math
import re
from typing import Any

import keras
from keras import KerasTensor, ops


@keras.saving.register_keras_serializable(package="mnistlab")
class Muon(keras.optimizers.Muon):
    """Keras' Muon, for convolutions too: a kernel is a matrix with a column a filter.

    Vectors, and the layers whose path matches one of `exclude_layers`, take the steps of AdamW.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        matrix = len(variable.shape) in (2, 4)
        return not matrix or any(re.search(name, variable.path) for name in self.exclude_layers)

    def _muon_update_step(
        self, gradient: KerasTensor, variable: Any, lr: KerasTensor, m: Any
    ) -> None:
        self.assign_add(m, ops.add(gradient, m * (self.momentum - 1)))
        rows, columns = math.prod(variable.shape[:-1]), variable.shape[-1]
        ahead = ops.reshape(gradient + self.momentum * m, (rows, columns))  # Nesterov
        turned = self.zeropower_via_newtonschulz5(ahead, self.ns_steps)
        size = self.rms_rate * math.sqrt(max(rows, columns))
        self.assign_sub(variable, lr * size * ops.reshape(turned, variable.shape))
