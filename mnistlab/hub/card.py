"""The card beside a weights file: what the model is, how it was fitted and how well that went."""

import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mnistlab.hub.files import WeightsError, from_json, quoted, to_json

MAX_SEED = 2**32 - 1
MAX_TEXT = 100  # characters of a name or a version
MAX_ENTRIES = 200  # of a mapping
MAX_EPOCHS = 100_000
VERSIONED = ("tensorflow", "keras", "numpy")


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is known of one fitted model. Every value is checked, wherever it comes from.

    Args:
        id: key of `MODELS`.
        configuration: fields of the model's configuration; lists become tuples.
        seed: of the run, in [0, 2**32 - 1].
        epochs: how many were fitted.
        minutes: how long that took.
        versions: of python and the packages that matter; see `installed_versions`.
        parameters: how many numbers the weights file holds.
        history: for each metric, its value at the end of each epoch.
        metrics: the held-out figures by name.

    Raises:
        WeightsError: a value is not of its kind; the message names it.
    """

    id: str
    configuration: Mapping[str, Any]
    seed: int
    epochs: int
    minutes: float
    versions: Mapping[str, str]
    parameters: int
    history: Mapping[str, tuple[float, ...]]
    metrics: Mapping[str, float]

    def __post_init__(self) -> None:
        name = f"{self.id}.json" if _is_text(self.id) else "the card"
        found = {field.name: _with_tuples(getattr(self, field.name)) for field in fields(self)}
        for key, value in found.items():
            expected, is_valid = _FIELDS[key]
            if not is_valid(value):
                raise WeightsError(f"{name}: expected {expected} as {key}, found {quoted(value)}.")
            object.__setattr__(self, key, value)

    def to_json(self) -> bytes:
        """The text of `<id>.json`."""
        return to_json(asdict(self))

    @classmethod
    def from_json(cls, data: bytes | str, name: str = "the card") -> "Card":
        """Parse and validate the text of a card.

        Args:
            data: the text.
            name: the file's name, for the message.

        Raises:
            WeightsError: it is not a card; the message says what was expected.
        """
        card = from_json(data, name)
        expected = {field.name for field in fields(cls)}
        if not isinstance(card, dict):
            raise WeightsError(f"{name}: expected a card, found {quoted(card)}.")
        problems = [
            f"{name}: expected a field {quoted(key)}, found none." for key in expected - card.keys()
        ]
        problems += [f"{name}: expected no field {quoted(key)}." for key in card.keys() - expected]
        if problems:
            raise WeightsError(*sorted(problems))
        return cls(**card)


def installed_versions() -> dict[str, str]:
    """Versions of python, tensorflow, keras and numpy, without importing any of them."""
    versions = {"python": platform.python_version()}
    for package in VERSIONED:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # such as tensorflow-cpu in place of tensorflow
            versions[package] = "unknown"
    return versions


def _with_tuples(value: Any) -> Any:
    """Lists made tuples, all the way down: what JSON gives becomes what a configuration holds."""
    if isinstance(value, list | tuple):
        return tuple(_with_tuples(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _with_tuples(item) for key, item in value.items()}
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable()


def _is_count(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _is_number(value: Any) -> bool:
    try:
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        )
    except OverflowError:  # an int beyond every float
        return False


def _is_plain(value: Any) -> bool:
    """Whether a value may stand in a configuration."""
    if isinstance(value, tuple):
        return len(value) <= MAX_ENTRIES and all(_is_plain(item) for item in value)
    return (
        value is None or type(value) is bool or value == "" or _is_text(value) or _is_number(value)
    )


def _is_mapping(value: Any, of: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MAX_ENTRIES
        and all(_is_text(key) and of(item) for key, item in value.items())
    )


def _is_series(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) <= MAX_EPOCHS and all(map(_is_number, value))


_FIELDS = {
    "id": ("a name", _is_text),
    "configuration": ("names with plain values", lambda value: _is_mapping(value, _is_plain)),
    "seed": (f"a whole number up to {MAX_SEED}", lambda value: _is_count(value, MAX_SEED)),
    "epochs": (f"a whole number up to {MAX_EPOCHS}", lambda value: _is_count(value, MAX_EPOCHS)),
    "minutes": ("a number from 0", lambda value: _is_number(value) and value >= 0),
    "versions": ("names with versions", lambda value: _is_mapping(value, _is_text)),
    "parameters": ("a whole number up to a billion", lambda value: _is_count(value, 10**9)),
    "history": ("names with finite numbers each", lambda value: _is_mapping(value, _is_series)),
    "metrics": ("names with finite numbers", lambda value: _is_mapping(value, _is_number)),
}
