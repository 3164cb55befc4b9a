"""Reading is bounded, writing is whole, JSON is strict."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.hub.files import (
    WeightsError,
    file_name,
    from_json,
    quoted,
    read_bounded,
    read_json,
    to_json,
    write_atomically,
)


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "new folder" / "metrics.json"
    write_atomically(path, b"[1]")
    write_atomically(path, b"[2]")
    assert read_json(path) == [2]
    assert [file.name for file in path.parent.iterdir()] == ["metrics.json"]


def test_failed_writing_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_atomically(path, "text is not bytes")  # pyright: ignore[reportArgumentType]
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_too_large_a_file_is_refused_with_both_sizes(tmp_path):
    (tmp_path / "vae.json").write_bytes(b"x" * 1001)
    with pytest.raises(
        WeightsError, match=r"^vae.json: expected at most 1,000 bytes, found 1,001.$"
    ):
        read_bounded(tmp_path / "vae.json", 1000)


def test_missing_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(WeightsError, match=r"^vae.json is missing.$"):
        read_bounded(tmp_path / "vae.json", 1000)


def test_folder_or_pipe_in_place_of_a_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(WeightsError, match="expected a file"):
            read_bounded(tmp_path / name, 1000)


def test_replays_are_named_with_their_folder(tmp_path):
    assert file_name(tmp_path / "replay" / "vae.safetensors") == "replay/vae.safetensors"
    assert file_name(tmp_path / "vae.safetensors") == "vae.safetensors"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", "line 1, column 1"),
        (b"<!DOCTYPE html><html>", "line 1, column 1"),
        (b'{"a": 1,', "line 1"),
        (b'{"a": NaN}', "the number NaN"),
        (b"-Infinity", "the number -Infinity"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"\xff\xfe", "not UTF-8"),
        (b"1" * 5000, "digits"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 10 + b"]" * 10, "nested too deep"),
    ],
)
def test_bad_json_is_refused_with_what_was_found(text, found):
    with pytest.raises(WeightsError, match=f"^vae.json: expected JSON, found .*{found}"):
        from_json(text, "vae.json")


def test_numbers_that_are_not_finite_are_not_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"loss": float("nan")})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3))
def test_json_round_trip(value):
    assert from_json(to_json(value), "x") == value


def test_foreign_values_are_shown_short_and_escaped():
    assert quoted("a\nb") == r"'a\nb'"
    assert len(quoted("x" * 10_000)) < 100


def test_many_problems_make_a_short_message():
    error = WeightsError(*(f"Problem {n}." for n in range(20)))
    assert str(error).endswith("Problem 4. (15 more.)")
    assert len(error.problems) == 20
