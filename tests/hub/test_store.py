"""A model comes back as it was saved, or not at all."""

import sys
from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from safetensors.numpy import save

from mnistlab.hub.card import Card
from mnistlab.hub.files import WeightsError
from mnistlab.hub.store import load_model, read_card, save_model


@dataclass(frozen=True, kw_only=True)
class Config:
    code: int = 2
    rate: float = 0.5


class Variable:
    """As much of a Keras variable as the store knows."""

    dtype = "float32"

    def __init__(self, shape):
        self.shape = shape
        self.value = np.zeros(shape, np.float32)
        self.assigned = 0

    def assign(self, value):
        self.value = value
        self.assigned += 1

    def __array__(self, dtype=None, copy=None):
        return self.value


class Model:
    made: ClassVar[list] = []

    def __init__(self, config):
        if config.code == 0:
            raise ZeroDivisionError("no code")
        self.config = config
        self.variables = {"bias": Variable((3,)), "kernel": Variable((3, config.code))}
        Model.made.append(self)

    def shipped(self):
        return self.variables


@pytest.fixture(autouse=True)
def models(monkeypatch):
    """A registry without Keras."""
    registry = {"vae": SimpleNamespace(config_type=Config, build=Model)}
    monkeypatch.setitem(sys.modules, "mnistlab.models", SimpleNamespace(MODELS=registry))
    monkeypatch.setattr(Model, "made", [])


@pytest.fixture
def card():
    return Card(
        id="vae",
        configuration=asdict(Config(code=4)),
        seed=0,
        epochs=1,
        minutes=0.0,
        versions={},
        parameters=15,
        history={},
        metrics={},
    )


@pytest.fixture
def folder(tmp_path, card):
    """A folder with one saved model."""
    model = Model(Config(code=4))
    for variable in model.variables.values():
        variable.value = np.arange(variable.value.size, dtype=np.float32).reshape(variable.shape)
    save_model(tmp_path / "weights", "vae", model, card)
    return tmp_path / "weights"


def refusal(folder):
    """The sentences of a load that must fail, after which nothing may be half loaded."""
    before = len(Model.made)
    with pytest.raises(WeightsError) as error:
        load_model(folder, "vae")
    assert not any(v.assigned for model in Model.made[before:] for v in model.variables.values())
    return error.value.problems


def test_round_trip_with_settings_that_are_not_the_default(folder, card):
    model, read = load_model(folder, "vae")
    assert read == card == read_card(folder, "vae")
    assert model.config == Config(code=4)
    np.testing.assert_array_equal(
        model.variables["kernel"].value, np.arange(12, dtype=np.float32).reshape(3, 4), strict=True
    )
    assert {file.name for file in folder.iterdir()} == {"vae.json", "vae.safetensors"}


def test_weights_of_another_configuration_are_refused(folder, card):
    (folder / "vae.json").write_bytes(replace(card, configuration={"code": 5}).to_json())
    assert refusal(folder) == (
        "vae.safetensors: expected 'kernel' to be float32 (3, 5), found float32 (3, 4).",
    )


def test_the_last_bad_tensor_stops_the_first(folder):
    arrays = {"bias": np.zeros(3, np.float32), "kernel": np.full((3, 4), np.nan, np.float32)}
    (folder / "vae.safetensors").write_bytes(save(arrays))
    assert refusal(folder) == (
        "vae.safetensors: expected finite numbers in 'kernel', found NaN or infinity.",
    )


@pytest.mark.parametrize("name", ["vae.json", "vae.safetensors"])
def test_missing_file_is_told(folder, name):
    (folder / name).unlink()
    assert refusal(folder) == (f"{name} is missing.",)


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        ({"units": 3}, "vae.json: Config has no setting 'units'."),
        ({"code": 10**9}, "vae.json: expected 'code' of Config to be a whole number"),
        ({"code": 0}, "vae.json: no vae can be built from its settings."),
    ],
)
def test_hostile_settings_are_refused(folder, card, configuration, sentence):
    (folder / "vae.json").write_bytes(replace(card, configuration=configuration).to_json())
    assert refusal(folder)[0].startswith(sentence)


def test_the_card_of_another_model_is_refused(folder, card):
    (folder / "vae.json").write_bytes(replace(card, id="gan").to_json())
    assert refusal(folder) == ("vae.json: expected the card of vae, found that of 'gan'.",)


def test_unknown_model_names_the_known_ones(folder):
    with pytest.raises(WeightsError, match=r"Unknown model '../vae': there are vae."):
        load_model(folder, "../vae")


def test_what_could_not_be_loaded_is_not_saved(tmp_path, card):
    folder = tmp_path / "weights"
    model = Model(Config(code=4))
    for bad in (replace(card, id="gan"), replace(card, configuration={"units": 3})):
        with pytest.raises(WeightsError):
            save_model(folder, "vae", model, bad)
    model.variables["bias"].value[0] = np.inf
    with pytest.raises(WeightsError, match="expected finite numbers in 'bias'"):
        save_model(folder, "vae", model, card)
    assert not folder.exists()
