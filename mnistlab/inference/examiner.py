"""Everything that all models say of a digit: what one stroke on the pad costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import KerasTensor, ops

from mnistlab.evaluation.calibration import percentile_of
from mnistlab.inference.engine import Compiled
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
    """All networks behind two calls: one has every model answer, one has the referee judge it all.

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
        self._exhibits = exhibits
        self._judge = Compiled(nets[REFEREE].judge, (28, 28))
        self._of_bank = self._judge(bank[0].reshape(-1, 28, 28))[0] if bank else np.empty((0, 10))
        models = {name: net for name, net in nets.items() if name != REFEREE}
        self._answer = Compiled(lambda images: _answers(models, bank, images), (28, 28))

    def __call__(self, images: np.ndarray, others: np.ndarray | None = None) -> Examination:
        """Digits (n, 28, 28) float32 in [0, 1] -> what every model makes of them.

        Of `others` (m, 28, 28) only the relative errors are asked for.
        """
        n = len(images)
        answers = self._answer(images if others is None else np.concatenate([images, others]))
        logits = self._judged(images, answers)
        evidence = np.logaddexp.reduce(logits, axis=-1, keepdims=True)  # (models + 1, n, 1)
        judged = np.exp(logits - evidence)
        readings = {
            name: self._reading(name, {part: values[:n] for part, values in parts.items()}, chances)
            for (name, parts), chances in zip(answers.items(), judged[1:], strict=True)
        }
        oddness = {"referee": -evidence[0, :, 0]}
        if "vae" in readings:
            oddness["vae"] = readings["vae"].relative_error
        shares = [
            percentile_of(oddness[name], quantiles)
            for name, quantiles in self._exhibits.oddness.items()
        ] or [np.full(n, 100.0)]
        # the least of several shares is too small by about their number (Bonferroni)
        strangeness = np.minimum(100.0, len(shares) * np.min(shares, axis=0))
        other_errors = {name: parts["relative_error"][n:] for name, parts in answers.items()}
        return Examination(judged[0], oddness, strangeness, readings, other_errors)

    def _judged(
        self, images: np.ndarray, answers: Mapping[str, dict[str, np.ndarray]]
    ) -> np.ndarray:
        """The referee's logits of the digits, then of what each model answers: (models + 1, n, 10).

        The samples of the bank have been judged before.
        """
        n = len(images)
        known = {
            name: self._of_bank[parts.pop("place")[:n]]
            for name, parts in answers.items()
            if "place" in parts
        }
        new = [parts["reconstruction"][:n] for name, parts in answers.items() if name not in known]
        logits = self._judge(np.concatenate([images, *new]))[0].reshape(-1, n, 10)
        rest = iter(logits[1:])
        by_model = [known[name] if name in known else next(rest) for name in answers]
        return np.stack([logits[0], *by_model])

    def _reading(self, name: str, parts: dict[str, np.ndarray], chances: np.ndarray) -> Reading:
        quantiles = self._exhibits.errors.get(name)
        errors = parts["relative_error"]
        share = (
            np.full_like(errors, 50.0) if quantiles is None else percentile_of(errors, quantiles)
        )
        return Reading(
            code_sd=parts.pop("code_sd", None), percentile=share, probabilities=chances, **parts
        )


def _answers(
    models: Mapping[str, Any], bank: tuple[np.ndarray, np.ndarray] | None, images: KerasTensor
) -> dict[str, dict[str, KerasTensor]]:
    """By model id the parts of a `Reading` that arithmetic gives, for images (n, 28, 28)."""
    energy = ops.maximum(ops.sum(ops.square(images), axis=(1, 2)), 1e-6)
    answers = {}
    for name, net in models.items():
        parts = _nearest(bank, images) if bank and name == "gan" else _read(net, images)
        squares = ops.square(images - parts["reconstruction"])
        parts["mse"] = ops.mean(squares, axis=(1, 2))
        parts["relative_error"] = ops.sum(squares, axis=(1, 2)) / energy
        answers[name] = parts
    return answers


def _read(net: Any, images: KerasTensor) -> dict[str, KerasTensor]:
    """Code and reconstruction of one autoencoder, encoding once."""
    if hasattr(net, "posterior"):
        mean, log_var = net.posterior(images)
        return {
            "reconstruction": net.decode(mean),
            "code": mean,
            "code_sd": ops.exp(0.5 * log_var),
        }
    if hasattr(net, "examine"):
        code, reconstruction = net.examine(images)
    else:
        code = net.encode(images)
        reconstruction = net.decode(code)
    return {"reconstruction": reconstruction, "code": code}


def _nearest(bank: tuple[np.ndarray, np.ndarray], images: KerasTensor) -> dict[str, KerasTensor]:
    """Of a bank of the GAN's samples the nearest to each image: it has no encoder to ask."""
    pictures, codes = (ops.convert_to_tensor(array) for array in bank)
    likeness = ops.matmul(ops.reshape(images, (-1, 784)), ops.transpose(pictures))
    energy = ops.sum(ops.square(pictures), axis=1)
    nearest = ops.top_k(likeness - 0.5 * energy, 1)[1][:, 0]  # argmin of the squared distance
    return {
        "reconstruction": ops.reshape(ops.take(pictures, nearest, axis=0), (-1, 28, 28)),
        "code": ops.take(codes, nearest, axis=0),
        "place": nearest,
    }
