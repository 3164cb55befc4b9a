import json
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.inference.pictures import unpacked
from mnistlab.inference.sampling import SOURCES, dimensions, sheet, tally, turn
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture
def digit(lab):
    return lab.exhibits.test_images[0].astype(np.float32) / 255


def pictures(text):
    return unpacked(text).reshape(-1, 28, 28)


@pytest.mark.parametrize("source", SOURCES)
def test_a_sheet_holds_what_was_asked_for(lab, source):
    drawn = sheet(lab, source, 16, seed=3)
    assert len(pictures(drawn["pictures"])) == len(pictures(drawn["nearest"])) == 16
    chances = lab.classify(pictures(drawn["pictures"]) / 255)
    np.testing.assert_allclose(drawn["confidence"], chances.max(axis=1), atol=0.02)
    json.dumps(drawn, allow_nan=False)


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_seed_gives_the_same_digits(lab, source):
    one, same, other = (sheet(lab, source, 16, seed)["pictures"] for seed in (1, 1, 2))
    assert one == same != other


@pytest.fixture
def older(lab, monkeypatch):
    """The exhibits of weights that came without training digits."""
    none = {"train_images": np.zeros((0, 28, 28), np.uint8), "train_labels": np.zeros(0, np.uint8)}
    monkeypatch.setattr(lab, "exhibits", replace(lab.exhibits, **none))
    return lab.exhibits


def assert_nearest(drawn, shelf, labels):
    samples = pictures(drawn["pictures"]).reshape(-1, 784) / 255
    gaps = np.sqrt(((samples[:, None] - shelf.reshape(-1, 784) / 255) ** 2).sum(axis=2))
    np.testing.assert_allclose(drawn["distance"], gaps.min(axis=1), atol=0.03)
    found = gaps.argmin(axis=1)
    np.testing.assert_array_equal(pictures(drawn["nearest"]), shelf[found])
    assert drawn["nearest_label"] == labels[found].tolist()
    assert drawn["among"] == len(shelf)


@pytest.mark.parametrize("source", ["gan", "real"])
def test_the_nearest_training_digit_is_the_nearest(lab, source):
    drawn = sheet(lab, source, 16)
    assert drawn["kind"] == "training"
    assert_nearest(drawn, lab.exhibits.train_images, lab.exhibits.train_labels)


def test_older_weights_have_test_digits_to_offer(lab, older):
    drawn = sheet(lab, "gan", 16)
    assert drawn["kind"] == "test"
    assert_nearest(drawn, older.test_images, older.test_labels[: len(older.test_images)])


def test_a_real_digit_is_not_its_own_neighbour(lab, older):
    drawn = sheet(lab, "real", 36)
    assert drawn["among"] == len(older.test_images) - 36
    assert min(drawn["distance"]) > 0


def test_real_digits_of_a_class_are_of_that_class(lab):
    drawn = sheet(lab, "real", 100, digit=4)
    labels = lab.exhibits.test_labels[: len(lab.exhibits.test_images)]
    fours = {image.tobytes() for image in lab.exhibits.test_images[labels == 4]}
    assert {image.tobytes() for image in pictures(drawn["pictures"])} == fours, "all there are"


def test_the_histogram_counts_what_the_referee_reads(lab):
    counted = tally(lab, "vae", seed=5)
    read = lab.classify(lab.sample("vae", 500, 5)).argmax(axis=1)
    np.testing.assert_allclose(counted["classes"], np.bincount(read, minlength=10) / 500)
    shares = np.bincount(lab.exhibits.test_labels, minlength=10) / len(lab.exhibits.test_labels)
    np.testing.assert_allclose(counted["expected"], shares, atol=1e-4)
    assert counted["off"] == pytest.approx(
        np.abs(np.bincount(read, minlength=10) / 500 - shares).sum() / 2, abs=1e-4
    )


def test_only_the_gan_is_asked_for_a_class(lab):
    assert tally(lab, "gan", digit=3)["expected"] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert tally(lab, "vae", digit=3) == tally(lab, "vae")


