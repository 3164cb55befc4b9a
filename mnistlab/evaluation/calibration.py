"""Whether confidence can be believed, and where a figure stands among the test digits'."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from mnistlab.evaluation.arrays import class_labels, vectors

TEMPERATURES = (0.05, 20.0)
PERCENTS = np.arange(101.0)


def expected_calibration_error(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over equal bins of confidence, weighted by count.

    Args:
        probabilities: (n, classes) in [0, 1].
        labels: (n,) the true classes.
        bins: number of bins (low, high] of the highest probability.

    Returns:
        A float in [0, 1]; 0 is calibrated.

    Paper: Guo et al. 2017, arXiv:1706.04599, eq. 3.
    """
    probabilities, labels = _scored("probabilities", probabilities, labels)
    if probabilities.min() < 0 or probabilities.max() > 1 + 1e-5:
        low, high = probabilities.min(), probabilities.max()
        raise ValueError(f"probabilities must lie in [0, 1], got {low} to {high}.")
    if bins < 1:
        raise ValueError(f"bins must be >= 1, got {bins}.")
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(place, weights=correct - confidence, minlength=bins)  # count * gap
    return float(np.abs(gaps).sum() / len(labels))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature T for which `softmax(logits / T)` finds the labels most probable.

    Args:
        logits: (n, classes) on digits that were not trained on, nor are tested on.
        labels: (n,) the true classes.

    Returns:
        T within `TEMPERATURES`; above 1 where the classifier was over-confident. Accuracy stays.

    Paper: Guo et al. 2017, arXiv:1706.04599, eq. 9.
    """
    logits, labels = _scored("logits", logits, labels)
    logits = logits.astype(np.float64)
    chosen = logits[np.arange(len(labels)), labels]

    def nll(log_temperature: float) -> float:
        scale = np.exp(-log_temperature)
        return np.mean(logsumexp(logits * scale, axis=1) - chosen * scale)

    found = minimize_scalar(nll, bounds=np.log(TEMPERATURES), method="bounded")
    return float(np.exp(found.x))


def quantiles(values: np.ndarray) -> np.ndarray:
    """The 0th to the 100th percentile of a reference: (n,) -> (101,) float64, rising."""
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"values must be finite and (n,) with n >= 1, got {values.shape}.")
    return np.quantile(values, PERCENTS / 100)


def percentile_of(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Share of the reference that is as large or larger, in percent: "better than 62 % of digits".

    Args:
        values: figures of any shape, where small is good.
        quantiles: (101,) of the reference, as `quantiles` gives them.

    Returns:
        float64 in [0, 100] of the shape of `values`: 100 at the best of the reference or below, 0
        at its worst or above, linear between percentiles.
    """
    quantiles = np.asarray(quantiles, np.float64)
    if quantiles.shape != PERCENTS.shape or not np.all(np.diff(quantiles) >= 0):
        raise ValueError(f"quantiles must be (101,) and rising, got shape {quantiles.shape}.")
    # From the worst end: of equal quantiles, `interp` then takes the one with the largest share.
    return np.interp(-np.asarray(values, np.float64), -quantiles[::-1], PERCENTS)


def _scored(name: str, scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores (n, classes) with labels (n,) that index them."""
    scores = vectors(name, scores)
    return scores, class_labels("labels", labels, *scores.shape)
