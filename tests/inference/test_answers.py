import json
from dataclasses import replace
from types import UnionType
from typing import get_args

import numpy as np
import pytest

from mnistlab.data.filters import FILTERS
from mnistlab.inference import answer_types, answers
from mnistlab.inference.examine import Question, examine
from mnistlab.inference.interpolate import walk
from mnistlab.inference.noising import compare_denoisers
from mnistlab.inference.pictures import unpacked
from mnistlab.inference.sampling import sheet
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture
def digit(lab):
    return answers.as_digit(lab.exhibits.test_images[3], normalize=False)


def pixels(picture):
    """A picture of an answer, checked to be one."""
    array = np.array(picture)
    assert array.shape[-2:] == (28, 28)
    assert array.dtype.kind == "i"
    assert 0 <= array.min() <= array.max() <= 255
    return array


def test_a_digit_of_28_pixels_is_taken_as_it_is(lab):
    image = lab.exhibits.test_images[7]
    digit = answers.as_digit(image, normalize=False)
    np.testing.assert_array_equal(np.rint(digit * 255), image)


@pytest.mark.parametrize("zoom", [2, 5, 10])
def test_a_larger_picture_is_made_small_by_area(lab, zoom):
    image = lab.exhibits.test_images[7]
    enlarged = np.kron(image, np.ones((zoom, zoom), np.uint8))
    np.testing.assert_array_equal(
        answers.as_digit(enlarged, normalize=False), answers.as_digit(image, normalize=False)
    )


def test_a_picture_that_is_not_square_is_not_stretched():
    wide = np.zeros((140, 280), np.uint8)
    wide[:, 130:150] = 255
    digit = answers.as_digit(wide, normalize=False)
    rows, columns = np.nonzero(digit)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (7, 20, 13, 14)


def test_normalising_centres_and_scales():
    ink = np.zeros((300, 300), np.uint8)
    ink[20:80, 30:40] = 255
    rows, _ = np.nonzero(answers.as_digit(ink))
    assert np.ptp(rows) == 19, "20 pixels high"


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize(
    ("ink", "words"),
    [
        (np.zeros((28, 28)), "Draw a digit first"),
        (np.ones((28, 28)), "Draw a digit first"),
        (np.zeros((300, 200), np.uint8), "Draw a digit first"),
        (np.full((90, 90), 255, np.uint8), "Draw a digit first"),
        (np.ones((1, 1)), "Draw a digit first"),
        (np.full((28, 28), np.nan), "NaN"),
        (np.zeros((28, 28, 3)), "shape"),
        (np.zeros((0, 28)), "sides"),
        (np.full((28, 28), "ink"), "numbers"),
    ],
)
def test_what_holds_no_digit_is_said(ink, normalize, words):
    with pytest.raises(ValueError, match=words):
        answers.as_digit(ink, normalize)


@pytest.mark.parametrize("normalize", [None, 1, "yes"])
def test_normalising_is_yes_or_no(digit, normalize):
    with pytest.raises(ValueError, match="true or false"):
        answers.as_digit(digit, normalize)


def test_a_reconstruction_says_what_the_page_says(lab, digit):
    answer = answers.reconstruct(lab, digit)
    page = examine(lab, [Question(digit)])[0]
    np.testing.assert_array_equal(pixels(answer["input"]), lab.exhibits.test_images[3])
    assert set(answer["models"]) == set(lab.models) - {"classifier"}
    for name, row in answer["models"].items():
        shown = page["models"][name]
        assert (
            pixels(row["reconstruction"]).ravel().tolist()
            == unpacked(shown["reconstruction"]).tolist()
        )
        assert {key: row[key] for key in ("mse", "relative_error", "read_as")} == {
            key: shown[key] for key in ("mse", "relative_error", "read_as")
        }
        assert row["percentile"] == pytest.approx(shown["percentile"], abs=0.01)
        assert len(row["code"]) == lab.code_size(name)


def test_a_code_of_a_reconstruction_decodes(lab, digit):
    row = answers.reconstruct(lab, digit)["models"]["vae"]
    decoded = answers.decode(lab, "vae", row["code"])
    again = lab.decode("vae", lab.encode("vae", digit[None]))[0]
    np.testing.assert_allclose(pixels(decoded["picture"]), again * 255, atol=1)


def test_noise_is_repeated_by_its_seed(lab, digit):
    one, same, other = (answers.add_noise(lab, digit, "gaussian", 0.5, s) for s in (7, 7, 8))
    assert one == same != other
    still = answers.add_noise(lab, digit, "masking", 0, 7)
    assert still["noisy"] == still["input"]
    assert (still["relative_error"], still["ssim"]) == (0, 1)
    assert one["psnr"] < still["psnr"] == 58.9


def test_denoising_answers_for_every_model_and_every_filter(lab, digit):
    noisy = answers.as_digit(np.array(answers.add_noise(lab, digit, "gaussian", 0.4, 1)["noisy"]),
                             normalize=False)  # fmt: skip
    answer = answers.denoise(lab, noisy)
    assert set(answer["models"]) == set(lab.models) - {"classifier"}
    assert set(answer["filters"]) == set(FILTERS)
    page = compare_denoisers(lab, digit, noisy)["rows"]
    for name, row in (answer["models"] | answer["filters"]).items():
        np.testing.assert_allclose(pixels(row["denoised"]), page[name]["picture"] * 255, atol=0.51)
        assert row["read_as"] == page[name]["read_as"]


