"""A model's configuration made from a card: known fields, of their declared types, within bounds.

A card may be anybody's, and a configuration decides how much memory a model takes, so no number
goes in unseen.
"""

from collections.abc import Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from mnistlab.hub.files import WeightsError, quoted

MAX_COUNT = 2048  # units of a layer, filters, anything else that is counted
ROOM = 4  # a count may be this many times its default
SMALL = 64  # or this, if that is less
MAX_SIZE = 1e6  # absolute value of a float
MAX_LAYERS = 8  # items of a tuple
MAX_WORD = 60  # characters of a string

Config = TypeVar("Config")


def configure(config_type: type[Config], values: Mapping[str, Any], name: str) -> Config:
    """Build a configuration; fields that are not given keep their defaults.

    Args:
        config_type: a frozen dataclass whose fields are bool, int, float, str, `Literal`, a tuple
            or a union of these.
        values: what to set, as a card holds it.
        name: the card's file name, for the message.

    Raises:
        WeightsError: a field that the class does not have, or a value that its field does not take.
    """
    hints = get_type_hints(config_type)
    defaults = {field.name: field.default for field in fields(config_type)}  # pyright: ignore
    problems = []
    for key, value in values.items():
        if key not in defaults:
            problems.append(f"{name}: {config_type.__name__} has no setting {quoted(key)}.")
            continue
        most = _most(defaults[key])
        if not _fits(value, hints[key], most):
            problems.append(
                f"{name}: expected {quoted(key)} of {config_type.__name__} to be "
                f"{_described(hints[key], most)}, found {quoted(value)}."
            )
    if problems:
        raise WeightsError(*problems)
    try:
        return config_type(**values)
    except (ValueError, TypeError) as error:  # a required field, or the class's own rule
        raise WeightsError(
            f"{name}: {config_type.__name__} refuses its settings: {error}"
        ) from error


def _most(default: Any) -> int:
    """The largest count that a field with this default may hold."""
    counts = default if isinstance(default, tuple) else (default,)
    if not all(type(count) is int for count in counts):
        return MAX_COUNT
    return min(MAX_COUNT, max(SMALL, ROOM * max(counts, default=0)))


def _fits(value: Any, hint: Any, most: int) -> bool:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, one, most) for one in args)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in args)
    if origin is tuple:
        return _fits_tuple(value, args, most)
    if hint is NoneType:
        return value is None
    if hint is bool:
        return type(value) is bool
    if hint is int:
        return type(value) is int and 0 <= value <= most
    if hint is float:
        return type(value) in (int, float) and abs(value) <= MAX_SIZE
    if hint is str:
        return isinstance(value, str) and len(value) <= MAX_WORD
    return False


def _fits_tuple(value: Any, args: tuple[Any, ...], most: int) -> bool:
    if not isinstance(value, tuple):
        return False
    if args[-1:] == (...,):
        return len(value) <= MAX_LAYERS and all(_fits(item, args[0], most) for item in value)
    return len(value) == len(args) and all(
        _fits(item, one, most) for item, one in zip(value, args, strict=True)
    )


def _described(hint: Any, most: int) -> str:
    if get_origin(hint) is tuple:
        inner = _described(get_args(hint)[0], most)
        return f"a list ({inner})"
    name = hint.__name__ if isinstance(hint, type) else str(hint)
    return {
        "int": f"a whole number from 0 to {most}",
        "float": "a number",
        "str": "a word",
        "bool": "true or false",
    }.get(name, name)
