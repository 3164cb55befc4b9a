"""Weights on disk: `<id>.safetensors` with its card `<id>.json`, and a manifest over the folder.

Architecture lives in code: a file gives numbers and a few bounded settings, never anything that
runs. Reading tensors, cards and manifests needs no Keras, so the page can show what it has while
TensorFlow starts; only `save_model` and `load_model` know the networks.
"""

from pathlib import Path
from typing import Any

import numpy as np

from mnistlab.hub.card import Card, installed_versions
from mnistlab.hub.configuration import configure
from mnistlab.hub.files import (
    MAX_JSON_BYTES,
    WeightsError,
    quoted,
    read_bounded,
    read_json,
    write_atomically,
)
from mnistlab.hub.manifest import (
    KNOWN_FILES,
    MODEL_IDS,
    Manifest,
    check_manifest,
    read_manifest,
    write_manifest,
)
from mnistlab.hub.tensors import TensorSpec, read_tensors, save_tensors

__all__ = [
    "KNOWN_FILES",
    "MODEL_IDS",
    "Card",
    "Manifest",
    "TensorSpec",
    "WeightsError",
    "check_manifest",
    "installed_versions",
    "load_model",
    "read_card",
    "read_json",
    "read_manifest",
    "read_tensors",
    "save_model",
    "save_tensors",
    "write_manifest",
]


def read_card(folder: Path, model_id: str) -> Card:
    """Read the card of a model.

    Raises:
        WeightsError: it is missing, not a card, or another model's.
    """
    name = f"{model_id}.json"
    card = Card.from_json(read_bounded(folder / name, MAX_JSON_BYTES), name)
    if card.id != model_id:
        raise WeightsError(
            f"{name}: expected the card of {model_id}, found that of {quoted(card.id)}."
        )
    return card


def save_model(folder: Path, model_id: str, model: Any, card: Card) -> None:
    """Write a model's weights and its card; `write_manifest` comes after the last of them.

    Args:
        folder: where to; made if need be.
        model_id: key of `MODELS`.
        model: its `shipped()` names the variables to write.
        card: its configuration must be the one that the model was built from.

    Raises:
        WeightsError: the card is another model's or no model could be built from it, or a weight is
            not finite.
    """
    name = f"{model_id}.json"
    if card.id != model_id:
        raise WeightsError(
            f"{name}: expected the card of {model_id}, found that of {quoted(card.id)}."
        )
    configure(_registry()[model_id].config_type, card.configuration, name)
    tensors = {key: np.asarray(variable) for key, variable in model.shipped().items()}
    save_tensors(folder / f"{model_id}.safetensors", tensors, {"model": model_id})
    write_atomically(folder / name, card.to_json())


def load_model(folder: Path, model_id: str) -> tuple[Any, Card]:
    """Build a fresh model from its card and give it the weights of its file.

    Nothing is assigned before every tensor has been checked, so no model is ever half loaded.
    Whether the folder is what its manifest says is `check_manifest`'s to tell, and trying the model
    on a digit is the caller's.

    Args:
        folder: such as `weights/`.
        model_id: key of `MODELS`.

    Returns:
        The model, and its card.

    Raises:
        WeightsError: a sentence for each thing that was not as expected.
    """
    registry = _registry()
    if model_id not in registry:
        raise WeightsError(f"Unknown model {quoted(model_id)}: there are {', '.join(registry)}.")
    entry = registry[model_id]
    name = f"{model_id}.json"
    card = read_card(folder, model_id)
    config = configure(entry.config_type, card.configuration, name)
    try:
        model = entry.build(config)
    except (
        Exception
    ) as error:  # settings that contradict each other fail in as many ways as nets do
        raise WeightsError(f"{name}: no {model_id} can be built from its settings.") from error
    variables = model.shipped()
    expected = {key: (tuple(v.shape), np.dtype(v.dtype).name) for key, v in variables.items()}
    tensors = read_tensors(folder / f"{model_id}.safetensors", expected)
    for key, variable in variables.items():
        variable.assign(tensors[key])
    return model, card


def _registry() -> Any:
    from mnistlab.models import MODELS  # here, because it brings Keras with it

    return MODELS
