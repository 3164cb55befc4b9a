"""Nearest neighbours by blocks of one matrix product, so that 10,000 x 60,000 fits in memory."""

from collections.abc import Iterator

import numpy as np

from mnistlab.evaluation.arrays import vector_pair, vectors

BLOCK = 500  # rows at a time: 120 MB beside 60,000 references in float32


def nearest(queries: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest reference of each query, by Euclidean distance.

    Args:
        queries: (n, d).
        reference: (m, d).

    Returns:
        Indices into `reference` (n,) int64, and the distance to each (n,) float64, computed afresh
        from the pair, hence exactly 0 for a copy.
    """
    queries, reference = vector_pair("queries", queries, "reference", reference)
    blocks = squared_distances(queries, reference)
    indices = np.concatenate([np.argmin(block, axis=1) for _, block in blocks])
    gaps = np.subtract(queries, reference[indices], dtype=np.float64)
    return indices, np.linalg.norm(gaps, axis=1)


def neighbour_radii(values: np.ndarray, k: int) -> np.ndarray:
    """Squared distance from each row to its k-th nearest other row: (n, d) -> (n,), for k < n."""
    values = vectors("values", values)
    if not 1 <= k < len(values):
        raise ValueError(f"k must be from 1 to n - 1 = {len(values) - 1}, got {k}.")
    radii = np.empty(len(values), values.dtype)
    for here, block in squared_distances(values, values):
        block[np.arange(len(block)), np.arange(len(values))[here]] = -1  # itself, whatever rounding
        radii[here] = np.partition(block, k, axis=1)[:, k]
    return radii


def squared_distances(
    queries: np.ndarray, reference: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Squared Euclidean distances, block by block: the rows of `queries`, and (rows, m) >= 0.

    `|a - b|**2 = |a|**2 - 2 a.b + |b|**2` about the mean of the reference, where it rounds least.
    """
    centre = reference.mean(axis=0)
    queries, reference = queries - centre, reference - centre
    query_norms, norms = (np.einsum("nd,nd->n", v, v) for v in (queries, reference))
    for start in range(0, len(queries), BLOCK):
        here = slice(start, start + BLOCK)
        block = (-2 * queries[here]) @ reference.T
        block += query_norms[here, None]
        block += norms
        yield here, np.maximum(block, 0, out=block)
