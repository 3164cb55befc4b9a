"""`manifest.json`: size and sha256 of every file in a weights folder, shape and dtype of tensors.

A manifest that comes with the files proves that they arrived whole, not who made them. Only names
in `KNOWN_FILES` are ever looked at, so that no path in a manifest leads anywhere else.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mnistlab.hub.files import (
    MAX_JSON_BYTES,
    WeightsError,
    from_json,
    quoted,
    read_bounded,
    to_json,
    write_atomically,
)
from mnistlab.hub.tensors import MAX_TENSOR_BYTES, TensorSpec, check_specs, is_shape, read_specs

FORMAT_VERSION = 1
MANIFEST = "manifest.json"

# The ids of mnistlab.models.MODELS, held equal by a test: to check a folder must not start Keras.
MODEL_IDS = (
    "vanilla",
    "multilayer",
    "convolutional",
    "sparse",
    "denoising",
    "vae",
    "gan",
    "ae_2d",
    "vae_2d",
    "classifier",
)
KNOWN_FILES = frozenset(
    {"metrics.json", "exhibits.safetensors"}
    | {f"{model_id}.json" for model_id in MODEL_IDS}
    | {f"{folder}{model_id}.safetensors" for model_id in MODEL_IDS for folder in ("", "replay/")}
)


class FileEntry(NamedTuple):
    """What a manifest says of one file."""

    size: int  # bytes
    sha256: str  # 64 hexadecimal digits


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a weights folder holds.

    Args:
        files: size and digest of each file, by its name in the folder.
        tensors: for each `.safetensors` file, shape and dtype of each tensor.
    """

    files: Mapping[str, FileEntry]
    tensors: Mapping[str, Mapping[str, TensorSpec]]

    @property
    def revision(self) -> str:
        """Twelve hexadecimal digits that stand for exactly these files."""
        return hashlib.sha256(self.to_json()).hexdigest()[:12]

    def to_json(self) -> bytes:
        """The text of `manifest.json`."""
        return to_json(
            {
                "format_version": FORMAT_VERSION,
                "files": {name: entry._asdict() for name, entry in self.files.items()},
                "tensors": {
                    name: {key: spec._asdict() for key, spec in specs.items()}
                    for name, specs in self.tensors.items()
                },
            }
        )

    @classmethod
    def from_json(cls, data: bytes | str) -> "Manifest":
        """Parse and validate the text of a manifest.

        Raises:
            WeightsError: it is no manifest of this version, or names a file mnistlab does not know.
        """
        manifest = _members(from_json(data, MANIFEST), {"format_version", "files", "tensors"}, "it")
        version = manifest["format_version"]
        if type(version) is not int or version != FORMAT_VERSION:
            raise WeightsError(
                f"{MANIFEST}: expected format version {FORMAT_VERSION}, found {quoted(version)}; "
                "another release of mnistlab wrote it."
            )
        files = {
            _known(name): _file_entry(name, entry)
            for name, entry in _object(manifest["files"], "files").items()
        }
        tensors = {
            _known(name): {
                key: _tensor_spec(f"{name}, {quoted(key)}", spec)
                for key, spec in _object(specs, f"the tensors of {quoted(name)}").items()
            }
            for name, specs in _object(manifest["tensors"], "tensors").items()
        }
        described = {name for name in files if name.endswith(".safetensors")}
        if tensors.keys() != described:
            odd = sorted(tensors.keys() ^ described)[0]
            raise WeightsError(
                f"{MANIFEST}: expected both a digest and the tensors of {odd}, found one."
            )
        return cls(files=files, tensors=tensors)


