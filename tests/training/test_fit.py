"""Fitting: what a run keeps, that seeds repeat it, and that an interruption leaves no mark."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.data.digits import Digits
from mnistlab.models import MODELS
from mnistlab.models.vae_2d import VAE2DConfig
from mnistlab.training.batches import batches, warp
from mnistlab.training.fit import fit, frame_of
from mnistlab.training.recipes import RECIPES
from mnistlab.training.session import Session
from tests.small_models import small

SMALL = MODELS["vanilla"].config_type(code=6)


@pytest.fixture(scope="module")
def little(digits) -> Digits:
    return Digits(digits.x_train, digits.y_train, digits.x_test, digits.y_test)


def run(little, folder, **changes):
    settings = {
        "held_out": (little.test_images, little.test_labels),
        "epochs": 3,
        "seed": 5,
        "checkpoints": folder,
        "config": SMALL,
    }
    return fit("vanilla", little, **(settings | changes))


def weights(fitted) -> list[np.ndarray]:
    return [np.asarray(v) for v in fitted.model.shipped().values()]


def test_a_seed_repeats_a_run_and_another_does_not(little, tmp_path):
    one, same = run(little, tmp_path / "a"), run(little, tmp_path / "b")
    other = run(little, tmp_path / "c", seed=6)
    assert all(map(np.array_equal, weights(one), weights(same)))
    assert not np.array_equal(weights(one)[0], weights(other)[0])


@pytest.mark.parametrize("muon", [False, True])
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(little, tmp_path, muon):
    recipe = replace(RECIPES["vanilla"], muon=muon)

    def stop(done: int, _figures: dict) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(little, tmp_path / "a", on_epoch=stop, recipe=recipe)
    resumed = run(little, tmp_path / "a", resume=True, recipe=recipe)
    straight = run(little, tmp_path / "b", recipe=recipe)
    assert resumed.history["loss"] == pytest.approx(straight.history["loss"], rel=1e-4)
    for one, other in zip(weights(resumed), weights(straight), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert sorted(resumed.frames) == sorted(straight.frames)
    told = []
    run(
        little,
        tmp_path / "a",
        resume=True,
        on_epoch=lambda done, figures: told.append(done),
        recipe=recipe,
    )
    assert told == [3]  # there is nothing left to do, and that is said


def test_an_epoch_visits_as_many_digits_as_the_recipe_has_it(little, tmp_path):
    counts = []
    for share in (1.0, 0.5):
        steps = []
        recipe = replace(RECIPES["vanilla"], share=share, batch=64)
        run(
            little,
            tmp_path / str(share),
            recipe=recipe,
            epochs=1,
            on_step=lambda taken=steps: taken.append(0),
        )
        assert len(steps) == recipe.steps(len(little.train_images))
        counts.append(len(steps))
    assert counts == [9, 4]  # of 600 and of 300


def test_a_checkpoint_of_another_run_is_not_taken_up(little, tmp_path):
    run(little, tmp_path)
    other = run(little, tmp_path, resume=True, seed=6)
    assert len(other.history["loss"]) == 3
    assert json.loads((tmp_path / "vanilla" / "log.json").read_text())["epoch"] == 3


def test_a_run_keeps_history_and_frames(little, tmp_path):
    fitted = run(little, tmp_path)
    assert {"loss", "mse", "val_loss", "val_mse"} <= fitted.history.keys()
    assert fitted.history["val_mse"][-1] < fitted.history["val_mse"][0]
    assert sorted(fitted.frames) == [0, 1, 2, 3]
    assert all(f.shape == (10, 28, 28) and f.dtype == np.uint8 for f in fitted.frames.values())


def test_a_variational_run_is_watched_from_both_ends(digits):
    model, images = small("vae"), digits.x_train[:10]
    noise = np.random.default_rng(0).standard_normal((10, 512)).astype("float32")
    frame = frame_of("vae", model, images, noise)
    codes = model.from_prior(noise[:, : model.config.code])
    np.testing.assert_array_equal(frame[:10], model.reconstruct(images))
    np.testing.assert_array_equal(frame[10:], model.decode(codes))


def test_an_epoch_visits_each_digit_once_in_an_order_of_its_own():
    images = np.arange(12, dtype="float32")[:, None, None] * np.ones((1, 28, 28), "float32") / 12
    data, steps = batches(images, None, batch=4, seed=1)
    seen = [np.asarray(b)[:, 0, 0] * 12 for b in data.take(2 * steps)]
    first, second = np.concatenate(seen[:steps]), np.concatenate(seen[steps:])
    np.testing.assert_allclose(sorted(first), range(12), atol=1e-5)
    np.testing.assert_allclose(sorted(second), range(12), atol=1e-5)
    assert not np.array_equal(first, second)
    later, _ = batches(images, None, batch=4, seed=1, first_epoch=1)
    resumed = np.concatenate([np.asarray(b)[:, 0, 0] * 12 for b in later.take(steps)])
    np.testing.assert_array_equal(resumed, second)


def test_a_pair_is_the_digit_of_the_same_place_and_a_view_of_it(little):
    images = little.train_images[:64]
    alone, _ = batches(images, None, batch=32, seed=1)
    paired, _ = batches(images, None, batch=32, seed=1, pairs=True)
    chosen = next(iter(alone))
    digit, view = next(iter(paired))
    np.testing.assert_array_equal(digit, chosen)
    np.testing.assert_allclose(view, warp(chosen, np.array([1, 0], np.int64)), atol=1e-5)


def test_too_few_digits_for_a_batch_are_refused():
    with pytest.raises(ValueError, match=r"3 digits .* 4"):
        batches(np.zeros((3, 28, 28), "float32"), None, batch=4, seed=0)


def test_a_warp_changes_a_digit_and_keeps_it_a_picture(little):
    images = little.train_images[:50]
    seed = np.array([1, 2], np.int64)
    warped = np.asarray(warp(images, seed))
    assert warped.shape == images.shape
    assert warped.min() >= -1e-6
    assert warped.max() <= 1 + 1e-6
    assert np.abs(warped - images).mean() > 0.01
    np.testing.assert_array_equal(warped, warp(images, seed))
    shares = warped.sum((1, 2)) / images.sum((1, 2))
    assert 0.8 < np.median(shares) < 1.25
    assert 0.2 < shares.min() < shares.max() < 3


def test_a_quick_run_may_change_the_configuration(tmp_path):
    def importance(**settings) -> int:
        session = Session(out=tmp_path, runs=tmp_path, **settings)
        return session.config("vae_2d").importance

    assert importance() == VAE2DConfig().importance > 1
    assert importance(quick=True) == 1
