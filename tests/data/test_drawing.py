"""Whatever the canvas, the pen and the paper: the same digit, as MNIST would have it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.data.drawing import drawing_steps, normalize_drawing
from mnistlab.data.strokes import stroke_width

PENS = (12, 18, 26, 34)


def difference(a, b):
    """The squared error of a, relative to b."""
    return ((a - b) ** 2).sum() / (b**2).sum()


def centre_of_mass(image):
    rows, columns = image.sum(1), image.sum(0)
    return rows @ np.arange(28) / rows.sum(), columns @ np.arange(28) / columns.sum()


def box_of(image):
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


@pytest.fixture(scope="module")
def seven(pen_digits, draw):
    """A digit on a canvas, (280, 280) uint8."""
    return draw(next(digit.strokes for digit in pen_digits if digit.label == 7))


# What MNIST already is


def test_a_digit_of_mnist_stays_what_it_is(digits):
    for digit in digits.x_test:
        np.testing.assert_array_equal(normalize_drawing(digit), digit)


def test_all_test_digits_stay_what_they_are(mnist):
    through = np.stack([normalize_drawing(digit) for digit in mnist.x_test])
    same = (through == mnist.x_test).all((1, 2))
    assert same.mean() > 0.999
    assert difference(through, mnist.x_test) < 1e-4


@given(st.integers(0, 199), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=30)
def test_it_does_not_matter_where_on_the_canvas_a_digit_is(digits, which, top, left):
    canvas = np.zeros((88, 88), np.float32)
    canvas[top : top + 28, left : left + 28] = digits.x_test[which]
    np.testing.assert_array_equal(normalize_drawing(canvas), digits.x_test[which])


# What MNIST would have made of a drawing


@pytest.mark.parametrize("pen", PENS)
def test_a_drawing_has_the_size_and_the_place_of_mnist(pen_digits, draw, pen):
    for digit in pen_digits:
        raw, box, centred = drawing_steps(draw(digit.strokes, pen=pen))
        for image in (raw, box, centred):
            assert image.shape == (28, 28)
            assert image.dtype == np.float32
            assert image.min() >= 0
            assert image.max() <= 1
        top, bottom, left, right = box_of(centred)
        assert max(bottom - top, right - left) == 20
        np.testing.assert_allclose(centre_of_mass(centred), 14, atol=0.5001)
        assert centred.max() > 0.9


@pytest.mark.parametrize("pen", PENS)
def test_a_drawing_has_the_ink_of_mnist_under_every_pen(pen_digits, draw, pen):
    ink = np.mean([normalize_drawing(draw(digit.strokes, pen=pen)) for digit in pen_digits])
    assert ink == pytest.approx(0.13, abs=0.02)


def test_normalising_twice_changes_nothing(pen_digits, draw):
    for digit, pen in zip(pen_digits, PENS * 15, strict=True):
        once = normalize_drawing(draw(digit.strokes, pen=pen))
        np.testing.assert_array_equal(normalize_drawing(once), once)


@pytest.mark.parametrize(("side", "pen"), [(140, 9), (560, 36)])
def test_the_resolution_of_the_canvas_does_not_matter(pen_digits, draw, side, pen):
    apart = [
        difference(
            normalize_drawing(draw(digit.strokes, side, pen)),
            normalize_drawing(draw(digit.strokes)),
        )
        for digit in pen_digits[::2]
    ]
    assert np.median(apart) < 0.03


def test_rows_and_columns_are_treated_alike(pen_digits, draw):
    for digit in pen_digits[::4]:
        ink = draw(digit.strokes)
        np.testing.assert_allclose(normalize_drawing(ink.T), normalize_drawing(ink).T, atol=1e-5)


def test_a_digit_is_told_by_its_nearest_neighbour(pen_digits, draw, digits):
    """The point of it all: drawings resemble MNIST's digits, whatever the pen."""
    known = digits.x_train.reshape(len(digits.x_train), -1)
    labels = np.array([digit.label for digit in pen_digits])

    def read(images):
        flat = np.stack(images).reshape(len(images), -1)
        return digits.y_train[((flat[:, None] - known) ** 2).sum(2).argmin(1)]

    for pen in (12, 26):
        steps = [drawing_steps(draw(digit.strokes, pen=pen)) for digit in pen_digits]
        prepared = np.mean(read([each.centred for each in steps]) == labels)
        naive = np.mean(read([each.raw for each in steps]) == labels)
        assert prepared > 0.65
        assert prepared > naive + 0.25