def write_manifest(folder: Path) -> Manifest:
    """Describe every known file of a weights folder in its `manifest.json`.

    Raises:
        WeightsError: a file is no sound safetensors file, or too large.
    """
    files, tensors = {}, {}
    for name in sorted(KNOWN_FILES):
        if (folder / name).exists():
            data = _read(folder, name, folder)
            files[name] = _entry_of(data)
            if name.endswith(".safetensors"):
                tensors[name] = read_specs(data, name)
    manifest = Manifest(files=files, tensors=tensors)
    write_atomically(folder / MANIFEST, manifest.to_json())
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read a folder's manifest and check that it is one; the files are `check_manifest`'s."""
    return Manifest.from_json(read_bounded(folder / MANIFEST, MAX_JSON_BYTES))


def check_manifest(
    folder: Path, names: Iterable[str] | None = None, *, within: Path | None = None
) -> Manifest:
    """Compare a weights folder with its manifest.

    Args:
        folder: the folder.
        names: the files to compare, of those in `KNOWN_FILES`; by default every one that is in the
            folder or the manifest. Files that mnistlab does not know are never looked at.
        within: where links in the folder may lead; by default nowhere outside it.

    Raises:
        WeightsError: a sentence for each file that is missing, not listed, or not as listed.
    """
    manifest = read_manifest(folder)
    problems: list[str] = []
    for name in sorted(KNOWN_FILES) if names is None else names:
        if names is None and name not in manifest.files and not (folder / name).exists():
            continue
        try:
            _check_file(folder, name, manifest, within or folder)
        except WeightsError as error:
            problems += error.problems
    if problems:
        raise WeightsError(*problems)
    return manifest


def _check_file(folder: Path, name: str, manifest: Manifest, within: Path) -> None:
    if name not in manifest.files:
        raise WeightsError(f"{name}: expected it in {MANIFEST}, which does not list it.")
    data = _read(folder, name, within)
    listed, found = manifest.files[name], _entry_of(data)
    if found.size != listed.size:
        raise WeightsError(f"{name}: expected {listed.size:,} bytes, found {found.size:,}.")
    if found.sha256 != listed.sha256:
        raise WeightsError(
            f"{name}: expected sha256 {listed.sha256[:12]}..., found {found.sha256[:12]}...."
        )
    if name in manifest.tensors:
        check_specs(read_specs(data, name), manifest.tensors[name], name)


def _read(folder: Path, name: str, within: Path) -> bytes:
    path = folder / name
    if not path.resolve().is_relative_to(within.resolve()):
        raise WeightsError(
            f"{name}: expected a file of the folder, found a link that leads out of it."
        )
    return read_bounded(path, MAX_JSON_BYTES if name.endswith(".json") else MAX_TENSOR_BYTES)


def _entry_of(data: bytes) -> FileEntry:
    return FileEntry(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _known(name: str) -> str:
    if name not in KNOWN_FILES:
        raise WeightsError(f"{MANIFEST}: {quoted(name)} is not a file that mnistlab knows.")
    return name


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WeightsError(f"{MANIFEST}: expected {what} to be an object, found {quoted(value)}.")
    return value


def _members(value: Any, names: set[str], what: str) -> dict[str, Any]:
    members = _object(value, what)
    if members.keys() != names:
        raise WeightsError(
            f"{MANIFEST}: expected {what} to have {', '.join(sorted(names))}, "
            f"found {quoted(sorted(members))}."
        )
    return members


def _file_entry(name: str, value: Any) -> FileEntry:
    entry = _members(value, {"size", "sha256"}, name)
    size, digest = entry["size"], entry["sha256"]
    if type(size) is not int or size < 0:
        raise WeightsError(
            f"{MANIFEST}: expected a size in bytes for {name}, found {quoted(size)}."
        )
    if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise WeightsError(f"{MANIFEST}: expected a sha256 for {name}, found {quoted(digest)}.")
    return FileEntry(size=size, sha256=digest)


def _tensor_spec(what: str, value: Any) -> TensorSpec:
    spec = _members(value, {"shape", "dtype"}, what)
    if not is_shape(spec["shape"]):
        raise WeightsError(
            f"{MANIFEST}: expected a shape for {what}, found {quoted(spec['shape'])}."
        )
    if spec["dtype"] not in ("float32", "uint8"):
        raise WeightsError(
            f"{MANIFEST}: expected a dtype for {what}, found {quoted(spec['dtype'])}."
        )
    return TensorSpec(shape=tuple(spec["shape"]), dtype=spec["dtype"])
