"""What is no digit is not read as one with confidence, by the shipped networks over HTTP."""

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnistlab.ui.wire import GRID, encode_ink
from tests.hostile_inputs import API, ENDPOINTS, IMAGE, png


def drawn(draw):
    picture = Image.new("L", (GRID, GRID))
    draw(ImageDraw.Draw(picture))
    return np.asarray(picture) > 127


def scribble(seed, turns):
    places = np.random.default_rng(seed).integers(15, 125, (turns, 2))
    return drawn(lambda pen: pen.line([tuple(p) for p in places.tolist()], 255, 10, "curve"))


def zigzag(turns):
    across = np.linspace(20, 120, turns)
    places = [(x, 25 if i % 2 else 115) for i, x in enumerate(across)]
    return drawn(lambda pen: pen.line(places, 255, 9, "curve"))


def grating(step):
    return drawn(
        lambda pen: [
            pen.line(line, 255, 6)
            for at in range(15, 126, step)
            for line in ([(at, 15), (at, 125)], [(15, at), (125, at)])
        ]
    )


def spiral(turns):
    angle = np.linspace(0, 2 * np.pi * turns, 500)
    reach = 55 * angle / angle.max()
    places = np.stack([70 + reach * np.cos(angle), 70 + reach * np.sin(angle)], axis=1)
    return drawn(lambda pen: pen.line([tuple(p) for p in places.tolist()], 255, 8, "curve"))


def dust(seed):
    return np.random.default_rng(seed).random((GRID, GRID)) < 0.2


def face(smile):
    def draw(pen):
        pen.ellipse([20, 20, 120, 120], outline=255, width=8)
        for left in (48, 80):
            pen.ellipse([left, 48, left + 12, 60], fill=255)
        pen.arc([45, 55, 95, 95 + smile], 20, 160, 255, 8)

    return drawn(draw)


SCRAWLS = {
    **{f"scribble {seed}": scribble(seed, 14) for seed in range(12)},
    **{f"scrawl {seed}": scribble(seed, 30) for seed in range(8)},
    **{f"zigzag of {turns}": zigzag(turns) for turns in (7, 8, 9, 10)},
    **{f"grating of {step}": grating(step) for step in (18, 22, 28)},
    **{f"spiral of {turns}": spiral(turns) for turns in (4, 5)},
    **{f"dust {seed}": dust(seed) for seed in range(3)},
    **{f"face {smile}": face(smile) for smile in (0, 5)},
    "a block": drawn(lambda pen: pen.rectangle([20, 20, 120, 120], fill=255)),
    "all ink": np.ones((GRID, GRID), bool),
    "a speck": drawn(lambda pen: pen.ellipse([70, 70, 74, 74], fill=255)),
}


@pytest.mark.parametrize("name", SCRAWLS)
def test_a_scrawl_is_not_taken_for_a_digit(ask, name):
    answer = ask("draw", "examine", {"ink": encode_ink(SCRAWLS[name])}).json()
    if "error" in answer:
        assert answer["error"].startswith("Draw a digit first")
        return
    assert answer["verdict"] in ("not", "unsure"), (answer["says"], max(answer["referee"]))


def told_of(client, endpoint, name):
    """What an endpoint answers to a scrawl, in black on white."""
    file = png(np.where(SCRAWLS[name], 0, 255).astype(np.uint8))
    path = client.post(f"{API}/upload", files={"files": ("a.png", file)}).json()[0]
    picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
    data = [picture if value is IMAGE else value for value in ENDPOINTS[endpoint]]
    asked = client.post(f"{API}/call/{endpoint}", json={"data": data}).json()
    told = client.get(f"{API}/call/{endpoint}/{asked['event_id']}").text
    return httpx.Response(200, text=told.split("data: ")[-1]).json()


@pytest.mark.parametrize("endpoint", ["reconstruct", "add_noise", "denoise", "interpolate"])
@pytest.mark.parametrize("name", ["dust 0", "grating of 18", "scrawl 1", "spiral of 5"])
def test_the_endpoints_read_nothing_in_what_is_no_digit(client, endpoint, name):
    answer = told_of(client, endpoint, name)
    if "error" in answer:
        assert answer["error"].startswith("Draw a digit first")
        return
    answer = answer[0]
    verdicts = answer["verdicts"] if endpoint == "interpolate" else [answer["verdict"]]
    assert set(verdicts) <= {"Not a digit", "Unsure"}
    if verdicts == ["Not a digit"]:
        assert answer["read_as"] is answer["confidence"] is None
