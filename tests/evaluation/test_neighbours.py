import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from mnistlab.evaluation import neighbours


@pytest.fixture
def points(monkeypatch):
    """Queries and references far from the origin, in more than one block."""
    monkeypatch.setattr(neighbours, "BLOCK", 16)
    rng = np.random.default_rng(0)
    return [(rng.standard_normal((n, 6)) + 50).astype(np.float32) for n in (50, 90)]


def test_nearest_is_that_of_scikit_learn(points):
    queries, reference = points
    distances, indices = NearestNeighbors(n_neighbors=1).fit(reference).kneighbors(queries)
    found = neighbours.nearest(queries, reference)
    np.testing.assert_array_equal(found[0], indices[:, 0])
    np.testing.assert_allclose(found[1], distances[:, 0], rtol=1e-5)


def test_radii_are_those_of_scikit_learn(points):
    _, reference = points
    distances, _ = NearestNeighbors(n_neighbors=5).fit(reference).kneighbors()
    np.testing.assert_allclose(
        neighbours.neighbour_radii(reference, 5), distances[:, 4] ** 2, rtol=1e-3
    )


def test_a_copy_is_at_distance_zero(points):
    _, reference = points
    indices, distances = neighbours.nearest(reference, reference)
    np.testing.assert_array_equal(indices, np.arange(90))
    assert not distances.any()


def test_copies_count_as_neighbours():
    pair = np.array([[0.0], [0.0], [3.0]])
    assert neighbours.neighbour_radii(pair, 1) == pytest.approx([0, 0, 9])


@pytest.mark.parametrize("k", [0, 90])
def test_there_are_only_so_many_neighbours(points, k):
    with pytest.raises(ValueError, match=f"from 1 to n - 1 = 89, got {k}"):
        neighbours.neighbour_radii(points[1], k)
