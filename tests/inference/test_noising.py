import json

import numpy as np
import pytest

from mnistlab.data.filters import FILTERS
from mnistlab.data.noise import NOISES
from mnistlab.evaluation.pixels import relative_error, ssim
from mnistlab.inference.noising import (
    PSNR_CAP,
    add_noise,
    clean_up,
    compare_denoisers,
    compare_models,
)
from tests.ui.fake_lab import AUTOENCODERS, FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture(scope="module")
def clean(lab):
    return lab.exhibits.test_images[3].astype(np.float32) / 255


@pytest.fixture(scope="module")
def noisy(clean):
    return add_noise(clean, "gaussian", 0.5, 7)


@pytest.mark.parametrize("kind", NOISES)
def test_same_seed_same_noise(clean, kind):
    noisy = add_noise(clean, kind, 0.5, 7)
    assert (noisy.shape, noisy.dtype) == ((28, 28), np.float32)
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    assert not np.array_equal(noisy, clean)
    np.testing.assert_array_equal(noisy, add_noise(clean, kind, 0.5, 7))


@pytest.mark.parametrize("kind", NOISES)
def test_no_strength_is_no_noise(clean, kind):
    np.testing.assert_array_equal(add_noise(clean, kind, 0, 7), clean)


def test_another_seed_is_other_noise(clean, noisy):
    assert not np.array_equal(noisy, add_noise(clean, "gaussian", 0.5, 8))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "fog"}, "gaussian"),
        ({"kind": None}, "gaussian"),
        ({"kind": []}, "gaussian"),
        ({"strength": 1.01}, "0 to 1"),
        ({"strength": -0.1}, "0 to 1"),
        ({"strength": float("nan")}, "0 to 1"),
        ({"strength": "0.5"}, "0 to 1"),
        ({"strength": None}, "0 to 1"),
        ({"strength": True}, "0 to 1"),
        ({"seed": -1}, "0 to 4,294,967,295"),
        ({"seed": 2**32}, "0 to 4,294,967,295"),
        ({"seed": 1.5}, "0 to 4,294,967,295"),
        ({"seed": None}, "0 to 4,294,967,295"),
        ({"seed": False}, "0 to 4,294,967,295"),
        ({"image": np.zeros((27, 28))}, r"\(27, 28\)"),
        ({"image": np.full((28, 28), np.nan)}, r"in \[0, 1\]"),
        ({"image": np.full((28, 28), 255)}, r"in \[0, 1\]"),
        ({"image": np.full((28, 28), "a")}, "numbers"),
    ],
)
def test_bounds_are_named(clean, changes, words):
    right = {"image": clean, "kind": "gaussian", "strength": 0.5, "seed": 7}
    with pytest.raises(ValueError, match=words):
        add_noise(**(right | changes))


def test_errors_are_held_against_the_clean_digit(lab, clean, noisy):
    answer = compare_models(lab, clean, noisy)
    assert list(answer["rows"]) == list(AUTOENCODERS)
    for name, reading in lab.examine(np.stack([clean, noisy])).readings.items():
        row = answer["rows"][name]
        error = relative_error(clean[None], reading.reconstruction[1:])[0]
        assert row["relative_error"] == pytest.approx(error, rel=1e-3)
        assert row["error_without_noise"] == pytest.approx(reading.relative_error[0], rel=1e-3)
        assert row["read_as"] == lab.classify(row["picture"][None])[0].argmax()
    assert answer["noisy"]["relative_error"] > answer["clean"]["relative_error"] == 0


def test_gain_is_what_the_output_has_over_the_noisy_digit(lab, clean, noisy):
    answer = compare_denoisers(lab, clean, noisy)
    before = -10 * np.log10(np.mean((noisy - clean) ** 2))
    assert answer["noisy"]["psnr"] == pytest.approx(before, rel=1e-3)
    assert list(answer["rows"]) == [*AUTOENCODERS, *FILTERS]
    for row in answer["rows"].values():
        after = -10 * np.log10(np.mean((row["picture"] - clean) ** 2))
        assert row["psnr_gain"] == pytest.approx(after - before, abs=0.02)
        gain = ssim(clean[None], row["picture"][None]) - ssim(clean[None], noisy[None])
        assert row["ssim_gain"] == pytest.approx(gain[0], abs=1e-3)


def test_what_the_referee_reads_in_the_clean_digit_is_told(lab, clean, noisy):
    chances = lab.classify(clean[None])[0]
    told = compare_denoisers(lab, clean, noisy)["clean"]
    assert told == {"read_as": chances.argmax(), "confidence": pytest.approx(chances.max(), 1e-3)}


def test_the_best_may_be_a_filter(lab, clean):
    answer = compare_denoisers(lab, clean, add_noise(clean, "salt_and_pepper", 0.1, 7))
    gains = {name: row["psnr_gain"] for name, row in answer["rows"].items()}
    assert answer["best"]["psnr"] == max(gains, key=gains.get)
    assert answer["best"]["psnr"] in FILTERS


def test_without_noise_nothing_gains_and_nothing_is_infinite(lab, clean):
    answer = compare_denoisers(lab, clean, clean)
    assert answer["noisy"]["psnr"] == PSNR_CAP
    assert all(row["psnr_gain"] < 0 for row in answer["rows"].values())
    figures = {name: {**row, "picture": None} for name, row in answer["rows"].items()}
    json.dumps({**answer, "rows": figures}, allow_nan=False)


def test_cleaning_needs_no_truth(lab, noisy):
    cleaned = clean_up(lab, noisy)
    assert set(cleaned) == {*AUTOENCODERS, *FILTERS}
    assert all(picture.shape == (28, 28) for picture in cleaned.values())


@pytest.mark.parametrize("question", [compare_models, compare_denoisers])
def test_a_blank_page_has_no_error(lab, noisy, question):
    with pytest.raises(ValueError, match="Draw a digit first"):
        question(lab, np.zeros((28, 28)), noisy)


@pytest.mark.parametrize("question", [compare_models, compare_denoisers])
def test_a_blank_result_of_noise_is_an_answer(lab, clean, question):
    answer = question(lab, clean, np.zeros((28, 28)))
    assert np.isfinite(answer["rows"]["denoising"]["confidence"])
