"""Arrays in a safetensors file: a JSON header of names, dtypes, shapes and offsets, then the bytes.

No code and no pickle. Reading needs numpy alone, and nothing is allocated by what the header says
before its sizes have been shown to add up to the size of the file.
Format: https://github.com/huggingface/safetensors#format
"""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save

from mnistlab.hub.files import (
    WeightsError,
    file_name,
    from_json,
    quoted,
    read_bounded,
    write_atomically,
)

MAX_TENSOR_BYTES = 64 * 2**20
MAX_HEADER_BYTES = 2**20
MAX_RANK = 8
MAX_NAME = 200  # characters
PREFIX = 8  # bytes that hold the header's length
DTYPES = {"F32": np.dtype("<f4"), "U8": np.dtype("u1")}


class TensorSpec(NamedTuple):
    """What a tensor must look like: its shape, and "float32" or "uint8"."""

    shape: tuple[int, ...]
    dtype: str


class _Slot(NamedTuple):
    spec: TensorSpec
    begin: int  # in the file
    end: int


def save_tensors(
    path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays to a safetensors file, which a reader sees whole or not at all.

    Args:
        path: the file; its folder is made if need be.
        tensors: arrays by name, float32 (finite) or uint8.
        metadata: a few words to keep in the header.

    Raises:
        WeightsError: an array of another dtype, or one that is not finite.
    """
    name = file_name(path)
    arrays = {}
    for key, value in tensors.items():
        array = np.asarray(value)
        if array.dtype.name not in ("float32", "uint8"):
            raise WeightsError(f"{name}: {key} is {array.dtype}, expected float32 or uint8.")
        arrays[key] = np.ascontiguousarray(array).reshape(array.shape)  # () stays ()
    _check_finite(arrays, name)
    write_atomically(path, save(arrays, metadata=dict(metadata) if metadata else None))


def read_tensors(
    path: Path,
    expected: Mapping[str, tuple[tuple[int, ...], str]] | None = None,
    max_bytes: int = MAX_TENSOR_BYTES,
) -> dict[str, np.ndarray]:
    """Read a safetensors file that anybody may have written.

    Args:
        path: the file.
        expected: shape and dtype of every tensor it must hold, and no other; None takes what is
            there.
        max_bytes: the largest file that is opened.

    Returns:
        Arrays by name, float32 or uint8, all finite.

    Raises:
        WeightsError: a sentence for each thing that is not as expected.
    """
    name = file_name(path)
    data = read_bounded(path, max_bytes)
    slots = _slots(data, name)
    if expected is not None:
        check_specs({key: slot.spec for key, slot in slots.items()}, expected, name)
    arrays = {
        key: np.frombuffer(
            data[slot.begin : slot.end], "<f4" if slot.spec.dtype == "float32" else "u1"
        )
        .reshape(slot.spec.shape)
        .astype(slot.spec.dtype)
        for key, slot in slots.items()
    }
    _check_finite(arrays, name)
    return arrays


def read_specs(data: bytes, name: str) -> dict[str, TensorSpec]:
    """What a safetensors file, given as its bytes, holds: shape and dtype by name.

    Raises:
        WeightsError: it is no sound safetensors file.
    """
    return {key: slot.spec for key, slot in _slots(data, name).items()}


def check_specs(
    found: Mapping[str, TensorSpec],
    expected: Mapping[str, tuple[tuple[int, ...], str]],
    name: str,
) -> None:
    """Raise WeightsError with a sentence for each tensor that is missing, foreign or different."""
    problems = []
    for key in sorted(expected.keys() | found.keys()):
        if key not in found:
            problems.append(f"{name}: expected a tensor {quoted(key)}, found none.")
        elif key not in expected:
            problems.append(f"{name}: found a tensor {quoted(key)}, expected none of that name.")
        elif tuple(found[key]) != tuple(expected[key]):
            problems.append(
                f"{name}: expected {quoted(key)} to be {_described(*expected[key])}, "
                f"found {_described(*found[key])}."
            )
    if problems:
        raise WeightsError(*problems)


def _described(shape: tuple[int, ...], dtype: str) -> str:
    return f"{dtype} {quoted(tuple(shape))}"


def _check_finite(arrays: Mapping[str, np.ndarray], name: str) -> None:
    problems = [
        f"{name}: expected finite numbers in {quoted(key)}, found NaN or infinity."
        for key, array in arrays.items()
        if array.dtype != np.uint8 and not np.isfinite(array).all()
    ]
    if problems:
        raise WeightsError(*problems)


def _slots(data: bytes, name: str) -> dict[str, _Slot]:
    """Where each tensor lies, after checking that together they fill the file exactly."""
    if len(data) < PREFIX:
        raise WeightsError(f"{name}: expected a safetensors file, found {len(data)} bytes.")
    length = int.from_bytes(data[:PREFIX], "little")
    start = PREFIX + length
    if length > MAX_HEADER_BYTES or start > len(data):
        raise WeightsError(
            f"{name}: expected a safetensors file, found one that declares a header of {length:,} "
            f"bytes in a file of {len(data):,}."
        )
    header = from_json(data[PREFIX:start], f"{name} (header)")
    if not isinstance(header, dict):
        raise WeightsError(f"{name}: expected a header of named tensors, found {quoted(header)}.")
    header.pop("__metadata__", None)
    slots = {key: _slot(key, entry, start, name) for key, entry in header.items()}
    reached = start
    for key, slot in sorted(slots.items(), key=lambda item: item[1][1:]):
        if slot.begin != reached:
            raise WeightsError(
                f"{name}: expected {quoted(key)} at byte {reached}, found {slot.begin}."
            )
        reached = slot.end
    if reached != len(data):
        raise WeightsError(f"{name}: expected {reached:,} bytes, found {len(data):,}.")
    return slots


def _slot(key: str, entry: Any, start: int, name: str) -> _Slot:
    """One entry of a header, such as {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}."""
    if len(key) > MAX_NAME or not key.isprintable():
        raise WeightsError(f"{name}: expected a plain name for a tensor, found {quoted(key)}.")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise WeightsError(
            f"{name}: expected dtype, shape and offsets of {quoted(key)}, found {quoted(entry)}."
        )
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise WeightsError(f"{name}: expected F32 or U8 for {quoted(key)}, found {quoted(dtype)}.")
    if not is_shape(shape):
        raise WeightsError(f"{name}: expected a shape for {quoted(key)}, found {quoted(shape)}.")
    if not is_shape(offsets) or len(offsets) != 2:
        raise WeightsError(
            f"{name}: expected two offsets for {quoted(key)}, found {quoted(offsets)}."
        )
    size = prod(shape) * DTYPES[dtype].itemsize
    if offsets[1] - offsets[0] != size:
        raise WeightsError(
            f"{name}: expected {size:,} bytes for {quoted(key)} of shape {quoted(shape)}, "
            f"found {offsets[1] - offsets[0]:,}."
        )
    spec = TensorSpec(tuple(shape), DTYPES[dtype].name)
    return _Slot(spec, start + offsets[0], start + offsets[1])


def is_shape(value: Any) -> bool:
    """Whether parsed JSON is a list of at most `MAX_RANK` counts, each below 2**40."""
    return (
        isinstance(value, list)
        and len(value) <= MAX_RANK
        and all(type(side) is int and 0 <= side < 2**40 for side in value)
    )
