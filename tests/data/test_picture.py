"""Pictures of every kind become the same ink; what is no picture gets a sentence."""

import io
import subprocess
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mnistlab.data import picture
from mnistlab.data.drawing import normalize_drawing
from mnistlab.data.picture import MAX_BYTES, ink_from_picture

PAPER, INK = 255, 0


def stroke() -> np.ndarray:
    """A one, black on white."""
    grey = np.full((100, 80), PAPER, np.uint8)
    grey[20:80, 36:44] = INK
    return grey


def saved(picture: Image.Image, kind: str = "PNG", **options) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "F"])
def test_every_mode_gives_the_same_ink(mode):
    ink = ink_from_picture(saved(Image.fromarray(stroke()).convert(mode), "TIFF"))
    np.testing.assert_allclose(ink, (stroke() == INK).astype("float32"), atol=0.01)


def test_sixteen_bits_are_not_clipped():
    deep = Image.fromarray((stroke().astype(np.uint16) // 255) * 60000 + 2000)
    ink = ink_from_picture(saved(deep, "TIFF"))
    np.testing.assert_allclose(ink, (stroke() == INK).astype("float32"), atol=0.01)


def test_a_transparent_background_is_paper():
    layers = np.zeros((100, 80, 4), np.uint8)
    layers[stroke() == INK] = (0, 0, 0, 255)
    ink = ink_from_picture(saved(Image.fromarray(layers)))
    np.testing.assert_allclose(ink, (stroke() == INK).astype("float32"), atol=0.01)


@pytest.mark.parametrize("mode", ["LA", "P"])
def test_transparency_is_paper_in_every_mode_that_has_it(mode):
    inked = stroke() == INK
    if mode == "LA":
        picture = Image.fromarray(np.dstack([np.zeros_like(stroke()), inked * np.uint8(255)]))
        file = saved(picture)
    else:
        palette = Image.fromarray(inked.astype(np.uint8))
        palette.putpalette([0, 0, 0, 0, 0, 0])  # both are black: one of them is transparent
        file = saved(palette, transparency=0)
    np.testing.assert_allclose(ink_from_picture(file), inked.astype("float32"), atol=0.01)


def test_a_large_picture_is_averaged_down():
    wide = np.kron(stroke(), np.ones((20, 20), np.uint8))  # 2000 x 1600
    ink = ink_from_picture(saved(Image.fromarray(wide)))
    assert ink.shape == (1000, 800)
    np.testing.assert_allclose(ink[::10, ::10], stroke() == INK, atol=0.01)


def test_no_other_program_is_started_for_a_rare_format(monkeypatch):
    def start(*args, **kwargs):
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", start)
    drawing = saved(Image.fromarray(stroke()), "EPS")
    with pytest.raises(ValueError, match="not a readable picture"):
        ink_from_picture(drawing)


def test_no_more_than_some_are_read_at_a_time(monkeypatch):
    monkeypatch.setattr(picture, "_places", threading.BoundedSemaphore(1))
    with picture._places, pytest.raises(ValueError, match="Too many pictures"):
        ink_from_picture(saved(Image.fromarray(stroke())))
    assert ink_from_picture(saved(Image.fromarray(stroke()))).any(), "the place is free again"


def test_a_picture_that_is_refused_gives_its_place_back():
    for _ in range(2 * picture.AT_A_TIME):
        with pytest.raises(ValueError, match="readable"):
            ink_from_picture(io.BytesIO(b"no picture"))
    assert ink_from_picture(saved(Image.fromarray(stroke()))).any()


def test_white_on_black_is_recognised():
    ink = ink_from_picture(saved(Image.fromarray(255 - stroke())))
    np.testing.assert_allclose(ink, (stroke() == INK).astype("float32"), atol=0.01)


def test_the_camera_s_turn_is_undone():
    turned = Image.fromarray(stroke()).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held a quarter turn clockwise
    ink = ink_from_picture(saved(turned, "TIFF", exif=exif))
    assert ink.shape == (100, 80)


def test_a_photograph_comes_out_as_the_digit_does():
    rng = np.random.default_rng(0)
    light = np.linspace(120, 190, 80)[None, :] + np.linspace(0, 30, 100)[:, None]
    photo = np.where(stroke() == INK, 0.35 * light, light) + 3 * rng.standard_normal((100, 80))
    drawn = normalize_drawing(ink_from_picture(saved(Image.fromarray(np.uint8(photo)))))
    clean = normalize_drawing(ink_from_picture(saved(Image.fromarray(stroke()))))
    assert ((drawn - clean) ** 2).sum() < 0.1 * (clean**2).sum()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_counts(kind):
    frames = [Image.fromarray(stroke()), Image.fromarray(np.full_like(stroke(), PAPER))]
    file = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    assert ink_from_picture(file).max() > 0.95


def bomb(side: int) -> io.BytesIO:
    return saved(Image.new("1", (side, side)))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (io.BytesIO(b""), "empty"),
        (io.BytesIO(b"<svg xmlns='x'/>"), "SVG or HTML"),
        (io.BytesIO(b"\n <!doctype html>"), "SVG or HTML"),
        (io.BytesIO(b"not a picture"), "not a readable picture"),
        (io.BytesIO(saved(Image.fromarray(stroke())).getvalue()[:80]), "not a readable picture"),
        (io.BytesIO(b"\x89PNG" + bytes(MAX_BYTES)), "up to 2 MB"),
        (bomb(9_000), "up to 4 megapixels can be read"),
        (bomb(20_000), "too many pixels"),
        (saved(Image.new("L", (1, 1))), "too small"),
        (saved(Image.new("L", (20000, 1))), "too small"),
        (saved(Image.new("L", (1, 20000))), "too small"),
        (io.BytesIO(b"\xff\xd8\xff" + bytes(20)), "not a readable picture"),
        (io.BytesIO(b"\xef\xbb\xbf<html>"), "SVG or HTML"),
        (io.BytesIO(b"\x1f\x8b" + bytes(40)), "not a readable picture"),
        (io.BytesIO(b"%PDF-1.4"), "not a readable picture"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(file, sentence):
    with pytest.raises(ValueError, match=sentence):
        ink_from_picture(file)


def test_numbers_that_are_none_are_refused():
    wrong = np.full((30, 30), np.nan, np.float32)
    with pytest.raises(ValueError, match="not numbers"):
        ink_from_picture(saved(Image.fromarray(wrong), "TIFF"))


def test_a_file_that_is_not_there_is_refused_without_its_path(tmp_path):
    with pytest.raises(ValueError, match="not a readable picture") as refusal:
        ink_from_picture(tmp_path / "secret.png")
    assert str(tmp_path) not in str(refusal.value)


WHOLE = [
    saved(Image.fromarray(stroke()), kind).getvalue() for kind in ("PNG", "GIF", "TIFF", "BMP")
]


@settings(max_examples=60)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=12),
    st.integers(0, 10**6),
)
def test_a_damaged_file_is_ink_or_a_sentence(whole, damage, cut):
    data = bytearray(whole)
    for place, value in damage:
        data[place % len(data)] = value
    try:
        ink = ink_from_picture(io.BytesIO(bytes(data[: cut % (2 * len(data))])))
    except ValueError as refusal:
        sentence = str(refusal)
    else:
        assert ink.dtype == np.float32
        assert 0 <= ink.min() <= ink.max() <= 1
        return
    assert sentence.endswith(".")
    assert len(sentence) < 200
