"""A folder is what its manifest says, or there is a sentence for each thing that is not."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import (
    KNOWN_FILES,
    MANIFEST,
    MODEL_IDS,
    Manifest,
    check_manifest,
    read_manifest,
    write_manifest,
)
from mnistlab.hub.tensors import TensorSpec, save_tensors

DIGEST = "0" * 64


def text(files=None, tensors=None, version=1):
    """The text of a manifest."""
    return json.dumps({"format_version": version, "files": files or {}, "tensors": tensors or {}})


@pytest.fixture
def folder(tmp_path):
    """A weights folder with one model, its replay, and a manifest over them."""
    folder = tmp_path / "weights"
    save_tensors(folder / "vae.safetensors", {"kernel": np.ones((2, 3), np.float32)})
    save_tensors(folder / "replay" / "vae.safetensors", {"frames": np.zeros((4, 2), np.uint8)})
    (folder / "vae.json").write_text("{}\n")
    write_manifest(folder)
    return folder


def problems(folder, names=None):
    with pytest.raises(WeightsError) as error:
        check_manifest(folder, names)
    return error.value.problems


def test_ids_are_those_of_the_registry():
    from mnistlab.models import MODELS

    assert tuple(MODELS) == MODEL_IDS


def test_round_trip(folder):
    manifest = check_manifest(folder)
    assert manifest == read_manifest(folder) == Manifest.from_json(manifest.to_json())
    assert list(manifest.files) == ["replay/vae.safetensors", "vae.json", "vae.safetensors"]
    assert manifest.files["vae.json"].size == 3
    assert manifest.tensors["vae.safetensors"] == {"kernel": TensorSpec((2, 3), "float32")}


def test_writing_twice_gives_the_same_bytes(folder):
    before = (folder / MANIFEST).read_bytes()
    write_manifest(folder)
    assert (folder / MANIFEST).read_bytes() == before


def test_flipped_byte_is_told(folder):
    data = bytearray((folder / "vae.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "vae.safetensors").write_bytes(data)
    (problem,) = problems(folder)
    assert problem.startswith("vae.safetensors: expected sha256 ")


def test_each_fault_has_its_sentence(folder):
    (folder / "vae.json").write_text("{ }\n")
    (folder / "vae.safetensors").unlink()
    (folder / "metrics.json").write_text("{}")
    assert problems(folder) == (
        "metrics.json: expected it in manifest.json, which does not list it.",
        "vae.json: expected 3 bytes, found 4.",
        "vae.safetensors is missing.",
    )


def test_only_the_names_asked_for_are_compared(folder):
    (folder / "vae.json").write_text("{ }\n")
    assert check_manifest(folder, ["vae.safetensors"])
    assert problems(folder, ["gan.json"]) == (
        "gan.json: expected it in manifest.json, which does not list it.",
    )


def test_tensors_that_are_not_as_listed_are_told(folder):
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["tensors"]["vae.safetensors"]["kernel"]["shape"] = [3, 2]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert problems(folder) == (
        "vae.safetensors: expected 'kernel' to be float32 (3, 2), found float32 (2, 3).",
    )


def test_files_that_mnistlab_does_not_know_are_left_alone(folder):
    (folder / "README.md").write_text("A model card of the Hub.")
    (folder / "evil.py").write_text("raise SystemExit")
    assert check_manifest(folder)
    assert write_manifest(folder).files.keys() <= KNOWN_FILES


def test_link_out_of_the_folder_is_refused(folder, tmp_path):
    (tmp_path / "elsewhere").write_text("{}\n")
    (folder / "vae.json").unlink()
    (folder / "vae.json").symlink_to(tmp_path / "elsewhere")
    (problem,) = problems(folder)
    assert problem == "vae.json: expected a file of the folder, found a link that leads out of it."


def test_folder_that_is_itself_a_link_is_fine(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert check_manifest(tmp_path / "link")


@pytest.mark.parametrize(
    "name",
    [
        "evil.py",
        "../vae.json",
        "replay/../vae.json",
        "/etc/passwd",
        "C:\\vae.json",
        "./vae.json",
        "vae.json/",
        "vae.json\0",
        "manifest.json",
        "replay/vae.json",
        "",
    ],
)
@pytest.mark.parametrize("section", ["files", "tensors"])
def test_unknown_name_is_refused(name, section):
    entries = {"files": {name: {"size": 1, "sha256": DIGEST}}, "tensors": {name: {}}}
    with pytest.raises(WeightsError, match="is not a file that mnistlab knows"):
        Manifest.from_json(text(**{section: entries[section]}))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ("[]", "expected it to be an object"),
        ("{}", "expected it to have files, format_version, tensors, found"),
        (text(version=2), "expected format version 1, found 2; another release"),
        (text(version=True), "expected format version 1, found True"),
        (text(files={"vae.json": {"size": 1}}), "expected vae.json to have sha256, size"),
        (text(files={"vae.json": {"size": -1, "sha256": DIGEST}}), "expected a size in bytes"),
        (text(files={"vae.json": {"size": 1.0, "sha256": DIGEST}}), "expected a size in bytes"),
        (
            text(files={"vae.json": {"size": 1, "sha256": DIGEST.upper() + "A"}}),
            "expected a sha256",
        ),
        (text(files={"vae.safetensors": {"size": 1, "sha256": DIGEST}}), "found one"),
        (text(tensors={"vae.safetensors": {}}), "found one"),
        (text(tensors={"vae.safetensors": {"a": {"shape": [-1], "dtype": "float32"}}}), "a shape"),
        (text(tensors={"vae.safetensors": {"a": {"shape": [1], "dtype": "object"}}}), "a dtype"),
        (text(tensors={"vae.safetensors": {"a": {"shape": [1], "dtype": ["x"]}}}), "a dtype"),
    ],
)
def test_bad_manifest_is_refused_with_a_sentence(manifest, sentence):
    with pytest.raises(WeightsError, match=r"^manifest.json: ") as error:
        Manifest.from_json(manifest)
    assert sentence in str(error.value)


def test_no_manifest_is_a_sentence(tmp_path):
    assert problems(tmp_path) == ("manifest.json is missing.",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {
        "format_version": st.just(1) | JSON,
        "files": JSON
        | st.dictionaries(
            st.sampled_from([*sorted(KNOWN_FILES), "../x"]),
            JSON | st.fixed_dictionaries({"size": st.integers(), "sha256": st.just(DIGEST) | JSON}),
            max_size=2,
        ),
        "tensors": JSON
        | st.dictionaries(
            st.sampled_from(sorted(KNOWN_FILES)),
            JSON
            | st.dictionaries(
                st.text(max_size=3),
                st.fixed_dictionaries(
                    {"shape": JSON | st.lists(st.integers(0, 3)), "dtype": st.just("uint8") | JSON}
                ),
                max_size=2,
            ),
            max_size=2,
        ),
    }
)


@given(JSON | NEARLY)
def test_any_json_gives_a_manifest_or_a_weights_error(value):
    try:
        manifest = Manifest.from_json(json.dumps(value))
    except WeightsError:
        return
    assert manifest.files.keys() <= KNOWN_FILES
    assert Manifest.from_json(manifest.to_json()) == manifest


@given(st.text() | st.binary())
def test_any_text_gives_a_manifest_or_a_weights_error(data):
    with pytest.raises(WeightsError, match=r"^manifest.json: "):
        Manifest.from_json(data)
