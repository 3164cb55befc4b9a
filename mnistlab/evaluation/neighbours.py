"""Nearest neighbours by blocks of one matrix product, so that 10,000 x 60,000 fits in memory."""

from collections.abc import Iterator

import numpy as np

from mnistlab.evaluation.arrays import vectors

BLOCK = 500  # rows at a time: 120 MB beside 60,000 references in float32


class Reference:
    """Vectors (m, d) to look for neighbours in, prepared once for many searches.

    Distances are taken about their mean, where they round least.
    """

    def __init__(self, values: np.ndarray) -> None:
        values = vectors("reference", values)
        self.centre = values.mean(axis=0)
        self.centred = values - self.centre
        self.norms = np.einsum("nd,nd->n", self.centred, self.centred)

    def __len__(self) -> int:
        return len(self.centred)


def nearest(
    queries: np.ndarray, reference: np.ndarray | Reference
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest reference of each query, by Euclidean distance.

    Args:
        queries: (n, d).
        reference: (m, d), or the same prepared.

    Returns:
        Indices into `reference` (n,) int64, and the distance to each (n,) float64, computed afresh
        from the pair, hence exactly 0 for a copy.
    """
    if not isinstance(reference, Reference):
        reference = Reference(reference)
    queries = vectors("queries", queries, width=len(reference.centre))
    blocks = squared_distances(queries, reference)
    indices = np.concatenate([np.argmin(block, axis=1) for _, block in blocks])
    gaps = np.subtract(queries - reference.centre, reference.centred[indices], dtype=np.float64)
    return indices, np.linalg.norm(gaps, axis=1)


def neighbour_radii(values: np.ndarray, k: int) -> np.ndarray:
    """Squared distance from each row to its k-th nearest other row: (n, d) -> (n,), for k < n."""
    values = vectors("values", values)
    if not 1 <= k < len(values):
        raise ValueError(f"k must be from 1 to n - 1 = {len(values) - 1}, got {k}.")
    radii = np.empty(len(values), values.dtype)
    for here, block in squared_distances(values, Reference(values)):
        block[np.arange(len(block)), np.arange(len(values))[here]] = -1  # itself, whatever rounding
        radii[here] = np.partition(block, k, axis=1)[:, k]
    return radii


def squared_distances(
    queries: np.ndarray, reference: Reference
) -> Iterator[tuple[slice, np.ndarray]]:
    """Squared Euclidean distances, block by block: the rows of `queries`, and (rows, m) >= 0.

    `|a - b|**2 = |a|**2 - 2 a.b + |b|**2`.
    """
    queries = queries - reference.centre
    norms = np.einsum("nd,nd->n", queries, queries)
    for start in range(0, len(queries), BLOCK):
        here = slice(start, start + BLOCK)
        block = (-2 * queries[here]) @ reference.centred.T
        block += norms[here, None]
        block += reference.norms
        yield here, np.maximum(block, 0, out=block)