# The steps


def test_raw_is_the_whole_canvas_made_small(seven):
    raw = drawing_steps(seven).raw
    blocks = (seven / 255).reshape(28, 10, 28, 10).mean((1, 3))
    np.testing.assert_allclose(raw, blocks, atol=1e-5)


def test_a_long_canvas_lies_in_a_square_of_paper(seven):
    wide = np.pad(seven, ((0, 0), (140, 140)))
    raw = drawing_steps(wide).raw
    assert not raw[:7].any()
    assert not raw[21:].any()
    assert raw.sum() == pytest.approx((seven / 255).sum() / 400, rel=1e-4)


def test_steps_cannot_be_changed(seven):
    with pytest.raises(FrozenInstanceError):
        drawing_steps(seven).raw = seven


# Paper, types and sizes


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda ink: 1 - ink, id="dark on light"),
        pytest.param(lambda ink: 0.3 + 0.7 * ink, id="grey paper"),
        pytest.param(lambda ink: 0.8 - 0.6 * ink, id="grey on grey"),
        pytest.param(lambda ink: 0.2 * ink, id="a faint pen"),
    ],
)
def test_the_paper_does_not_matter(seven, change):
    ink = seven.astype(np.float32) / 255
    assert difference(normalize_drawing(change(ink)), normalize_drawing(ink)) < 1e-3


def test_uneven_light_and_noise_are_taken_away(seven):
    rows, columns = np.indices(seven.shape) / 280
    light = 0.55 + 0.25 * rows + 0.15 * columns
    noise = np.random.default_rng(0).normal(0, 0.01, seven.shape)
    photo = light * (1 - 0.7 * seven / 255) + noise
    assert difference(normalize_drawing(photo), normalize_drawing(seven)) < 0.03
    with pytest.raises(ValueError, match="empty"):
        normalize_drawing(light + noise)


@pytest.mark.parametrize("convert", [np.int64, np.float32, lambda ink: ink / 255])
def test_the_type_of_the_numbers_does_not_matter(seven, convert):
    np.testing.assert_allclose(
        normalize_drawing(convert(seven)), normalize_drawing(seven), atol=1e-5
    )


def test_a_mask_will_do(seven):
    mask = seven > 127
    np.testing.assert_array_equal(normalize_drawing(mask), normalize_drawing(mask * 255))


def test_the_drawing_itself_is_left_alone(seven):
    ink = seven.astype(np.float32) / 255
    before = ink.copy()
    normalize_drawing(ink)
    np.testing.assert_array_equal(ink, before)


def test_threads_do_not_disturb_each_other(pen_digits, draw):
    canvases = [draw(digit.strokes) for digit in pen_digits]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(normalize_drawing, canvases))
    np.testing.assert_array_equal(together, [normalize_drawing(ink) for ink in canvases])


# What is refused


@pytest.mark.parametrize("grey", [0, 3, 128, 255])
def test_a_blank_canvas_is_refused(grey):
    with pytest.raises(ValueError, match="Draw a digit first: the canvas is empty"):
        normalize_drawing(np.full((280, 280), grey, np.uint8))


def test_one_pixel_is_refused():
    with pytest.raises(ValueError, match="empty"):
        normalize_drawing(np.ones((1, 1)))
    canvas = np.zeros((28, 28))
    canvas[9, 9] = 1
    with pytest.raises(ValueError, match="dot"):
        normalize_drawing(canvas)


