"""The named endpoints as a program meets them: over HTTP, through gradio_client."""

import base64
import json
import logging
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import gradio as gr
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image, ImageDraw

from mnistlab.data.noise import NOISES
from mnistlab.data.picture import UNREADABLE
from mnistlab.inference import answers, interpolate, sampling
from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui import api
from mnistlab.ui.gate import MISUNDERSTOOD
from mnistlab.ui.sessions import ELSEWHERE
from tests.browser.conftest import load_lab, serve
from tests.loops import finish
from tests.ui.fake_lab import FakeLab

ENDPOINTS = {
    "/reconstruct": ["image", "normalize"],
    "/add_noise": ["image", "kind", "strength", "seed"],
    "/denoise": ["image"],
    "/sample": ["model", "count", "seed", "temperature", "digit"],
    "/interpolate": ["image_a", "image_b", "model", "steps", "path"],
    "/decode": ["model", "code"],
}


@pytest.fixture(scope="module")
def lab():
    return load_lab()


@pytest.fixture(scope="module")
def address(lab):
    keeper = LabKeeper(dict)
    keeper.swap(lab)
    demo = serve(keeper)
    yield demo.local_url
    demo.close()


@pytest.fixture(scope="module")
def client(address):
    client = Client(address, verbose=False, analytics_enabled=False)
    yield client
    client.close()


@pytest.fixture
def call(client):
    def predict(name, **arguments):
        return client.predict(api_name=f"/{name}", **arguments)

    return predict


