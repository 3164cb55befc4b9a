import asyncio
import base64
import io
import json

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.pictures import unpacked
from mnistlab.ui import draw_tab
from mnistlab.ui.wire import GRID, decode_ink, encode_ink
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture(scope="module")
def tab(lab):
    keeper = LabKeeper(FakeLab)
    keeper.swap(lab)
    with gr.Blocks() as demo:
        draw_tab.build(keeper)
    return next(block for block in demo.blocks.values() if isinstance(block, gr.HTML))


@pytest.fixture(scope="module")
def examine(tab, finish):
    return lambda request: json.loads(finish(tab.examine(request)).body)


def bar(top, left, height, width):
    ink = np.zeros((GRID, GRID), bool)
    ink[top : top + height, left : left + width] = True
    return ink


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def test_a_test_digit_goes_in_as_mnist_has_it(examine, lab):
    answer = examine({"test": 17})
    np.testing.assert_array_equal(unpacked(answer["input"]), lab.exhibits.test_images[17].ravel())
    assert answer["label"] == lab.exhibits.test_labels[17]
    assert "steps" not in answer


def test_a_drawing_goes_in_normalised_and_says_how(examine):
    ink = bar(10, 20, 60, 12)
    answer = examine({"ink": encode_ink(ink), "normalize": True})
    raw, box, centred = unpacked(answer["steps"]).reshape(3, 28, 28)
    assert raw[2:14, 4:6].min() == 255, "as drawn: five pixels of the pad are one"
    assert np.ptp(np.nonzero(box.max(axis=1))[0]) == 19, "20 pixels high"
    np.testing.assert_array_equal(unpacked(answer["input"]), centred.ravel())


def test_a_drawing_can_go_in_as_it_is(examine):
    text = encode_ink(bar(10, 20, 60, 12))
    plain, made = (examine({"ink": text, "normalize": on}) for on in (False, True))
    np.testing.assert_array_equal(unpacked(plain["input"]), unpacked(plain["steps"])[:784])
    for name, row in plain["models"].items():
        assert row["other_error"] == made["models"][name]["relative_error"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"ink": encode_ink(bar(0, 0, 0, 0))}, "Draw a digit first"),
        ({"ink": "xyz!"}, "not base64"),
        ({}, "not text"),
        ({"test": 500}, "there is no 500"),
        ({"test": -1}, "there is no -1"),
        ({"test": True}, "there is no True"),
        ({"test": "1"}, "there is no '1'"),
    ],
)
def test_what_cannot_be_examined_is_said(examine, request_, words):
    assert words in examine(request_)["error"]


def test_visitors_who_draw_at_once_get_their_own(tab, examine, finish):
    text = encode_ink(bar(10, 20, 60, 12))
    asked = [{"test": 3}, {"ink": text, "normalize": True}, {"test": 4}, {"ink": "xyz!"}]
    alone = [examine(request) for request in asked]

    async def together():
        return await asyncio.gather(*[tab.examine(request) for request in asked])

    assert [json.loads(sealed.body) for sealed in finish(together())] == alone


def test_the_shelf_lists_the_digits_that_have_pictures(tab, lab):
    labels = tab.shelf({})["labels"]
    assert len(labels) == len(lab.exhibits.test_images)
    assert labels[5] == str(lab.exhibits.test_labels[5])


def test_a_posterior_is_drawn_from_by_seed(tab, lab):
    digit = base64.b64encode(lab.exhibits.test_images[0].tobytes()).decode()
    asked = {"digit": digit, "model": "vae", "seed": 7}
    assert tab.resample(asked) == tab.resample(asked)
    assert len(unpacked(tab.resample(asked)["reconstruction"])) == 784
    assert "vanilla" in tab.resample({**asked, "model": "vanilla"})["error"]


@pytest.mark.parametrize("shape", [(28, 28), (300, 200), (90, 400)])
def test_a_picture_fills_the_pad(tab, shape):
    paper = np.full(shape, 255, np.uint8)
    height, width = shape
    paper[height // 8 : -height // 8, width * 2 // 5 : width * 3 // 5] = 0
    ink = decode_ink(tab.read_picture({"picture": png(paper)})["ink"])
    assert 200 < ink.sum() < GRID * GRID / 2


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (None, "did not arrive"),
        ("*", "did not arrive"),
        ("A" * 3_000_000, "larger than 2 MB"),
        (base64.b64encode(b"no picture").decode(), ""),
    ],
)
def test_what_is_no_picture_is_said(tab, picture, words):
    error = tab.read_picture({"picture": picture})["error"]
    assert words in error
    assert "Traceback" not in error
