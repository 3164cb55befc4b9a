import base64
import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.data.filters import FILTERS
from mnistlab.data.noise import NOISES
from mnistlab.inference.keeper import LabKeeper
from mnistlab.inference.noising import add_noise, compare_denoisers, compare_models
from mnistlab.inference.pictures import to_bytes, unpacked
from mnistlab.ui import denoise_tab, noise_tab
from mnistlab.ui.noise_tab import ask_with_noise
from mnistlab.ui.widget import STATIC
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


@pytest.fixture
def request_of(lab):
    digit = base64.b64encode(lab.exhibits.test_images[3].tobytes()).decode("ascii")
    return {"digit": digit, "kind": "gaussian", "strength": 0.5, "seed": 7}


def server(tab, lab, monkeypatch):
    """The server functions of a tab by name, as the page calls them."""
    functions = {}

    def catch(name, server_functions):
        functions.update({function.__name__: function for function in server_functions})

    monkeypatch.setattr(tab, "widget", catch)
    keeper = LabKeeper(dict)
    keeper.swap(lab)
    tab.build(keeper)
    return functions


@pytest.mark.parametrize("question", [compare_models, compare_denoisers])
def test_an_answer_travels_in_less_than_24_kb(lab, request_of, question):
    text = json.dumps(ask_with_noise(lab, request_of, question), allow_nan=False)
    assert len(gzip.compress(text.encode(), 4)) <= 24 * 1024


@pytest.mark.parametrize(("tab", "name"), [(noise_tab, "spoil"), (denoise_tab, "denoise")])
def test_both_tabs_show_the_same_noise(lab, request_of, monkeypatch, tab, name):
    answer = server(tab, lab, monkeypatch)[name](request_of)
    clean = lab.exhibits.test_images[3].astype(np.float32) / 255
    noisy = to_bytes(add_noise(clean, "gaussian", 0.5, 7)).ravel()
    np.testing.assert_array_equal(unpacked(answer["picture"]), noisy)
    assert answer["weights"] == lab.revision
    assert all(len(unpacked(row["picture"])) == 784 for row in answer["rows"].values())


@pytest.mark.parametrize(
    "changes", [{"digit": None}, {"kind": "fog"}, {"strength": 7}, {"seed": ""}]
)
def test_what_is_wrong_is_said(lab, request_of, monkeypatch, changes):
    answer = server(noise_tab, lab, monkeypatch)["spoil"](request_of | changes)
    assert set(answer) == {"error"}
    assert "went wrong" not in answer["error"]


def test_the_curves_travel_as_measured(lab, monkeypatch):
    curves = server(denoise_tab, lab, monkeypatch)["curves"]
    assert curves({})["kinds"] == {}
    measured = {"gaussian": {"strengths": [0.5], "psnr": {"noisy": [9.4]}}}
    monkeypatch.setattr(lab, "metrics", {"noise_curves": measured})
    card = replace(lab.cards["denoising"], configuration={"sigma": 0.5})
    monkeypatch.setitem(lab.cards, "denoising", card)
    assert curves({}) == {"kinds": measured, "trained_at": 0.5}


def test_the_page_names_every_kind_and_every_filter():
    strip = (STATIC / "lab/noise.js").read_text(encoding="utf-8")
    kinds = re.findall(r'^    (\w+): \{\n      label: "(.+)"', strip, re.M)
    assert kinds == [(name, noise.label) for name, noise in NOISES.items()]
    script = (STATIC / "denoise.js").read_text(encoding="utf-8")
    table = script.split("const FILTERS = {")[1].split("}")[0]
    assert re.findall(r'(\w+): "(.+)"', table) == [(k, f.label) for k, f in FILTERS.items()]
