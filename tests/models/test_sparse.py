"""What the sparse autoencoder adds: corrections along its atoms, and pairs of views."""

import numpy as np
import pytest

from mnistlab.models.sparse import Correct
from mnistlab.training.batches import warp
from mnistlab.training.fit import compile_model
from mnistlab.training.recipes import Recipe
from tests.small_models import small


def test_a_correction_moves_along_the_atoms_by_what_is_left():
    atoms = small("sparse").decoder.get_layer("atoms")
    correct, rng = Correct(atoms), np.random.default_rng(0)
    correct.step.assign(rng.random(40))
    activations, left = rng.random((3, 40)), rng.random((3, 784))
    expected = activations + np.asarray(correct.step) * (left @ np.asarray(atoms.kernel).T)
    np.testing.assert_allclose(correct(activations, left), expected, rtol=1e-4, atol=1e-4)


def test_only_encoder_and_decoder_are_shipped_and_the_atoms_once():
    shipped = small("sparse").shipped()
    assert {name.split("/")[0] for name in shipped} == {"encoder", "decoder"}
    assert sum("atoms/kernel" in name for name in shipped) == 1


def test_the_views_of_a_digit_are_told_from_those_of_others(digits):
    model = small("sparse")
    images = digits.x_train[:64]
    views = np.asarray(warp(images, np.array([0, 1], np.int64)))

    def told() -> float:
        """How much the views add to the loss."""
        seen = model(images)
        both = model.compute_loss(images, views, seen, training=False)
        return float(both - model.compute_loss(images, None, seen, training=False))

    before = told()
    recipe = Recipe(epochs=1, quick_epochs=1, learning_rate=3e-3, step_seconds=1)
    compile_model(model, recipe, 30)
    model.fit(images, views, batch_size=64, epochs=30, verbose=0)
    assert before == pytest.approx(model.config.invariance * np.log(64), rel=0.3)
    assert told() < 0.8 * before
