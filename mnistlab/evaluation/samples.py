"""How good generated digits are: Frechet distance, precision and recall, classes, memorisation.

Features are the penultimate layer of a frozen classifier, (n, d); no single figure sees every
failure: blur shows in recall and density, a missing class in the Frechet distance and coverage.
"""

import numpy as np

from mnistlab.evaluation.arrays import class_labels, image_batch, vector_pair, vectors
from mnistlab.evaluation.neighbours import Reference, nearest, neighbour_radii, squared_distances


def frechet_distance(features: np.ndarray, reference: np.ndarray) -> float:
    """Squared Frechet distance between Gaussians fitted to two sets of features, in float64.

    `|m1 - m2|**2 + tr(S1 + S2 - 2 (S1 S2)**(1/2))`. With centred data `X = Q R`, so that `S = R'R`,
    the last trace is the sum of the singular values of `R1 R2'`: no matrix has its square root
    taken, and a singular covariance does no harm.

    Args:
        features: (n, d), n >= 2.
        reference: (m, d), m >= 2.

    Returns:
        A float >= 0, in squared units of the features. It falls with n; compare at equal n.

    Paper: Heusel et al. 2017, arXiv:1706.08500, eq. 6; Dowson and Landau 1982.
    """
    reference = vectors("reference", reference, least=2)
    features = vectors("features", features, width=reference.shape[1], least=2)
    mean, factor = _mean_and_factor(features)
    other_mean, other_factor = _mean_and_factor(reference)
    shared = np.linalg.svd(factor @ other_factor.T, compute_uv=False).sum()
    spread = np.sum(factor**2) + np.sum(other_factor**2) - 2 * shared
    return float(np.sum((mean - other_mean) ** 2) + max(spread, 0.0))


def frechet_ratio(
    features: np.ndarray, reference: np.ndarray, real: np.ndarray
) -> dict[str, float]:
    """Frechet distance of samples beside that of real digits, which is as low as one can hope for.

    Args:
        features: (n, d), of samples.
        reference: (m, d), of the test digits.
        real: (n, d), of as many random training digits as there are samples.

    Returns:
        {"distance", "floor", "ratio"}; a ratio of 1 means that samples and digits cannot be told.

    Raises:
        ValueError: `real` has another number of rows than `features`; the floor depends on it.
    """
    if len(real) != len(features):
        raise ValueError(f"real must have {len(features)} rows as features, got {len(real)}.")
    distance, floor = frechet_distance(features, reference), frechet_distance(real, reference)
    if floor == 0:
        raise ValueError("real must be other digits than the reference, got a distance of 0.")
    return {"distance": distance, "floor": floor, "ratio": distance / floor}


def neighbourhood_scores(
    features: np.ndarray, reference: np.ndarray, k: int = 5
) -> dict[str, float]:
    """Precision, recall, density and coverage, from balls that reach to the k-th neighbour.

    Args:
        features: (n, d), of samples, n > k.
        reference: (m, d), of real digits, m > k; as many as samples by custom.
        k: neighbours that a ball holds.

    Returns:
        {"precision", "recall", "density", "coverage"}: the share of samples inside a real ball; of
        digits inside a sample's ball; balls around a sample over k, near 1 at best and not bounded
        by it; the share of real balls with a sample inside.

    Paper: Naeem et al. 2020, arXiv:2002.09797, for density and coverage; Kynkaanniemi et al. 2019,
    arXiv:1904.06991, for precision and recall.
    """
    features, reference = vector_pair("features", features, "reference", reference)
    radii, sample_radii = neighbour_radii(reference, k), neighbour_radii(features, k)
    balls_around = np.empty(len(features), np.int64)
    closest_sample = np.full(len(reference), np.inf)
    recalled = np.zeros(len(reference), bool)
    for here, squared in squared_distances(features, Reference(reference)):
        balls_around[here] = np.sum(squared < radii, axis=1)
        closest_sample = np.minimum(closest_sample, squared.min(axis=0))
        recalled |= np.any(squared < sample_radii[here, None], axis=0)
    return {
        "precision": float(np.mean(balls_around > 0)),
        "recall": float(np.mean(recalled)),
        "density": float(np.mean(balls_around) / k),
        "coverage": float(np.mean(closest_sample < radii)),
    }


def class_shares(labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Histogram of labels 0 to `classes` - 1, as shares that sum to 1: (n,) -> (classes,)."""
    labels = class_labels("labels", labels, np.size(labels), classes)
    return np.bincount(labels, minlength=classes) / len(labels)


def class_total_variation(labels: np.ndarray, reference: np.ndarray, classes: int = 10) -> float:
    """Total variation of two histograms of labels: 0 if they agree, 1 if they share no class."""
    return float(np.abs(class_shares(labels, classes) - class_shares(reference, classes)).sum() / 2)


def memorisation_ratio(samples: np.ndarray, test: np.ndarray, train: np.ndarray) -> float:
    """Median distance of a sample to its nearest training digit, over the same for test digits.

    Distances are Euclidean in pixels. About 1 is as new as real handwriting; near 0 is copied.
    Blurred samples fall below 1 too: read it beside `neighbourhood_scores`.

    Args:
        samples: (n, height, width) in [0, 1].
        test: (m, height, width), digits that no model has seen.
        train: (t, height, width), digits that the model has seen.

    Raises:
        ValueError: half of the test digits or more are copies of training digits.
    """
    images = (("samples", samples), ("test", test), ("train", train))
    flat = [image_batch(name, batch).reshape(len(batch), -1) for name, batch in images]
    sample_gap, test_gap = (np.median(nearest(queries, flat[2])[1]) for queries in flat[:2])
    if test_gap == 0:
        raise ValueError("test must be other digits than train, got a median distance of 0.")
    return float(sample_gap / test_gap)


def _mean_and_factor(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (d,) and R (min(n, d), d) with `R'R` the unbiased covariance."""
    features = features.astype(np.float64)
    mean = features.mean(axis=0)
    return mean, np.linalg.qr((features - mean) / np.sqrt(len(features) - 1)).R
