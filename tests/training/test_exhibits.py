import zlib

import numpy as np
import pytest

from mnistlab.hub.store import WeightsError, save_tensors
from mnistlab.inference.exhibits import FILE, Exhibits
from mnistlab.inference.pictures import to_bytes
from mnistlab.training.exhibits import exhibit_order


@pytest.fixture(scope="session")
def ordered(all_digits):
    order = exhibit_order(len(all_digits.test_images))
    return all_digits.test_images[order], all_digits.test_labels[order]


def test_every_array_is_in_one_order(lab, exhibits, ordered):
    images, labels = ordered
    shown = exhibits.test_images.astype(np.float32) / 255
    np.testing.assert_allclose(shown, images[: len(shown)], atol=1e-6)
    np.testing.assert_array_equal(exhibits.test_labels, labels)
    for model in ("ae_2d", "vae_2d"):
        np.testing.assert_allclose(exhibits.maps[model], lab.encode(model, images), atol=1e-5)


def test_training_digits_are_of_those_that_every_run_learns_from(exhibits, all_digits):
    learned = all_digits.train_images[: len(all_digits.train_images) * 4 // 5]
    assert len(exhibits.train_images) == len(exhibits.train_labels) == len(learned)
    there = {
        (image.tobytes(), label)
        for image, label in zip(to_bytes(learned), all_digits.train_labels, strict=False)
    }
    kept = zip(exhibits.train_images, exhibits.train_labels, strict=True)
    assert {(image.tobytes(), label) for image, label in kept} == there


def test_the_order_is_a_permutation_that_does_not_change():
    assert sorted(exhibit_order(100)) == list(range(100))
    np.testing.assert_array_equal(exhibit_order(100), exhibit_order(100))
    assert not np.array_equal(exhibit_order(100), np.arange(100))


def test_errors_rank_the_test_digits_evenly(lab, exhibits, ordered):
    images, _ = ordered
    seen = lab.examine(images)
    assert exhibits.errors.keys() == set(lab.models) - {"classifier"}
    for model, reading in seen.readings.items():
        assert reading.percentile.mean() == pytest.approx(50, abs=1), model
        assert reading.percentile.min() <= 1, model
        assert reading.percentile.max() >= 99, model


def test_oddness_has_the_names_that_the_lab_asks_for(lab, exhibits, ordered):
    seen = lab.examine(ordered[0])
    assert exhibits.oddness.keys() == seen.oddness.keys() == {"referee", "vae"}
    for name, values in seen.oddness.items():
        np.testing.assert_allclose(exhibits.oddness[name][50], np.median(values), rtol=1e-4)


def test_spread_is_that_of_the_codes_of_all_that_encode(lab, exhibits, ordered):
    assert exhibits.spread.keys() == set(lab.models) - {"gan", "classifier"}
    codes = lab.encode("vae", ordered[0])
    np.testing.assert_allclose(exhibits.spread["vae"], [codes.mean(0), codes.std(0)], atol=1e-4)


@pytest.fixture
def written(exhibits, tmp_path):
    """Write the exhibits with some tensors changed, and read them."""

    def read(changes):
        tensors = {**exhibits.tensors(), **changes}
        save_tensors(tmp_path / FILE, {k: v for k, v in tensors.items() if v is not None})
        return Exhibits.read(tmp_path)

    return read


def test_they_can_be_written_and_read(exhibits, written):
    back = written({}).tensors()
    assert back.keys() == exhibits.tensors().keys()
    for name, array in exhibits.tensors().items():
        np.testing.assert_array_equal(back[name], array)


def test_they_can_be_read_without_training_digits(exhibits, written):
    back = written({"train_images": None, "train_labels": None})
    assert len(back.train_images) == len(back.train_labels) == 0
    np.testing.assert_array_equal(back.test_images, exhibits.test_images)


def bomb(count):
    """A short stream that would fill the memory."""
    return np.frombuffer(zlib.compress(bytes(count)), np.uint8)


@pytest.mark.parametrize(
    "changes",
    [
        {"train_images": np.zeros(9, np.uint8)},
        {"train_images": bomb(10**8), "train_labels": np.zeros(10**5, np.uint8)},
        {"train_labels": np.zeros(1_000, np.uint8)},
        {"train_labels": None},
        {"train_labels": np.zeros((480, 1), np.uint8)},
        {"train_labels": np.full(480, 10, np.uint8)},
        {"train_labels": np.zeros(480, np.float32)},
    ],
)
def test_training_digits_that_are_not_whole_are_refused(written, changes):
    with pytest.raises(WeightsError, match="exhibits"):
        written(changes)
