"""Files of a weights folder: never more read than is allowed, written whole or not at all.

Whatever comes from the Hub is somebody else's file, so reading starts from the size on disk, never
from what a file says of itself.
"""

import json
import os
import secrets
import stat
from pathlib import Path
from typing import Any

MAX_JSON_BYTES = 4 * 2**20
SHOWN = 60  # characters of a foreign value that a message repeats
MAX_DEPTH = 8  # of brackets in JSON
SPOKEN = 5  # faults that one message tells


class WeightsError(ValueError):
    """A weights folder cannot be trusted or read; one sentence per fault, fit to be shown.

    Args:
        problems: what was expected and what was found, a sentence each.
    """

    def __init__(self, *problems: str) -> None:
        rest = len(problems) - SPOKEN
        super().__init__(" ".join([*problems[:SPOKEN], *([f"({rest} more.)"] if rest > 0 else [])]))
        self.problems = problems


def file_name(path: Path) -> str:
    """The name to show: as in the manifest, so without the folders of whoever runs this."""
    return f"{path.parent.name}/{path.name}" if path.parent.name == "replay" else path.name


def quoted(value: object) -> str:
    """A foreign value as a message may repeat it: escaped and short."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Read a whole file of at most `max_bytes`.

    Raises:
        WeightsError: the file is missing, no regular file, too large, or changes while it is read.
    """
    name = file_name(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would block for ever
            raise WeightsError(f"{name}: expected a file, found something else of that name.")
        if found.st_size > max_bytes:
            raise WeightsError(
                f"{name}: expected at most {max_bytes:,} bytes, found {found.st_size:,}."
            )
        with path.open("rb") as file:
            data = file.read(found.st_size + 1)
    except FileNotFoundError:
        raise WeightsError(f"{name} is missing.") from None
    except OSError as error:
        raise WeightsError(f"{name} cannot be read: {error.strerror}.") from None
    if len(data) != found.st_size:
        raise WeightsError(f"{name} changed while it was read; try again.")
    return data


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a crash, leaves the old one or the new, nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def to_json(value: Any) -> bytes:
    """JSON as weights/ keeps it: readable, with a final newline, and finite numbers only.

    Raises:
        ValueError: a number is not finite.
    """
    return (json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


def from_json(data: bytes | str, name: str) -> Any:
    """Parse JSON strictly: UTF-8, no NaN, no key twice, no nesting beyond reason.

    Args:
        data: the text.
        name: the file's name, for the message.

    Raises:
        WeightsError: it is not such JSON.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_twins)
        _refuse_depth(value)
        return value
    except RecursionError:
        raise WeightsError(f"{name}: expected JSON, found brackets nested too deep.") from None
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, an int of too many digits
        raise WeightsError(f"{name}: expected JSON, found {_where(error)}.") from None


def read_json(path: Path, max_bytes: int = MAX_JSON_BYTES) -> Any:
    """Read a JSON file of a weights folder; `read_bounded` and `from_json` say what is refused."""
    return from_json(read_bounded(path, max_bytes), file_name(path))


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"the number {constant}")


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key that stands twice in one object")
    return members


def _refuse_depth(value: Any) -> None:
    boxes = [value]
    for _ in range(MAX_DEPTH + 1):
        boxes = [item for box in boxes if isinstance(box, dict | list) for item in _items(box)]
    if boxes:
        raise RecursionError


def _items(box: dict | list) -> list:
    return list(box.values() if isinstance(box, dict) else box)


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"an error in line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are not UTF-8"
    return str(error)
