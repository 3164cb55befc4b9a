"""docs/limits.md is what the code says: its sentences and its numbers."""

import gzip
import importlib
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mnistlab.data import digits, picture
from mnistlab.data.digits import read_digits
from mnistlab.hub.manifest import Manifest
from mnistlab.hub.tensors import read_tensors, save_tensors
from mnistlab.ui import api, gate
from tests.limits_table import rows, sentences_in_table


def numbers(text):
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*", text)]


@pytest.mark.parametrize(("what", "value", "place"), rows("What is kept"))
def test_a_number_is_that_of_the_code(what, value, place):
    module, name = place.strip("`").rsplit(".", 1)
    constant = getattr(importlib.import_module(module), name)
    assert numbers(value) == list(constant if isinstance(constant, tuple) else (constant,)), what


def test_what_the_gate_and_the_locks_say_is_in_the_tables():
    told = {value[1] for value in vars(gate).values() if _is_refusal(value)}
    told |= {picture.BUSY, api.WAKING}
    patterns = {
        **sentences_in_table("What a visitor sends"),
        **sentences_in_table("Whoever asks too much"),
    }
    missing = [s for s in told if not any(p.fullmatch(s) for p in patterns)]
    assert not missing


def test_the_bounds_beside_the_sentences_are_those_of_the_code():
    told = {name: bounds for name, bounds, _ in rows("Whoever asks too much")}
    assert numbers(told["calls that wait"]) == [32, gate.WAITING_EACH]
    assert numbers(told["requests of more than 64 kB at a time"]) == list(gate.LARGE_ONES)
    assert numbers(told["open connections for answers"]) == list(gate.STREAMS)
    uploads = [amount / 1e6 for amount in gate.UPLOADS]
    assert numbers(told["uploads to the endpoints"]) == uploads
    assert numbers(told["pictures that are read at a time"]) == [picture.AT_A_TIME]
    assert numbers(told["while the networks are loaded"]) == [api.PATIENCE]


def _is_refusal(value):
    return isinstance(value, tuple) and list(map(type, value)) == [int, str]


def refusals(heading, triggers):
    """Run each trigger; its sentence must be of the table, and each of the table be met."""
    patterns, met = sentences_in_table(heading), set()
    for trigger in triggers:
        with pytest.raises((ValueError, SystemExit)) as told:
            trigger()
        sentence = str(told.value)
        found = [p for p in patterns if p.fullmatch(sentence)]
        assert found, sentence
        met.update(found)
    assert not [p.pattern for p in patterns if p not in met]


def tensor_file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(**changed):
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changed}}


def test_weights_files(tmp_path):
    def read(content, **options):
        path = tmp_path / "vae.safetensors"
        path.write_bytes(content)
        return lambda: (path.write_bytes(content), read_tensors(path, **options))

    save_tensors(tmp_path / "sound.safetensors", {"a": np.ones(2, np.float32)})
    sound = tmp_path / "sound.safetensors"
    (tmp_path / "folder.safetensors").mkdir()
    manifest = {"format_version": 1, "files": {}, "tensors": {}}
    refusals(
        "Weights files",
        [
            lambda: read_tensors(tmp_path / "nothing.safetensors"),
            lambda: read_tensors(tmp_path / "folder.safetensors"),
            lambda: read_tensors(sound, max_bytes=8),
            lambda: read_tensors(sound, expected={"b": ((2,), "float32"), "a": ((2,), "float32")}),
            read(b"\x80\x04"),
            read((2**40).to_bytes(8, "little") + b"{}"),
            read(tensor_file(b"\x80\x04pickle.")),
            read(tensor_file(entry(dtype="F64"), bytes(8))),
            read(tensor_file(entry(shape=[-2]), bytes(8))),
            read(tensor_file(entry(shape=[2**39, 2**39]), bytes(8))),
            read(tensor_file(entry(), np.array([1, np.nan], "<f4").tobytes())),
            lambda: Manifest.from_json(json.dumps({**manifest, "format_version": 2})),
            lambda: Manifest.from_json(json.dumps({**manifest, "files": {"../../x.py": {}}})),
        ],
    )


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_data_files(tmp_path, digits_path):
    made = iter(range(100))

    def npz_of(content):
        path = tmp_path / f"{next(made)}.npz"
        path.write_bytes(content)
        return lambda: read_digits(path)

    def idx_of(content):
        folder = tmp_path / str(next(made))
        folder.mkdir()
        (folder / "train-images-idx3-ubyte").write_bytes(content)
        return lambda: read_digits(folder)

    small = np.zeros(3, np.uint8)
    plain = {"y_train": small, "x_test": small, "y_test": small}
    refusals(
        "Data files",
        [
            lambda: read_digits(tmp_path / "nothing"),
            lambda: read_digits(tmp_path),
            npz_of(b"PK\3\4"),
            npz_of(npz(**plain)),
            npz_of(npz(**plain, x_train=np.array([{}], object))),
            npz_of(_bomb()),
            idx_of(gzip.compress(b"hello")[:-4]),
            idx_of(b"hello"),
            idx_of(bytes([0, 0, 8, 3]) + b"\xff" * 12),
            idx_of(gzip.compress(bytes(100_000_001), 1)),
            lambda: read_digits(digits_path),
        ],
    )


def _bomb():
    """An .npz of 100 kB whose first array would fill 100 MB and more."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in digits.SHAPES:
            archive.writestr(f"{name}.npy", bytes(100_000_001) if name == "x_train" else b"")
    return file.getvalue()


def test_a_header_that_promises_more_than_there_is_allocates_nothing(tmp_path):
    header = np.lib.format.magic(1, 0) + b"\x76\x00"
    text = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,), }"
    path = tmp_path / "large.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in digits.SHAPES:
            archive.writestr(f"{name}.npy", header + text.ljust(117) + b"\n" + b"1234")
    with pytest.raises(ValueError, match="something other than plain arrays"):
        read_digits(path)


def test_the_command_line(capsys):
    import app
    import train

    triggers = {
        "app": (app.parse, [["--port", "0"], ["--port", "x" * 99], ["--port", "65536"]]),
        "train": (
            train.parse,
            [
                ["--epochs", "0"],
                ["--epochs", "²"],
                ["--seed", "-1"],
                ["--seed", "1" * 40],
                ["--jobs", "0"],
                ["cnn"],
            ],
        ),
    }
    patterns = sentences_in_table("The command line")
    met = set()
    for parse, lines in triggers.values():
        for line in lines:
            with pytest.raises(SystemExit) as ended:
                parse(line)
            assert ended.value.code == 2
            sentence = capsys.readouterr().err.strip().splitlines()[-1].split(": error: ")[1]
            found = [p for p in patterns if p.fullmatch(sentence)]
            assert found, sentence
            assert len(sentence) < 200
            met.update(found)
    assert met == set(patterns)


def test_a_port_that_is_taken_is_said(monkeypatch):
    import app

    def taken(*args, **kwargs):
        raise OSError("Cannot find empty port")

    monkeypatch.setattr(app, "launch", taken)
    with pytest.raises(SystemExit, match=r"nothing can listen at 127\.0\.0\.1:7860"):
        app.main(["--host", "127.0.0.1", "--port", "7860"])


def test_nothing_that_loads_code_is_in_the_loading_path():
    code = re.compile(
        r"import (pickle|h5py)|\.load_weights\(|\bmodels\.load_model|pickle=True|\b(eval|exec)\("
    )
    package = Path(gate.__file__).parents[1]
    for room in ("hub", "inference", "data"):
        for file in (package / room).rglob("*.py"):
            assert not code.search(file.read_text(encoding="utf-8")), file.name