@pytest.fixture
def save(tmp_path):
    """Pixels or bytes as a file, ready to be handed over."""

    def write(content, name="digit.png"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            Image.fromarray(content).save(path)
        return handle_file(str(path))

    return write


@pytest.fixture
def seven(save):
    """A test digit as MNIST has it."""
    with np.load(Path(__file__).parents[1] / "digits.npz") as digits:
        return save(digits["x_test"][digits["y_test"] == 7][0], "seven.png")


@pytest.fixture
def drawing(save):
    """A one in black on white, of no particular size."""
    paper = Image.new("L", (300, 400), 255)
    ImageDraw.Draw(paper).line([(150, 60), (140, 340)], fill=0, width=30)
    return save(np.asarray(paper), "one.png")


def picture_of(client_file):
    return np.asarray(Image.open(client_file["path"]))


def raw(address, name, *data):
    """An answer without gradio_client: the last event and its data."""
    url = f"{address}gradio_api/call/{name}"
    body = json.dumps({"data": data})  # unlike httpx, it writes NaN
    asked = httpx.post(url, content=body, headers={"Content-Type": "application/json"}, timeout=60)
    if asked.is_error:
        return asked.status_code, asked.text
    events = httpx.get(f"{url}/{asked.json()['event_id']}", timeout=60).text.strip().split("\n\n")
    event, told = events[-1].split("\n")
    return event.removeprefix("event: "), json.loads(told.removeprefix("data: "))


def test_the_documentation_lists_the_six_and_nothing_else(address):
    info = httpx.get(f"{address}gradio_api/info").json()
    assert info["unnamed_endpoints"] == {}
    listed = info["named_endpoints"]
    assert {
        name: [p["parameter_name"] for p in of["parameters"]] for name, of in listed.items()
    } == (ENDPOINTS)
    for endpoint in listed.values():
        assert endpoint["description"].endswith(".")
        assert all(part["type"] for part in endpoint["parameters"] + endpoint["returns"])
        for part in endpoint["parameters"]:
            if part["parameter_name"].startswith("image"):
                assert part["python_type"]["type"] == "filepath"


def test_the_choices_in_the_documentation_are_those_of_the_code():
    models = FakeLab.models
    assert get_args(api.Kind) == tuple(NOISES)
    assert set(get_args(api.Generator)) == set(sampling.SOURCES) & set(models)
    assert set(get_args(api.Walker)) == set(models) - set(interpolate.NO_WAY)
    assert set(get_args(api.Decoder)) == set(models) - set(answers.NO_DECODER)


def test_reconstruct(call, seven, lab):
    answer = call("reconstruct", image=seven, normalize=False)
    np.testing.assert_array_equal(answer["input"], picture_of(seven))
    assert list(answer["models"]) == [name for name in lab.models if name != "classifier"]
    for row in answer["models"].values():
        assert np.shape(row["reconstruction"]) == (28, 28)
        assert 0 <= row["percentile"] <= 100
        assert 0.1 <= row["confidence"] <= 1
    assert answer["weights"] == lab.revision


def test_a_drawing_is_normalised_unless_it_is_not_to_be(call, drawing):
    made = np.array(call("reconstruct", image=drawing)["input"])
    plain = np.array(call("reconstruct", image=drawing, normalize=False)["input"])
    assert np.ptp(np.nonzero(made)[0]) == 19, "20 pixels high"
    assert 18 <= np.ptp(np.nonzero(plain)[0]) <= 24, "340 - 60 pixels of 400"
    assert made.max() > 200
    assert plain.max() > 200


def test_an_input_of_an_answer_goes_back_in_as_it_is(call, drawing, save):
    first = call("reconstruct", image=drawing)
    again = save(np.array(first["input"], np.uint8), "again.png")
    assert call("reconstruct", image=again, normalize=False) == first


def test_noise_and_what_takes_it_away(call, seven, save):
    spoilt = call("add_noise", image=seven, kind="gaussian", strength=0.4, seed=7)
    assert spoilt == call("add_noise", image=seven, kind="gaussian", strength=0.4, seed=7)
    assert spoilt["noisy"] != spoilt["input"]
    assert spoilt["verdict"] != "Not a digit"
    noisy = save(np.array(spoilt["noisy"], np.uint8), "noisy.png")
    cleaned = call("denoise", image=noisy)
    assert cleaned["input"] == spoilt["noisy"]
    assert cleaned["verdict"] != "Not a digit"
    assert cleaned["read_as"] == spoilt["read_as"]
    assert np.shape(cleaned["models"]["denoising"]["denoised"]) == (28, 28)
    assert "median" in cleaned["filters"]


def test_sample(call):
    drawn = call("sample", model="gan", count=3, seed=5, temperature=1.0, digit=4)
    assert np.shape(drawn["samples"]) == np.shape(drawn["nearest"]) == (3, 28, 28)
    assert drawn == call("sample", model="gan", count=3, seed=5, temperature=1, digit=4)
    assert np.shape(call("sample")["samples"]) == (8, 28, 28)


def test_interpolate_and_decode(call, seven, drawing):
    walk = call("interpolate", image_a=seven, image_b=drawing, model="vae", steps=5, path="linear")
    assert np.shape(walk["frames"]) == (5, 28, 28)
    decoded = call("decode", model="vae", code=walk["codes"][2])
    np.testing.assert_allclose(decoded["picture"], walk["frames"][2], atol=1)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("add_noise", {"kind": "fog"}, "'fog'.*gaussian, salt_and_pepper"),
        ("add_noise", {"strength": 1.5}, "lies in 0 to 1"),
        ("add_noise", {"strength": "NaN"}, "lies in 0 to 1"),
        ("add_noise", {"seed": -1}, "whole number from 0 to 4,294,967,295"),
        ("add_noise", {"seed": 2**32}, "whole number from 0 to 4,294,967,295"),
        ("reconstruct", {"normalize": "maybe"}, "normalize is true or false"),
        ("sample", {"model": "vanilla"}, "cannot sample"),
        ("sample", {"model": None}, "cannot sample"),
        ("sample", {"count": 101}, "1 to 100"),
        ("sample", {"count": 10**12}, "1 to 100"),
        ("sample", {"count": 2.5}, "1 to 100"),
        ("sample", {"seed": -1}, "whole number"),
        ("sample", {"temperature": 9}, "0 to 2"),
        ("sample", {"digit": 10}, "0 to 9"),
        ("decode", {"model": "nothing", "code": [0]}, "cannot decode"),
        ("decode", {"model": "ae_2d", "code": [0]}, "has 2 numbers; received 1"),
        ("decode", {"model": "ae_2d", "code": [0, None]}, "list of 2 numbers"),
        ("decode", {"model": "ae_2d", "code": [0, 1e30]}, "lie within"),
        ("interpolate", {"model": "gan"}, "encode and decode"),
        ("interpolate", {"steps": 1000}, "2 to 64"),
        ("interpolate", {"path": "round"}, "linear or spherical"),
    ],
)
def test_what_is_out_of_bounds_is_said(call, seven, name, arguments, words):
    for parameter in ENDPOINTS[f"/{name}"]:
        if parameter.startswith("image"):
            arguments = {parameter: seven, **arguments}
    with pytest.raises(AppError, match=words) as told:
        call(name, **arguments)
    assert_a_sentence(str(told.value))


def assert_a_sentence(text):
    assert text.endswith(".")
    for inside in ("Traceback", "/tmp", "site-packages", ".py", "Error"):
        assert inside not in text


@pytest.mark.parametrize("name", ["reconstruct", "denoise"])
@pytest.mark.parametrize(
    "content",
    [
        b"not a picture",
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        np.full((28, 28), 255, np.uint8),
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.full((1, 1), 255, np.uint8),
        np.zeros((4000, 4000), np.uint8),
    ],
    ids=["text", "empty", "cut", "white", "black", "pixel", "white pixel", "blank and large"],
)
def test_a_file_without_a_digit_is_said(call, save, name, content):
    with pytest.raises(AppError) as told:
        call(name, image=save(content))
    assert_a_sentence(str(told.value))


