"""A configuration from a card has the fields and types of its class, and sane sizes."""

from dataclasses import dataclass
from typing import Literal

import pytest

from mnistlab.hub.configuration import configure
from mnistlab.hub.files import WeightsError


@dataclass(frozen=True, kw_only=True)
class Config:
    hidden: tuple[int, ...] = (512, 256)
    filters: tuple[int, int] = (8, 16)
    couplings: int = 6
    beta: float = 1.0
    mirror: bool = False
    kind: Literal["mlp", "conv"] = "mlp"
    name: str = ""
    cap: int | None = None

    def __post_init__(self):
        if self.mirror and not self.hidden:
            raise ValueError("a mirror needs a hidden layer")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"hidden": ()},
        {"hidden": (2048,), "filters": (1, 2), "couplings": 64, "beta": 0.5, "mirror": True},
        {"beta": 4, "kind": "conv", "name": "x", "cap": 3},
        {"cap": None},
    ],
)
def test_fitting_values_are_set_and_the_rest_keeps_its_default(values):
    assert configure(Config, values, "x.json") == Config(**values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"__class__": 1}, "Config has no setting '__class__'."),
        ({"code": 1}, "Config has no setting 'code'."),
        (
            {"hidden": 512},
            "'hidden' of Config to be a list (a whole number from 0 to 2048), found 512.",
        ),
        ({"hidden": (2049,)}, "'hidden' of Config to be a list"),
        ({"hidden": (1,) * 9}, "'hidden' of Config to be a list"),
        ({"hidden": (True,)}, "'hidden' of Config to be a list"),
        ({"filters": (1,)}, "'filters' of Config to be a list"),
        ({"filters": (1, 65)}, "'filters' of Config to be a list (a whole number from 0 to 64)"),
        ({"couplings": 65}, "to be a whole number from 0 to 64, found 65."),
        ({"couplings": -1}, "to be a whole number from 0 to 64, found -1."),
        ({"couplings": 6.0}, "to be a whole number from 0 to 64, found 6.0."),
        ({"couplings": True}, "to be a whole number from 0 to 64, found True."),
        ({"beta": "1"}, "to be a number, found '1'."),
        ({"beta": 1e30}, "to be a number, found 1e+30."),
        ({"beta": float("nan")}, "to be a number, found nan."),
        ({"beta": 10**400}, "to be a number, found 1000"),
        ({"mirror": 1}, "to be true or false, found 1."),
        ({"kind": "rnn"}, "found 'rnn'."),
        ({"kind": 1}, "found 1."),
        ({"name": "x" * 61}, "to be a word, found"),
        ({"cap": 3000}, "found 3000."),
        ({"mirror": True, "hidden": ()}, "Config refuses its settings: a mirror needs"),
    ],
)
def test_other_values_are_refused_with_a_sentence(values, sentence):
    with pytest.raises(WeightsError, match=r"^x.json: ") as error:
        configure(Config, values, "x.json")
    assert sentence in str(error.value)


def test_each_fault_has_its_sentence():
    with pytest.raises(WeightsError) as error:
        configure(Config, {"code": 1, "beta": "1"}, "x.json")
    assert len(error.value.problems) == 2
