import base64
import json

import pytest

from mnistlab.hub.manifest import MODEL_IDS
from mnistlab.inference.keeper import LabKeeper
from mnistlab.training.targets import FIGURES
from mnistlab.ui import map_tab, models_tab
from tests.ui.fake_lab import FakeLab


@pytest.fixture(scope="module")
def keeper():
    keeper = LabKeeper(FakeLab)
    keeper.swap(FakeLab())
    return keeper


def functions(tab, keeper):
    """The server functions of a tab by name, as its page calls them."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            tab,
            "widget",
            lambda _, server_functions: found.update({f.__name__: f for f in server_functions}),
        )
        tab.build(keeper)
    return found


@pytest.fixture(scope="module")
def maps(keeper):
    return functions(map_tab, keeper)


@pytest.fixture(scope="module")
def models(keeper):
    return functions(models_tab, keeper)


def test_the_maps_answer_in_json(keeper, maps):
    assert set(maps) == {"overview", "locate", "decode_at"}
    digit = base64.b64encode(keeper.lab.exhibits.test_images[0].tobytes()).decode()
    places = maps["locate"]({"digit": digit})["places"]
    answer = maps["decode_at"]({"model": "vae_2d", "z": places["vae_2d"]["z"]})
    assert answer["nearest"][0] == 0
    json.dumps([maps["overview"]({}), places, answer])


@pytest.mark.parametrize(
    ("name", "request_", "sentence"),
    [
        ("locate", {}, "base64"),
        ("decode_at", {"model": "vae_2d"}, "two numbers"),
        ("decode_at", {"model": "gan", "z": [0, 0]}, "maps of"),
        ("decode_at", None, "did not arrive whole"),
    ],
)
def test_a_wrong_request_to_a_map_is_told_so(maps, name, request_, sentence):
    assert sentence in maps[name](request_)["error"]


def test_every_model_has_words_and_so_has_every_figure():
    assert set(models_tab.ABOUT) == set(MODEL_IDS)
    assert set(models_tab.FIGURES) == set(FIGURES)


@pytest.mark.parametrize("model", MODEL_IDS)
def test_a_portrait_is_whole(models, model):
    answer = models["portrait"]({"model": model})
    assert answer["says"] == models_tab.ABOUT[model].says
    assert answer["layers"]
    assert answer["about"]
    assert models["source"]({"model": model})["code"].startswith('"""')
    json.dumps([answer, models["filters"]({"model": model}), models["replay"]({"model": model})])


def test_the_catalogue_says_which_weights_and_why_no_others(models, keeper):
    answer = models["catalogue"]({})
    assert (answer["source"], answer["revision"]) == ("fake", "0000000")
    assert answer["problem"] is None
    assert answer["table"][0]["title"] == "MSE"

    def fail():
        raise ValueError("The Hub did not answer.")

    other = LabKeeper(FakeLab, fail)
    other.start()
    other._thread.join()
    assert "The Hub did not answer." in functions(models_tab, other)["catalogue"]({})["problem"]


@pytest.mark.parametrize("name", ["portrait", "source", "filters", "replay"])
@pytest.mark.parametrize("model", [None, "nobody", "../../app", ["vae"], {}])
def test_a_model_that_is_not_there_is_told_so(models, name, model):
    assert "Unknown model" in models[name]({"model": model})["error"]
