"""A card says what it must and nothing else."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.hub.card import Card, installed_versions
from mnistlab.hub.files import WeightsError

CARD = Card(
    id="vae",
    configuration={"hidden": (512, 256), "beta": 1.0, "mirror": True, "kind": "mlp", "cap": None},
    seed=2**32 - 1,
    epochs=2,
    minutes=0.5,
    versions={"python": "3.11.7", "keras": "3.15.1"},
    parameters=1000,
    history={"loss": (0.5, 0.25), "val_mse": (0.1, 0.05)},
    metrics={"mse": 0.05, "codes": 32},
)


def test_round_trip():
    assert Card.from_json(CARD.to_json()) == CARD


def test_lists_become_tuples():
    card = replace(CARD, configuration={"hidden": [512, [1, 2]]}, history={"loss": [1.0]})
    assert card.configuration == {"hidden": (512, (1, 2))}
    assert card.history == {"loss": (1.0,)}


def test_history_of_numpy_floats_is_written(tmp_path):
    card = replace(CARD, history={"loss": [np.float64(0.5)]})
    assert Card.from_json(card.to_json()).history == {"loss": (0.5,)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", 3),
        ("id", "x" * 101),
        ("configuration", [1]),
        ("configuration", {"a": {"b": 1}}),
        ("configuration", {"a": float("nan")}),
        ("seed", -1),
        ("seed", 2**32),
        ("seed", True),
        ("seed", 1.0),
        ("epochs", "2"),
        ("minutes", float("inf")),
        ("minutes", -1),
        ("minutes", 10**400),
        ("versions", {"python": 3.11}),
        ("versions", None),
        ("parameters", None),
        ("history", {"loss": 1.0}),
        ("history", {"loss": [None]}),
        ("history", {"loss": [float("nan")]}),
        ("metrics", {"mse": "good"}),
        ("metrics", {f"metric {n}": 0 for n in range(201)}),
    ],
)
def test_value_of_the_wrong_kind_is_refused_by_name(field, value):
    with pytest.raises(WeightsError, match=f"as {field}, found"):
        replace(CARD, **{field: value})


def test_missing_and_foreign_fields_are_refused():
    card = {**asdict(CARD), "run": "rm"}
    del card["seed"]
    with pytest.raises(WeightsError) as error:
        Card.from_json(json.dumps(card), "vae.json")
    assert error.value.problems == (
        "vae.json: expected a field 'seed', found none.",
        "vae.json: expected no field 'run'.",
    )


def test_versions_name_what_matters():
    versions = installed_versions()
    assert list(versions) == ["python", "tensorflow", "keras", "numpy"]
    assert versions["numpy"] == np.__version__


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    JSON
    | st.fixed_dictionaries({name: JSON | st.just(getattr(CARD, name)) for name in asdict(CARD)})
)
def test_any_json_gives_a_card_or_a_weights_error(value):
    try:
        card = Card.from_json(json.dumps(value))
    except WeightsError:
        return
    assert Card.from_json(card.to_json()) == card