@pytest.mark.parametrize(
    ("ink", "sentence"),
    [
        (np.zeros((2, 28, 28)), r"\(height, width\) array of numbers; received .*\(2, 28, 28\)"),
        (np.zeros((28, 28), complex), "received complex128"),
        (np.full((28, 28), "ink"), "received <U3"),
        (np.zeros((0, 28)), r"sides of 1 to 4,096 pixels; received \(0, 28\)"),
        (np.zeros((1, 4097)), r"received \(1, 4097\)"),
        (np.full((28, 28), np.nan), "NaN or infinity"),
        (np.array([[0.0, np.inf]]), "NaN or infinity"),
        (np.array([[0, 70000]]), "received 0 to 70000"),
        (np.array([[-3.0, 1.0]]), "received -3 to 1"),
    ],
)
def test_what_is_no_drawing_gets_a_sentence(ink, sentence):
    with pytest.raises(ValueError, match=sentence):
        normalize_drawing(ink)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1), st.floats(0.001, 1))
@settings(max_examples=60)
def test_scribbles_of_any_size_get_a_digit_or_a_sentence(height, width, seed, share):
    ink = np.random.default_rng(seed).random((height, width)) < share
    digit, refusal = None, ""
    try:
        digit = normalize_drawing(ink)
    except ValueError as error:
        refusal = str(error)
    if digit is None:
        assert refusal.startswith("Draw a digit first")
    else:
        assert digit.shape == (28, 28)
        assert 0 <= digit.min() <= digit.max() <= 1


# Widths


@pytest.mark.parametrize("diameter", [20, 50, 80])
def test_a_disc_is_half_its_diameter_wide(diameter):
    rows, columns = np.indices((100, 100)) - 49.5
    assert stroke_width(np.hypot(rows, columns) < diameter / 2) == pytest.approx(
        diameter / 2, rel=0.05
    )


def test_a_hairline_is_redrawn_whole(pen_digits, draw):
    for digit in pen_digits[::3]:
        hairline = normalize_drawing(draw(digit.strokes, side=900, pen=1))
        assert (
            difference(hairline, normalize_drawing(draw(digit.strokes, pen=12))) < 0.5
        )  # another digit differs by more than 1
        assert hairline.mean() == pytest.approx(0.13, abs=0.07)


def test_centred_is_the_box_moved_by_whole_pixels(pen_digits, draw):
    for digit in pen_digits:
        steps = drawing_steps(draw(digit.strokes))
        top, bottom, left, right = box_of(steps.box)
        assert top == (28 - (bottom - top)) // 2
        assert left == (28 - (right - left)) // 2
        moved = (box_of(steps.centred)[0] - top, box_of(steps.centred)[2] - left)
        np.testing.assert_array_equal(np.roll(steps.box, moved, (0, 1)), steps.centred)


def test_a_zero_written_small_with_a_thick_pen_is_not_a_dot(draw):
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = [[(250 + 31 * np.cos(a), 250 + 31 * np.sin(a)) for a in turn]]
    digit = normalize_drawing(draw(ring, pen=26))  # 61 pixels across, its hole 9
    assert digit.max() > 0.9


@pytest.mark.parametrize("side", [28, 140, 280])
@pytest.mark.parametrize("pen", PENS)
def test_a_dot_is_refused(draw, side, pen):
    with pytest.raises(ValueError, match="Draw a digit first: there is only a dot"):
        normalize_drawing(draw([[(250, 250)]], side, pen * side / 280))


@given(st.floats(0, np.pi), st.floats(4, 12))
@settings(max_examples=30)
def test_the_width_of_a_bar_is_found_at_every_angle(angle, width):
    rows, columns = np.indices((120, 120)) - 59.5
    along = rows * np.sin(angle) + columns * np.cos(angle)
    across = rows * np.cos(angle) - columns * np.sin(angle)
    bar = (np.abs(along) < 50) & (np.abs(across) < width / 2)
    wide = bar.sum() / 100  # in whole pixels
    # Twice the area over the perimeter; pi / 4 is right on average and worst for an upright edge.
    assert stroke_width(bar) == pytest.approx(wide * 100 / (100 + wide), rel=4 / np.pi - 1 + 0.02)
