import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.inference.examine import Question, resample
from mnistlab.inference.examine import examine as examine_all
from mnistlab.inference.pictures import (
    code_levels,
    packed_text,
    packed_texts,
    picture_text,
    read_picture_text,
    to_bytes,
    unpacked,
)
from tests.ui.fake_lab import AUTOENCODERS, FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture
def digit(lab):
    return lab.exhibits.test_images[0].astype(np.float32) / 255


def examine(lab, digit, other=None):
    return examine_all(lab, [Question(digit, other)])[0]


def test_every_network_has_its_row(lab, digit):
    answer = examine(lab, digit)
    assert list(answer["models"]) == list(AUTOENCODERS)
    for name, row in answer["models"].items():
        assert len(unpacked(row["reconstruction"])) == 784
        assert len(unpacked(row["code"])) == AUTOENCODERS[name]
        assert 0 <= row["percentile"] <= 100
        assert "other_error" not in row


def test_an_answer_travels_in_less_than_16_kb(lab, digit):
    answer = examine(lab, digit, digit)
    answer["steps"] = picture_text(np.stack([digit] * 3))
    assert len(json.dumps(answer, allow_nan=False)) <= 16 * 1024


def test_the_input_is_what_the_networks_saw(lab, digit):
    np.testing.assert_array_equal(unpacked(examine(lab, digit)["input"]), to_bytes(digit).ravel())


def test_figures_are_those_of_the_lab(lab, digit):
    row = examine(lab, digit)["models"]["vanilla"]
    reading = lab.examine(digit[None]).readings["vanilla"]
    assert row["relative_error"] == pytest.approx(float(reading.relative_error[0]), rel=1e-3)
    assert row["read_as"] == reading.probabilities[0].argmax()


def test_a_code_can_be_read_back(lab, digit):
    row = examine(lab, digit)["models"]["convolutional"]
    levels = unpacked(row["code"]).view(np.int8)
    code = lab.encode("convolutional", digit[None])[0]
    np.testing.assert_allclose(levels * row["scale"] / 127, code, atol=row["scale"] / 200)


def test_a_posterior_never_leaves_its_strip(lab, digit):
    row = examine(lab, digit)["models"]["vae"]
    code = unpacked(row["code"]).view(np.int8) * row["scale"] / 127
    sd = unpacked(row["sd"]) * row["scale"] / 255
    np.testing.assert_allclose(sd, 0.2, atol=row["scale"] / 200)
    assert (np.abs(code) + sd).max() <= row["scale"] * 1.01


def test_the_other_preparation_is_scored_too(lab, digit):
    shifted = np.roll(digit, 5, axis=0)
    there, back = examine(lab, digit, shifted), examine(lab, shifted, digit)
    for name in AUTOENCODERS:
        first, second = there["models"][name], back["models"][name]
        assert first["other_error"] == second["relative_error"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sparse", "of 1,024 units on"),
        ("gan", "no encoder: the nearest of 1,000 samples"),
        ("vae", "of 16 used, widths 0.20 to 0.20"),
        ("ae_2d", "z1"),
        ("vae_2d", "width 0.20 and 0.20"),
        ("vanilla", "32 numbers"),
    ],
)
def test_the_line_under_a_code(lab, digit, name, words):
    assert words in examine(lab, digit)["models"][name]["note"]


@pytest.mark.parametrize(
    ("strangeness", "verdict", "why"),
    [
        (43.0, "digit", "43 % of test digits are at least as strange"),
        (5.0, "digit", "5 %"),
        (2.5, "unsure", "Only 2.5 %"),
        (0.4, "not", "Fewer than 1 %"),
    ],
)
def test_the_verdict_says_how_strange(monkeypatch, lab, digit, strangeness, verdict, why):
    honest = FakeLab.examine

    def strange(self, *digits):
        seen = honest(self, *digits)
        seen.strangeness[:] = strangeness
        return seen

    monkeypatch.setattr(FakeLab, "examine", strange)
    answer = examine(lab, digit)
    assert answer["verdict"] == verdict
    assert why in answer["why"]


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((28, 28)), "Draw a digit first"),
        (np.full((28, 28), np.nan), "finite"),
        (np.ones((27, 28)), "28 x 28"),
    ],
)
def test_what_is_no_digit_is_refused(lab, picture, words):
    with pytest.raises(ValueError, match=words):
        Question(picture)
    with pytest.raises(ValueError, match=words):
        Question(np.ones((28, 28)), picture)


def test_together_is_as_alone(lab):
    pictures = lab.exhibits.test_images[:5].astype(np.float32) / 255
    questions = [Question(pictures[i], pictures[-i] if i % 2 else None) for i in range(5)]
    alone = [examine_all(lab, [question])[0] for question in questions]
    assert examine_all(lab, questions) == alone


def test_same_seed_same_draw(lab, digit):
    first, again, other = (resample(lab, digit, "vae", seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (28, 28)


@pytest.mark.parametrize(
    ("model", "seed", "words"),
    [("vanilla", 1, "'vanilla'"), ("no", 1, "'no'"), ("vae", -1, "0 to"), ("vae", 0.5, "0.5")],
)
def test_only_a_posterior_can_be_drawn_from(lab, digit, model, seed, words):
    with pytest.raises(ValueError, match=words):
        resample(lab, digit, model, seed)


def test_pictures_travel_as_they_are():
    image = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
    up = base64.b64encode(to_bytes(image).tobytes()).decode()
    np.testing.assert_array_equal(to_bytes(read_picture_text(up)), to_bytes(image))
    np.testing.assert_array_equal(unpacked(picture_text(image)), to_bytes(image).ravel())
    assert to_bytes(np.array([0.0, 1.0])).tolist() == [0, 255]


@pytest.mark.parametrize("text", [None, "***", "AAAA", "A" * 3000])
def test_a_picture_that_is_none(text):
    with pytest.raises(ValueError, match="digit"):
        read_picture_text(text)


def test_a_code_spans_its_bytes_unless_more_is_asked_for():
    codes = np.array([[0.0, 0, 0], [1, -2, 0], [1, -2, 0]])
    levels, scales = code_levels(codes, np.array([0, 0, 4]))
    assert levels.tolist() == [[0, 0, 0], [64, -127, 0], [32, -64, 0]]
    assert scales.tolist() == [0, 2, 4]


RUNS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 600)), max_size=8)


def spread_out(runs):
    return np.repeat([v for v, _ in runs], [n for _, n in runs]).astype(np.uint8)


@given(RUNS)
def test_whatever_is_packed_is_unpacked(runs):
    values = spread_out(runs)
    np.testing.assert_array_equal(unpacked(packed_text(values)), values)


@given(st.lists(RUNS.map(spread_out), max_size=4))
def test_pieces_packed_together_are_as_alone(pieces):
    assert packed_texts(pieces) == [packed_text(piece) for piece in pieces]
    for text, piece in zip(packed_texts(pieces), pieces, strict=True):
        np.testing.assert_array_equal(unpacked(text), piece)