def test_of_what_is_no_digit_nothing_is_read(lab, digit, monkeypatch):
    ask = {
        "reconstruct": lambda: answers.reconstruct(lab, digit),
        "add_noise": lambda: answers.add_noise(lab, digit, "blur", 0.2, 0),
        "denoise": lambda: answers.denoise(lab, digit),
    }
    for name, answer in ask.items():
        read = answer()
        assert read["verdict"] == "Looks like a digit", name
        assert read["read_as"] in range(10)
    assert (
        answers.interpolate(lab, digit, digit, "vae", 2, "linear")["verdicts"]
        == ["Looks like a digit"] * 2
    )
    monkeypatch.setattr(lab, "exhibits", replace(lab.exhibits, busiest=(1.0, 1.0)))
    for name, answer in ask.items():
        unread = answer()
        assert unread["verdict"] == "Not a digit", name
        assert unread["read_as"] is unread["confidence"] is None
    walk = answers.interpolate(lab, digit, digit, "vae", 2, "linear")
    assert walk["verdicts"] == ["Not a digit"] * 2


@pytest.mark.parametrize("model", ["vae", "gan", "vae_2d"])
def test_samples_are_those_of_the_page(lab, model):
    answer = answers.sample(lab, model, 5, 3, 0.8, 4)
    page = sheet(lab, model, 5, 3, 0.8, 4)
    assert pixels(answer["samples"]).shape == pixels(answer["nearest"]).shape == (5, 28, 28)
    assert pixels(answer["samples"]).ravel().tolist() == unpacked(page["pictures"]).tolist()
    assert answer["read_as"] == page["read_as"]


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_a_walk_goes_from_one_code_to_the_other(lab, digit, path):
    other = answers.as_digit(lab.exhibits.test_images[4], normalize=False)
    answer = answers.interpolate(lab, digit, other, "vae", 6, path)
    ends = lab.encode("vae", np.stack([digit, other]))
    np.testing.assert_allclose(answer["codes"], walk(*ends, 6, path), rtol=1e-4, atol=1e-4)
    assert pixels(answer["frames"]).shape == (6, 28, 28)
    assert len(answer["read_as"]) == len(answer["confidence"]) == 6
    assert [pixels(p).max() for p in answer["inputs"]] == [255, 255]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda lab, x: answers.add_noise(lab, x, "fog", 0.5, 0), "gaussian, salt_and_pepper"),
        (lambda lab, x: answers.add_noise(lab, x, "blur", float("nan"), 0), "0 to 1"),
        (lambda lab, x: answers.add_noise(lab, x, "blur", 0.5, -1), "whole number"),
        (lambda lab, x: answers.sample(lab, "real", 4, 0, 1.0, None), "cannot sample; vae, gan"),
        (lambda lab, x: answers.sample(lab, "vanilla", 4, 0, 1.0, None), "cannot sample"),
        (lambda lab, x: answers.sample(lab, ["vae"], 4, 0, 1.0, None), "cannot sample"),
        (lambda lab, x: answers.sample(lab, "gan", 101, 0, 1.0, None), "1 to 100"),
        (lambda lab, x: answers.sample(lab, "gan", 4, 2**32, 1.0, None), "whole number"),
        (lambda lab, x: answers.sample(lab, "gan", 4, 0, float("nan"), None), "0 to 2"),
        (lambda lab, x: answers.sample(lab, "gan", 4, 0, 1.0, 10), "0 to 9"),
        (lambda lab, x: answers.interpolate(lab, x, x, "gan", 4, "linear"), "encode and decode"),
        (lambda lab, x: answers.interpolate(lab, x, x, "vae", 65, "linear"), "2 to 64"),
        (lambda lab, x: answers.interpolate(lab, x, x, "vae", 4, "round"), "linear or spherical"),
        (lambda lab, x: answers.decode(lab, "classifier", [0.0]), "cannot decode"),
        (lambda lab, x: answers.decode(lab, "denoising", [0.0]), "cannot decode"),
        (lambda lab, x: answers.decode(lab, "no such", [0.0]), "cannot decode"),
        (lambda lab, x: answers.decode(lab, "ae_2d", [0.0]), "has 2 numbers; received 1"),
        (lambda lab, x: answers.decode(lab, "ae_2d", [0.0, "1"]), "list of 2 numbers"),
        (lambda lab, x: answers.decode(lab, "ae_2d", "12"), "list of 2 numbers"),
        (lambda lab, x: answers.decode(lab, "ae_2d", [0.0, float("nan")]), "lie within"),
        (lambda lab, x: answers.decode(lab, "ae_2d", [0.0, 10**400]), "lie within"),
    ],
)
def test_what_is_out_of_bounds_is_said(lab, digit, ask, words):
    with pytest.raises(ValueError, match=words):
        ask(lab, digit)


def test_every_answer_is_json_of_its_type(lab, digit):
    for answer, kind in [
        (answers.reconstruct(lab, digit), answer_types.Reconstructions),
        (answers.add_noise(lab, digit, "blur", 0.5, 0), answer_types.NoisyDigit),
        (answers.denoise(lab, digit), answer_types.CleanedDigits),
        (answers.sample(lab, "gan", 2, 0, 1.0, None), answer_types.Samples),
        (answers.interpolate(lab, digit, digit, "vae", 2, "linear"), answer_types.Walk),
        (answers.decode(lab, "ae_2d", [0.0, 1.0]), answer_types.Decoded),
    ]:
        check(json.loads(json.dumps(answer, allow_nan=False)), kind)


def check(value, hint):
    """That a value has the type that the documentation of the endpoint promises."""
    if hasattr(hint, "__required_keys__"):
        assert set(value) == set(hint.__annotations__)
        for key, inner in hint.__annotations__.items():
            check(value[key], inner)
    elif isinstance(hint, UnionType):
        assert isinstance(value, hint)
    elif inner := get_args(hint):
        for part in value.values() if isinstance(value, dict) else value:
            check(part, inner[-1])
    else:
        assert isinstance(value, (int, float) if hint is float else hint)
