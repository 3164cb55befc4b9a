"""Everything that all models say of a digit, in one graph: what one stroke on the pad costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnistlab.evaluation.calibration import percentile_of
from mnistlab.inference.exhibits import Exhibits

REFEREE = "classifier"


@dataclass(frozen=True)
class Reading:
    """What one model makes of n digits.

    Args:
        reconstruction: (n, 28, 28) in [0, 1].
        mse: (n,) mean squared error per pixel.
        relative_error: (n,) squared error over the digit's own energy.
        percentile: (n,) in [0, 100], the share of test digits that this model reconstructs worse.
        code: (n, code).
        code_sd: (n, code), the posterior's standard deviation; None for a model without one.
        probabilities: (n, 10), the referee on the reconstruction.
    """

    reconstruction: np.ndarray
    mse: np.ndarray
    relative_error: np.ndarray
    percentile: np.ndarray
    code: np.ndarray
    code_sd: np.ndarray | None
    probabilities: np.ndarray


@dataclass(frozen=True)
class Examination:
    """What all models make of n digits.

    Args:
        probabilities: (n, 10), the referee on the digits themselves.
        oddness: by name (n,), what is held against the test digits to tell a scribble.
        strangeness: (n,) in [0, 100], the share of test digits that are at least as strange.
        readings: by model id, in their order, the referee left out.
        other_errors: by model id (m,), the relative errors of the digits that were only compared.
    """

    probabilities: np.ndarray
    oddness: dict[str, np.ndarray]
    strangeness: np.ndarray
    readings: dict[str, Reading]
    other_errors: dict[str, np.ndarray]


class Examiner:
    """All networks behind one call with one signature.

    The weights are constants of the graph, so that TensorFlow lays them out for the processor once
    and not at every call: a lone digit costs a third less.

    Args:
        nets: models by id, the referee among them; readings come in this order.
        exhibits: how the models did on the test digits.
        bank: pictures (m, 784) and codes (m, code) of the GAN's samples, if it is there.
    """

    def __init__(
        self,
        nets: Mapping[str, Any],
        exhibits: Exhibits,
        bank: tuple[np.ndarray, np.ndarray] | None,
    ) -> None:
        self._nets, self._exhibits, self._bank = nets, exhibits, bank
        self._constants = [
            (v, v.numpy()) for net in nets.values() for v in net.variables if len(v.shape) != 2
        ]
        digits = tf.TensorSpec((None, 28, 28), tf.float32)
        self._graph = tf.function(
            self._everything, input_signature=[digits, digits], autograph=False
        )

    def __call__(self, images: np.ndarray, others: np.ndarray | None = None) -> Examination:
        """Digits (n, 28, 28) float32 in [0, 1] -> what every model makes of them.

        Of `others` (m, 28, 28) only the relative errors are asked for.
        """
        others = np.empty((0, 28, 28), np.float32) if others is None else others
        out = self._graph(tf.constant(images), tf.constant(others))
        out = tf.nest.map_structure(lambda tensor: tensor.numpy(), out)
        readings = {}
        for name, parts in out["readings"].items():
            errors = parts.pop("relative_error")
            quantiles = self._exhibits.errors.get(name)
            share = (
                np.full_like(errors, 50.0)
                if quantiles is None
                else percentile_of(errors, quantiles)
            )
            readings[name] = Reading(
                relative_error=errors, percentile=share, code_sd=parts.pop("code_sd", None), **parts
            )
        shares = [
            percentile_of(out["oddness"][name], quantiles)
            for name, quantiles in self._exhibits.oddness.items()
        ] or [np.full(len(images), 100.0)]
        # the least of several shares is too small by about their number (Bonferroni)
        strangeness = np.minimum(100.0, len(shares) * np.min(shares, axis=0))
        return Examination(
            out["probabilities"], out["oddness"], strangeness, readings, out["other_errors"]
        )

    def _everything(self, images: tf.Tensor, others: tf.Tensor) -> dict[str, Any]:
        """Every network once, and the referee once over all that came out."""
        constants = [(variable, tf.constant(value)) for variable, value in self._constants]
        with keras.StatelessScope(state_mapping=constants):
            return self._examined(images, others)

    def _examined(self, images: tf.Tensor, others: tf.Tensor) -> dict[str, Any]:
        n = tf.shape(images)[0]
        seen = tf.concat([images, others], axis=0)
        energy = tf.maximum(tf.reduce_sum(tf.square(seen), axis=(1, 2)), 1e-6)
        readings: dict[str, dict[str, tf.Tensor]] = {}
        other_errors: dict[str, tf.Tensor] = {}
        for name, net in self._nets.items():
            if name == REFEREE:
                continue
            parts = _nearest(seen, self._bank) if name == "gan" else _read(net, seen)
            squares = tf.square(seen - parts["reconstruction"])
            errors = tf.reduce_sum(squares, axis=(1, 2)) / energy
            reading = {part: values[:n] for part, values in parts.items()}
            reading["mse"] = tf.reduce_mean(squares[:n], axis=(1, 2))
            reading["relative_error"], other_errors[name] = errors[:n], errors[n:]
            readings[name] = reading
        pictures = tf.concat([images, *[r["reconstruction"] for r in readings.values()]], axis=0)
        logits, _ = self._nets[REFEREE].judge(pictures)
        probabilities = tf.reshape(tf.nn.softmax(logits), (-1, n, 10))
        for place, reading in enumerate(readings.values(), 1):
            reading["probabilities"] = probabilities[place]
        oddness = {"referee": -tf.reduce_logsumexp(logits[:n], axis=1)}
        if "vae" in readings:
            oddness["vae"] = readings["vae"]["relative_error"]
        return {
            "probabilities": probabilities[0],
            "oddness": oddness,
            "readings": readings,
            "other_errors": other_errors,
        }


def _read(net: Any, images: tf.Tensor) -> dict[str, tf.Tensor]:
    """Code and reconstruction of one autoencoder, encoding once."""
    if hasattr(net, "posterior"):
        mean, log_var = net.posterior(images)
        return {
            "reconstruction": net.decode(mean),
            "code": mean,
            "code_sd": tf.exp(0.5 * log_var),
        }
    if hasattr(net, "examine"):
        code, reconstruction = net.examine(images)
    else:
        code = net.encode(images)
        reconstruction = net.decode(code)
    return {"reconstruction": reconstruction, "code": code}


def _nearest(images: tf.Tensor, bank: Any) -> dict[str, tf.Tensor]:
    """Of a bank of the GAN's samples the nearest to each image: it has no encoder to ask."""
    pictures, codes = bank
    flat = tf.reshape(images, (-1, 784))
    squares = tf.reduce_sum(tf.square(pictures), axis=1) - 2 * tf.matmul(
        flat, pictures, transpose_b=True
    )
    nearest = tf.argmin(squares, axis=1)
    return {
        "reconstruction": tf.reshape(tf.gather(pictures, nearest), (-1, 28, 28)),
        "code": tf.gather(codes, nearest),
    }
