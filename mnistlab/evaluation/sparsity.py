"""Sparse codes: how few units are active, how many never are, how concentrated, how telling.

A code is (n, units); a unit is active on a digit where its magnitude exceeds `ACTIVE`.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import log_softmax

from mnistlab.evaluation.arrays import class_labels, vectors

ACTIVE = 1e-6
STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)  # C, for codes of root mean square length 1
ITERATIONS = 200  # of L-BFGS for each C; only weak penalties would want more
SPARSE_ENOUGH = 0.1  # share of non-zeros below which a sparse product is the faster one


def active_fraction(codes: np.ndarray, threshold: float = ACTIVE) -> float:
    """Mean share of units that are active on a digit, in [0, 1]."""
    return float(np.mean(np.abs(vectors("codes", codes)) > threshold))


def dead_units(codes: np.ndarray, threshold: float = ACTIVE) -> int:
    """Number of units that no digit of `codes` makes active; count over a whole data set."""
    return int(np.sum(np.abs(vectors("codes", codes)).max(axis=0) <= threshold))


def hoyer_sparsity(codes: np.ndarray) -> float:
    """Mean over digits of `(sqrt(units) - |code|_1 / |code|_2) / (sqrt(units) - 1)`, in [0, 1].

    0 where all units are equal, 1 where one alone is active; a code of zeros counts 0.

    Raises:
        ValueError: codes of one unit, for which the measure does not exist.

    Paper: Hoyer 2004, "Non-negative matrix factorization with sparseness constraints".
    """
    codes = vectors("codes", codes)
    if codes.shape[1] < 2:
        raise ValueError(f"codes must have at least 2 units, got {codes.shape[1]}.")
    length = np.sqrt(np.sum(np.square(codes), axis=1, dtype=np.float64))
    total = np.sum(np.abs(codes), axis=1, dtype=np.float64)
    root = np.sqrt(codes.shape[1])
    ratio = np.divide(total, length, out=np.full(len(codes), root), where=length > 0)
    return float(np.mean((root - ratio) / (root - 1)))


def linear_probe(
    codes: np.ndarray,
    labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
    held_out: int = 5000,
    strengths: Sequence[float] = STRENGTHS,
) -> dict[str, float]:
    """How well a linear classifier reads the labels off the codes: multinomial logistic regression.

    Minimises `C * sum(cross-entropy) + sum(weights**2) / 2`, the offsets free, by L-BFGS in float32
    products. C is the most accurate of `strengths` on the last `held_out` codes; then all codes are
    fitted. The codes are first divided by the root of their mean squared length, so that C means
    the same for every model.

    Cost: 60,000 codes of 1,024 units, 3 % of them active, about a minute of one core.

    Args:
        codes: (n, units) of training digits.
        labels: (n,) whole numbers from 0.
        test_codes: (m, units).
        test_labels: (m,).
        held_out: training digits kept apart to choose C, from 1 to n - 1.
        strengths: candidates for C > 0, best in rising order: each fit starts from the one before.

    Returns:
        {"accuracy": on test, "held_out_accuracy": of the chosen C, "strength": the chosen C}.

    Raises:
        ValueError: shapes that do not fit together, held_out or a strength out of range.
    """
    codes = vectors("codes", codes)
    test_codes = vectors("test_codes", test_codes, width=codes.shape[1])
    classes = int(np.max(labels, initial=0)) + 1
    labels = class_labels("labels", labels, len(codes), classes)
    test_labels = class_labels("test_labels", test_labels, len(test_codes), classes)
    if not 1 <= held_out < len(codes):
        raise ValueError(f"held_out must be from 1 to {len(codes) - 1}, got {held_out}.")
    if not strengths or min(strengths) <= 0:
        raise ValueError(f"strengths must be > 0, at least one, got {strengths}.")
    length = np.sqrt(np.mean(np.sum(np.square(codes), axis=1)))
    features, test_features = _features(codes, length), _features(test_codes, length)
    weights = np.zeros((codes.shape[1] + 1, classes))
    best = (-1.0, 0.0, weights)
    for strength in strengths:
        weights = _fit(features[:-held_out], labels[:-held_out], strength, weights)
        accuracy = _accuracy(features[-held_out:], labels[-held_out:], weights)
        best = max(best, (accuracy, strength, weights), key=lambda candidate: candidate[0])
    held_out_accuracy, strength, weights = best
    weights = _fit(features, labels, strength, weights)
    return {
        "accuracy": _accuracy(test_features, test_labels, weights),
        "held_out_accuracy": held_out_accuracy,
        "strength": float(strength),
    }


def _features(codes: np.ndarray, length: float) -> np.ndarray | csr_array:
    scaled = np.divide(codes, length or 1, dtype=np.float32)
    return csr_array(scaled) if np.count_nonzero(scaled) < SPARSE_ENOUGH * scaled.size else scaled


def _fit(
    features: np.ndarray | csr_array, labels: np.ndarray, strength: float, start: np.ndarray
) -> np.ndarray:
    """Weights (units + 1, classes), the last row the offsets."""
    n, classes = len(labels), start.shape[1]
    wanted = np.eye(classes, dtype=np.float32)[labels]

    def loss_and_gradient(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(start.shape)
        log_shares = log_softmax(_logits(features, weights), axis=1)
        surplus = np.exp(log_shares) - wanted  # (n, classes)
        gradient = np.empty_like(weights)
        gradient[:-1] = features.T @ surplus / n + weights[:-1] / (strength * n)
        gradient[-1] = surplus.mean(axis=0, dtype=np.float64)
        loss = -np.sum(log_shares * wanted, dtype=np.float64) / n
        return loss + np.sum(weights[:-1] ** 2) / (2 * strength * n), gradient.ravel()

    # Stop where the gradient is small beside the penalty's, 1 / (C n): any looser, and a large C
    # would count as fitted where the one before it ended.
    options = {"maxiter": ITERATIONS, "gtol": 0.01 / (strength * n), "ftol": 1e-15}
    found = minimize(loss_and_gradient, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(start.shape)


def _logits(features: np.ndarray | csr_array, weights: np.ndarray) -> np.ndarray:
    weights = weights.astype(np.float32)
    return features @ weights[:-1] + weights[-1]


def _accuracy(features: np.ndarray | csr_array, labels: np.ndarray, weights: np.ndarray) -> float:
    return float(np.mean(_logits(features, weights).argmax(axis=1) == labels))