def test_figures_come_from_what_was_measured(lab, monkeypatch):
    assert tally(lab, "gan")["figures"] == {}
    coverage = {"value": 0.9, "n": 10000, "seed": 0}
    monkeypatch.setattr(lab, "metrics", {"models": {"gan": {"coverage": coverage, "mse": 1}}})
    assert tally(lab, "gan")["figures"] == {"coverage": coverage}
    assert tally(lab, "real")["figures"] == {}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"source": "vanilla"}, "real, vae, gan, vae_2d"),
        ({"source": None}, "real, vae, gan, vae_2d"),
        ({"count": 0}, "1 to 100"),
        ({"count": 101}, "1 to 100"),
        ({"count": "36"}, "1 to 100"),
        ({"seed": -1}, "0 to 4,294,967,295"),
        ({"seed": 1.5}, "0 to 4,294,967,295"),
        ({"temperature": 2.1}, "0 to 2"),
        ({"temperature": float("nan")}, "0 to 2"),
        ({"temperature": None}, "0 to 2"),
        ({"digit": 10}, "0 to 9"),
        ({"digit": "3"}, "0 to 9"),
    ],
)
def test_what_is_out_of_bounds_is_said(lab, wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        sheet(lab, **{"source": "real", "count": 16, **wrong})


@pytest.mark.parametrize("model", ["vae", "vae_2d", "ae_2d"])
def test_sliders_start_at_the_code_and_hold_it(lab, digit, model):
    told = dimensions(lab, model, digit)
    np.testing.assert_allclose(told["code"], lab.encode(model, digit[None])[0], rtol=1e-4)
    assert all(np.array(told["low"]) <= np.array(told["code"]) + 1e-6)
    assert all(np.array(told["code"]) <= np.array(told["high"]) + 1e-6)
    mean, spread = lab.exhibits.spread[model]
    assert all(np.array(told["low"]) <= mean - 2.99 * spread)
    again = pictures(turn(lab, model, told["code"])["picture"]).astype(int)
    assert np.abs(again - pictures(told["start"])).max() <= 1, "but for rounding"
    assert len(pictures(told["ends"])) == 2 * len(told["code"])
    json.dumps(told, allow_nan=False)


def test_the_ends_are_the_digit_with_one_number_moved(lab, digit):
    told = dimensions(lab, "vae", digit)
    code = list(told["code"])
    code[4] = told["high"][4]
    moved = pictures(turn(lab, "vae", code)["picture"])[0].astype(int)
    assert np.abs(moved - pictures(told["ends"])[9]).max() <= 1


def test_the_most_used_dimension_comes_first(lab, digit, monkeypatch):
    spread = np.linspace(1, 0.01, 16)[np.random.default_rng(0).permutation(16)]
    monkeypatch.setitem(lab.exhibits.spread, "vae", np.stack([np.zeros(16), spread]))
    told = dimensions(lab, "vae", digit)
    assert sorted(told["order"]) == list(range(16))
    assert (np.diff(spread[told["order"]]) <= 0).all()
    assert told["used"] == (spread > 0.1).tolist()
    width = np.array(told["high"]) - told["low"]
    assert width.min() > 1, "an unused one moves as far as its posterior is wide"


@pytest.mark.parametrize("model", ["sparse", "gan", None])
def test_other_models_have_no_sliders(lab, digit, model):
    with pytest.raises(ValueError, match="vae, vae_2d, ae_2d"):
        dimensions(lab, model, digit)
    with pytest.raises(ValueError, match="vae, vae_2d, ae_2d"):
        turn(lab, model, [0.0, 0.0])


@pytest.mark.parametrize("code", [None, [], [0.0], [0.0, float("nan")], [0.0, "1"], [[0.0, 1.0]]])
def test_what_is_no_code_is_said(lab, code):
    with pytest.raises(ValueError, match=r"A code of|The numbers of a code"):
        turn(lab, "ae_2d", code)
