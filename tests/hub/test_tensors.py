"""A safetensors file that anybody may have written gives what was expected, or a sentence."""

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save

from mnistlab.hub.files import WeightsError
from mnistlab.hub.tensors import read_specs, read_tensors, save_tensors

TENSORS = {
    "encoder/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "encoder/bias": np.zeros(3, np.float32),
    "scale": np.full((), 0.5, np.float32),
    "digits": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
}
EXPECTED = {name: (array.shape, array.dtype.name) for name, array in TENSORS.items()}


def raw(header, body=b""):
    """A file with any header at all."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "vae.safetensors"
    save_tensors(path, TENSORS, {"model": "vae"})
    return path


@pytest.mark.parametrize("expected", [EXPECTED, None])
def test_round_trip(path, expected):
    read = read_tensors(path, expected)
    assert read.keys() == TENSORS.keys()
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(read[name], array, strict=True)
        assert read[name].flags.writeable


def test_the_reference_reader_agrees(path):
    for name, array in load_file(path).items():
        np.testing.assert_array_equal(array, TENSORS[name], strict=True)


def test_a_view_is_written_as_it_looks(tmp_path):
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    save_tensors(tmp_path / "x.safetensors", {"a": array.T, "b": array[:, ::2]})
    read = read_tensors(tmp_path / "x.safetensors")
    np.testing.assert_array_equal(read["a"], array.T)
    np.testing.assert_array_equal(read["b"], array[:, ::2])


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.zeros(2), "float64, expected float32 or uint8"),
        (np.array([1, np.inf], np.float32), "expected finite numbers in 'a'"),
    ],
)
def test_what_could_not_be_read_is_not_written(tmp_path, array, found):
    with pytest.raises(WeightsError, match=found):
        save_tensors(tmp_path / "x.safetensors", {"a": array})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [0, 4, 20, 300])
def test_truncated_file_is_refused(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(WeightsError, match=r"^vae.safetensors: expected"):
        read_tensors(path, EXPECTED)


def test_every_truncation_is_refused(path):
    data = path.read_bytes()
    for size in range(len(data)):
        with pytest.raises(WeightsError):
            read_specs(data[:size], "x")


def test_appended_bytes_are_refused(path):
    path.write_bytes(path.read_bytes() + b"0000")
    with pytest.raises(WeightsError, match=r"expected \d+ bytes, found \d+"):
        read_tensors(path)


def test_a_page_in_place_of_the_file_is_refused(path):
    path.write_text("<!DOCTYPE html><html><body>Sign in to the network</body></html>")
    with pytest.raises(WeightsError, match="expected a safetensors file"):
        read_tensors(path)


def test_too_large_a_file_is_not_opened(path):
    with pytest.raises(WeightsError, match="expected at most 100 bytes"):
        read_tensors(path, EXPECTED, max_bytes=100)


def test_giant_declared_header_is_refused(path):
    for length in (2**20 + 1, 2**40, 2**64 - 1):
        path.write_bytes(length.to_bytes(8, "little") + b"{}")
        with pytest.raises(WeightsError, match="declares a header of"):
            read_tensors(path)


def test_giant_declared_tensor_is_refused_before_it_is_made(path):
    entry = {"dtype": "F32", "shape": [2**18, 2**18], "data_offsets": [0, 2**38]}
    path.write_bytes(raw({"a": entry}, b"0000"))
    with pytest.raises(WeightsError, match=r"expected 274,877,\d+,\d+ bytes, found"):
        read_tensors(path)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b"[" * 1000,
        {"a": 1},
        {"a": {"dtype": "F32", "shape": [1]}},
        {"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}},
        {"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": 1, "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1] * 9, "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [2**63], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4.0]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}},
        {"a\n": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
        {"a" * 300: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
        {name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in "ab"},
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {}}',
    ],
    ids=str,
)
def test_unsound_header_is_refused(path, header):
    path.write_bytes(raw(header, b"\0\0\0\0"))
    with pytest.raises(WeightsError, match=r"^vae.safetensors.*: expected"):
        read_tensors(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_refused(path, bad):
    path.write_bytes(save({**TENSORS, "encoder/bias": np.array([0, bad, 0], np.float32)}))
    with pytest.raises(WeightsError) as error:
        read_tensors(path, EXPECTED)
    assert error.value.problems == (
        "vae.safetensors: expected finite numbers in 'encoder/bias', found NaN or infinity.",
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"encoder/kernel": np.zeros((3, 2), np.float32)},
            "expected 'encoder/kernel' to be float32 (2, 3), found float32 (3, 2).",
        ),
        (
            {"encoder/bias": np.zeros(3, np.uint8)},
            "expected 'encoder/bias' to be float32 (3,), found uint8 (3,).",
        ),
        (
            {"../evil": np.zeros(3, np.uint8)},
            "found a tensor '../evil', expected none of that name.",
        ),
    ],
)
def test_what_differs_is_told(path, change, sentence):
    path.write_bytes(save({**TENSORS, **change}))
    with pytest.raises(WeightsError) as error:
        read_tensors(path, EXPECTED)
    assert error.value.problems == (f"vae.safetensors: {sentence}",)


def test_each_missing_tensor_has_its_sentence(path):
    path.write_bytes(save({"digits": TENSORS["digits"]}))
    with pytest.raises(WeightsError) as error:
        read_tensors(path, EXPECTED)
    assert error.value.problems == tuple(
        f"vae.safetensors: expected a tensor '{name}', found none."
        for name in ("encoder/bias", "encoder/kernel", "scale")
    )


@given(st.binary(max_size=200))
def test_any_bytes_give_specs_or_a_weights_error(data):
    with suppress(WeightsError):
        read_specs(data, "x")


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "__metadata__"]),
        st.fixed_dictionaries(
            {
                "dtype": st.sampled_from(["F32", "U8", "F64", 3]),
                "shape": st.lists(st.integers(-1, 3), max_size=3),
                "data_offsets": st.lists(st.integers(-4, 16), min_size=1, max_size=3),
            }
        ),
    ),
    st.binary(max_size=16),
)
def test_any_header_gives_specs_that_fill_the_file_or_a_weights_error(header, body):
    try:
        specs = read_specs(raw(header, body), "x")
    except WeightsError:
        return
    size = {"float32": 4, "uint8": 1}
    assert sum(size[spec.dtype] * int(np.prod(spec.shape)) for spec in specs.values()) == len(body)
