"""The step of a matrix is alike in all its directions, and as long as Adam's would be."""

import keras
import numpy as np
import pytest

from mnistlab.training.muon import Muon

RATE = 0.01


def step(shape, gradient, path="hidden", **options):
    """By how much one step moves a weight of this shape."""
    weight = keras.Variable(np.zeros(shape, np.float32), name=path)
    optimizer = Muon(RATE, weight_decay=None, adam_weight_decay=None, **options)
    optimizer.build([weight])
    optimizer.apply([gradient.astype(np.float32)], [weight])
    return np.asarray(weight)


@pytest.mark.parametrize("shape", [(3, 3, 16, 24), (3, 3, 2, 48), (64, 20)])
def test_a_matrix_moves_in_all_directions_alike(shape):
    rng = np.random.default_rng(0)
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    steep = np.diag(np.geomspace(1, 1e-2, columns))  # a hundred times steeper one way than another
    gradient = (rng.standard_normal((rows, columns)) @ steep).reshape(shape)
    moved = step(shape, gradient).reshape(rows, columns)
    sizes = np.linalg.svd(moved, compute_uv=False)
    assert sizes.max() / sizes.min() < 2
    # the root mean square that Adam's step has by and by: arXiv:2502.16982, section 2.2
    full = RATE * 0.2 * np.sqrt(max(rows, columns) * min(rows, columns) / (rows * columns))
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(full, rel=0.2)
    assert np.sum(moved * gradient.reshape(rows, columns)) < 0  # downhill


@pytest.mark.parametrize(
    ("shape", "path"), [((24,), "bias"), ((3, 3, 4, 8), "pixels"), ((), "scale")]
)
def test_vectors_and_the_layers_at_the_pixels_take_the_steps_of_adam(shape, path):
    gradient = np.random.default_rng(0).standard_normal(shape) + 3.0
    moved = step(shape, gradient, path, exclude_layers=["pixels"])
    np.testing.assert_allclose(moved, -RATE * np.sign(gradient), rtol=1e-3)
