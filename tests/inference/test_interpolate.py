import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mnistlab.inference.interpolate import as_gif, as_png, interpolate, morph, strips, walk
from tests.ui.fake_lab import AUTOENCODERS, FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture
def digits(lab):
    return lab.exhibits.test_images[:4].astype(np.float32) / 255


def unit(angle):
    return np.array([np.cos(angle), np.sin(angle)])


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_a_walk_begins_and_ends_where_it_should(path):
    start, end = np.random.default_rng(0).standard_normal((2, 32))
    points = walk(start, end, 9, path)
    assert points.shape == (9, 32)
    np.testing.assert_allclose(points[[0, -1]], [start, end], atol=1e-6)


@given(st.floats(0.1, 3.0), st.integers(2, 64))
def test_an_arc_keeps_its_radius_and_its_pace(angle, steps):
    points = walk(unit(0.3), unit(0.3 + angle), steps, "spherical")
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    expected = [unit(0.3 + angle * t) for t in np.linspace(0, 1, steps)]
    np.testing.assert_allclose(points, expected, atol=1e-5)


def test_a_straight_line_shrinks_halfway():
    middle = walk(unit(0), unit(np.pi / 2), 3, "linear")[1]
    np.testing.assert_allclose(middle, [0.5, 0.5])


@pytest.mark.parametrize("end", [(0, 0), (2, 0), (-1, 0), (1, 0)])
def test_without_an_arc_the_line_is_taken(end):
    start, end = np.array([1.0, 0.0]), np.array(end, float)
    np.testing.assert_array_equal(walk(start, end, 5, "spherical"), walk(start, end, 5, "linear"))


def test_frames_are_decoded_codes_and_judged(lab, digits):
    way = interpolate(lab, digits[0], digits[1], "vae", 12, "linear")
    np.testing.assert_allclose(way["codes"][[0, -1]], lab.encode("vae", digits[:2]), rtol=1e-5)
    np.testing.assert_array_equal(way["frames"], lab.decode("vae", way["codes"]))
    chances = lab.classify(way["frames"])
    np.testing.assert_array_equal(way["read_as"], chances.argmax(axis=1))
    np.testing.assert_array_equal(way["confidence"], chances.max(axis=1))


@pytest.mark.parametrize("steps", [2, 64])
def test_bounds_themselves_are_allowed(lab, digits, steps):
    assert interpolate(lab, *digits[:2], "ae_2d", steps)["frames"].shape == (steps, 28, 28)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"steps": 1}, "2 to 64"),
        ({"steps": 65}, "2 to 64"),
        ({"steps": 8.0}, "2 to 64"),
        ({"steps": True}, "2 to 64"),
        ({"path": "curved"}, "linear or spherical"),
        ({"path": None}, "linear or spherical"),
        ({"model": "gan"}, "vanilla, .*vae"),
        ({"model": "denoising"}, "encode and decode"),
        ({"model": "classifier"}, "encode and decode"),
        ({"model": None}, "encode and decode"),
    ],
)
def test_what_is_out_of_bounds_is_said(lab, digits, wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        interpolate(lab, *digits[:2], **{"model": "vae", **wrong})


@pytest.mark.parametrize("image", [np.zeros((28, 27)), np.full((28, 28), np.nan), None])
def test_what_is_no_digit_is_said(lab, digits, image):
    with pytest.raises(ValueError, match="28 x 28"):
        interpolate(lab, digits[0], image, "vae")


def test_every_model_that_can_walks(lab, digits):
    for model in set(AUTOENCODERS) - {"gan", "denoising"}:
        assert interpolate(lab, *digits[:2], model, 2)["frames"].shape == (2, 28, 28)


def test_the_cross_fade_is_the_mean_halfway(lab, digits):
    ways = strips(lab, digits[0], digits[1], ("vae", "vanilla"), 9)
    assert list(ways) == ["vae", "vanilla", "pixels"]
    fade = ways["pixels"]["frames"]
    np.testing.assert_allclose(fade[4], (digits[0] + digits[1]) / 2, atol=1e-6)
    np.testing.assert_array_equal(fade[[0, -1]], digits[:2])


def test_strips_agree_with_one_walk_alone(lab, digits):
    ways = strips(lab, digits[0], digits[1], ("vae", "vanilla"), 9, "spherical")
    for model in ("vae", "vanilla"):
        alone = interpolate(lab, digits[0], digits[1], model, 9, "spherical")
        for key, values in ways[model].items():
            np.testing.assert_allclose(values, alone[key], rtol=1e-5)


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_the_corners_of_the_square_are_the_four_digits(lab, digits, path):
    square = morph(lab, digits, side=5, path=path)["frames"].reshape(5, 5, 28, 28)
    corners = square[[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(corners, lab.decode("vae", lab.encode("vae", digits)), atol=1e-4)


def test_the_edges_of_the_square_are_walks(lab, digits):
    square = morph(lab, digits, side=6, path="linear")["frames"].reshape(6, 6, 28, 28)
    top = interpolate(lab, digits[0], digits[1], "vae", 6, "linear")["frames"]
    left = interpolate(lab, digits[0], digits[2], "vae", 6, "linear")["frames"]
    np.testing.assert_allclose(square[0], top, atol=1e-4)
    np.testing.assert_allclose(square[:, 0], left, atol=1e-4)


def test_a_gif_goes_there_and_back_for_ever():
    frames = np.linspace(0, 1, 5)[:, None, None] * np.ones((5, 28, 28))
    with Image.open(io.BytesIO(as_gif({"VAE": frames, "Cross-fade": frames[::-1]}))) as gif:
        assert (gif.format, gif.n_frames, gif.info["loop"]) == ("GIF", 8, 0)
        levels = []
        for i in range(gif.n_frames):
            gif.seek(i)
            levels.append(gif.convert("L").getpixel((40, 40)))
    assert levels[:5] == sorted(levels[:5])
    assert levels[5:] == levels[3:0:-1]
    assert (levels[0], levels[4]) == (11, 255)


def test_a_strip_holds_every_frame_pixel_by_pixel(lab, digits):
    ways = strips(lab, digits[0], digits[1], ("vae",), 8)
    with Image.open(io.BytesIO(as_png({"VAE": ways["vae"], "Cross-fade": ways["pixels"]}))) as png:
        page = np.asarray(png)
    first = page[8 + 24 : 8 + 24 + 56 : 2, 8 : 8 + 56 : 2]
    expected = 11 + np.rint(ways["vae"]["frames"][0] * 255) * 244 / 255
    np.testing.assert_allclose(first, expected, atol=1)
