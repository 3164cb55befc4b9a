import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.ui.wire import GRID, MAX_CHARS, PIXELS, decode_ink, encode_ink


def text_of(*data):
    return base64.b64encode(bytes(data)).decode()


@st.composite
def drawings(draw):
    ink = np.zeros((GRID, GRID), bool)
    for _ in range(draw(st.integers(0, 6))):
        top, left = draw(st.integers(0, GRID - 1)), draw(st.integers(0, GRID - 1))
        height, width = draw(st.integers(1, GRID)), draw(st.integers(1, GRID))
        ink[top : top + height, left : left + width] ^= True
    return ink


@given(drawings())
def test_what_is_drawn_is_what_arrives(ink):
    text = encode_ink(ink)
    assert len(text) <= MAX_CHARS
    np.testing.assert_array_equal(decode_ink(text), ink)


@pytest.mark.parametrize("first", [0, 1])
def test_the_busiest_drawing_still_fits(first):
    ink = (np.arange(PIXELS).reshape(GRID, GRID) + first) % 2
    text = encode_ink(ink)
    assert len(text) <= MAX_CHARS
    np.testing.assert_array_equal(decode_ink(text), ink)


def test_a_stroke_takes_less_than_a_kilobyte():
    y, x = np.mgrid[:GRID, :GRID]
    ring = np.abs(np.hypot(y - 70, x - 70) - 40) < 6
    assert len(encode_ink(ring)) < 1000


def test_ink_comes_as_floats_of_0_and_1():
    ink = decode_ink(encode_ink(np.eye(GRID)))
    assert ink.dtype == np.float32
    assert set(np.unique(ink)) == {0.0, 1.0}


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(base64.b64encode), st.none()))
def test_anything_else_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"drawing .*\."):
        decode_ink(text if not isinstance(text, bytes) else text.decode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (text_of(), "19,600 pixels"),
        (text_of(128 | 16, 153), "end is missing"),
        (text_of(0, 0, 0x90, 0x99, 1), "empty"),
        (text_of(0x85, 0), "the long way"),
        (text_of(255, 255, 255, 255, 1), "too long"),
        (text_of(0x91, 0x99, 1), "19,601"),
        ("A" * (MAX_CHARS + 1), "too long"),
        ("not base64!", "not base64"),
        (7, "not text"),
    ],
)
def test_the_sentence_says_what_is_wrong(text, words):
    with pytest.raises(ValueError, match=words):
        decode_ink(text)


def test_only_rasters_of_the_right_size_are_sent():
    with pytest.raises(ValueError, match=r"140 x 140; received \(28, 28\)"):
        encode_ink(np.zeros((28, 28)))