@pytest.mark.parametrize("image", [None, "/etc/hostname", 7, [], {"path": "/etc/hostname"}])
def test_what_is_no_file_is_said(address, image):
    event, told = raw(address, "denoise", image)
    assert event == "error"
    assert told["error"] == api.NO_FILE


def test_a_file_of_the_server_stays_where_it_is(address):
    here = {"path": str(Path(__file__)), "meta": {"_type": "gradio.FileData"}}
    event, told = raw(address, "denoise", here)
    assert (event, told["error"]) == ("error", MISUNDERSTOOD[1])


@pytest.mark.parametrize("scheme", ["http", "HTTPS"])
def test_nothing_is_fetched_from_elsewhere(address, scheme):
    there = {"path": f"{scheme}://127.0.0.1:1/seven.png", "meta": {"_type": "gradio.FileData"}}
    for call in (("denoise", there), ("decode", "ae_2d", [{"z": [there]}])):
        event, told = raw(address, *call)
        assert (event, told["error"]) == ("error", ELSEWHERE)


def test_a_picture_that_is_gone_is_said(address, seven):
    uploaded = httpx.post(
        f"{address}gradio_api/upload", files={"files": Path(seven["path"]).read_bytes()}
    ).json()[0]
    Path(uploaded).unlink()
    event, told = raw(address, "denoise", {"path": uploaded, "meta": {"_type": "gradio.FileData"}})
    assert (event, told["error"]) == ("error", UNREADABLE)


def test_not_a_number_gets_a_sentence(address):
    event, told = raw(address, "sample", "gan", 2, 0, float("nan"), None)
    assert event == "error"
    assert "0 to 2" in told["error"]
    event, told = raw(address, "decode", "ae_2d", [0, float("nan")])
    assert "lie within" in told["error"]


def test_there_is_no_way_around_the_queue(address):
    for path in ("run", "api"):
        asked = httpx.post(f"{address}gradio_api/{path}/sample", json={"data": ["gan", 2, 0, 1, 1]})
        assert asked.status_code == 404


def test_while_the_networks_wake_an_endpoint_waits_and_then_says_so(monkeypatch, seven):
    monkeypatch.setattr(api, "PATIENCE", 0.3)
    keeper = LabKeeper(FakeLab)
    demo = serve(keeper)
    try:
        client = Client(demo.local_url, verbose=False, analytics_enabled=False)
        with pytest.raises(AppError, match="still waking"):
            client.predict(image=seven, api_name="/reconstruct")
        monkeypatch.setattr(api, "PATIENCE", 60)
        job = client.submit(model="gan", count=2, api_name="/sample")
        keeper.start()
        assert np.shape(job.result(timeout=60)["samples"]) == (2, 28, 28)
        client.close()
    finally:
        demo.close()


def test_why_there_are_no_networks_is_said():
    def load():
        raise ValueError("vae.json is missing.")

    keeper = LabKeeper(load)
    keeper.start()
    with pytest.raises(ValueError, match=r"vae\.json is missing"):
        api._awake(keeper)


def test_what_breaks_here_is_logged_and_not_told(caplog):
    @api._said
    def broken():
        raise KeyError("/home/somebody")

    with caplog.at_level(logging.ERROR), pytest.raises(gr.Error) as told:
        broken()
    assert told.value.message == api.BROKEN
    assert "/home/somebody" in caplog.text


def test_the_endpoints_are_mcp_tools(address, seven):
    pytest.importorskip("mcp", reason="needs the mcp extra: pip install 'gradio[mcp]'")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    digit = base64.b64encode(Path(seven["path"]).read_bytes()).decode()

    async def visit():
        async with streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _):
            async with ClientSession(read, write) as session:
                await session.initialize()
                tools = (await session.list_tools()).tools
                good = await session.call_tool(
                    "reconstruct", {"image": f"data:image/png;base64,{digit}", "normalize": False}
                )
                bad = await session.call_tool("sample", {"count": 1000})
                return tools, good, bad

    tools, good, bad = finish(visit())
    assert {f"/{tool.name}": list(tool.inputSchema["properties"]) for tool in tools} == ENDPOINTS
    assert all(p["description"] for t in tools for p in t.inputSchema["properties"].values())
    assert not good.isError
    assert "relative_error" in good.content[0].text
    assert bad.isError
    assert "1 to 100" in bad.content[0].text


def test_there_are_tools_only_where_the_extra_is(address):
    asked = httpx.get(f"{address}gradio_api/mcp/schema")
    assert asked.status_code == (200 if find_spec("mcp") else 404)
