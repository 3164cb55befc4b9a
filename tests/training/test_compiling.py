"""What scoring runs on: networks that Keras has on TensorFlow, compiled by the app's engine."""

import numpy as np
import pytest

from mnistlab.inference.engine import Compiled
from tests.small_models import small


@pytest.mark.parametrize("name", ["vanilla", "convolutional", "denoising", "vae_2d"])
def test_it_computes_what_tensorflow_does(name, digits):
    net, images = small(name), digits.x_test[:3]
    np.testing.assert_allclose(
        Compiled(net.reconstruct, (28, 28))(images), np.asarray(net.reconstruct(images)), atol=1e-5
    )


def test_results_keep_their_order():
    def many(values):
        return [values * n for n in range(12)]

    for n, result in enumerate(Compiled(many, (2,))(np.ones((3, 2)))):
        np.testing.assert_array_equal(result, np.full((3, 2), n))


def test_what_is_given_may_come_back():
    values = np.ones((3, 2), np.float32)
    np.testing.assert_array_equal(Compiled(lambda same: same, (2,))(values), values)


def test_weights_are_those_of_the_moment(digits):
    net, images = small("vanilla"), digits.x_test[:3]
    compiled = Compiled(net.reconstruct, (28, 28))
    before = compiled(images)
    for variable in net.shipped().values():
        variable.assign(variable * 0)
    np.testing.assert_array_equal(compiled(images), before)
