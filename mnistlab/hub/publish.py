"""Publish a folder of weights: one commit of everything, with a model card, and a tag."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import KNOWN_FILES, MANIFEST, MODEL_IDS, Manifest, check_manifest
from mnistlab.hub.model_card import PICTURE, model_card, picture
from mnistlab.hub.remote import Remote, check_name, check_tag
from mnistlab.hub.store import read_card, read_json

CARD = "README.md"
OURS = KNOWN_FILES | {MANIFEST, CARD, PICTURE}


@dataclass(frozen=True)
class Published:
    """Where the weights are now.

    Args:
        commit: 40 hexadecimal digits, which stand for exactly these files for good.
        changed: False if the repository held them already.
    """

    commit: str
    changed: bool


def contents(folder: Path, name: str, table: str) -> dict[str, bytes]:
    """Every file that would be published, checked, by its path in the repository.

    Args:
        folder: such as `weights/`.
        name: of the repository, which the model card mentions.
        table: the figures of `metrics.json` in Markdown.

    Raises:
        WeightsError: a file is not what the manifest says, or a model does not load.
    """
    check_name(name)
    manifest = check_manifest(folder)
    missing = {"metrics.json", "exhibits.safetensors"} - manifest.files.keys()
    if missing:
        raise WeightsError(f"{min(missing)} is missing: `train.py --evaluate` writes it.")
    files = {path: (folder / path).read_bytes() for path in (*manifest.files, MANIFEST)}
    ids = [name for name in MODEL_IDS if f"{name}.safetensors" in manifest.files]
    cards = {model_id: read_card(folder, model_id) for model_id in ids}
    card = model_card(name, cards, read_json(folder / "metrics.json"), table)
    return files | {CARD: card.encode(), PICTURE: picture(folder)}


def publish(
    files: Mapping[str, bytes],
    name: str,
    *,
    private: bool = False,
    tag: str | None = None,
    pause: float = 1.0,
) -> Published:
    """Make a repository hold exactly these files, in one commit, and tag it.

    Files of an earlier publication that are none of these go in the same commit; whatever else is
    in the repository stays. What is there already is not sent again.

    Args:
        files: from `contents`.
        name: `user/repository`, made if need be.
        private: make it a private one; a public one is refused.
        tag: a name for the commit.
        pause: seconds before the second attempt at what may pass by itself.

    Raises:
        WeightsError: a sentence; the repository is as it was, unless the sentence says otherwise.
    """
    if tag is not None:
        check_tag(tag)
    remote = Remote(name, pause=pause)
    state = remote.open(private=private)
    drop = sorted(state.digests.keys() & OURS - files.keys())
    changed = bool(drop) or not all(state.holds(path, data) for path, data in files.items())
    tagged = remote.tags().get(tag) if tag is not None else None
    if tagged is not None and (changed or tagged != state.head):
        raise WeightsError(
            f"{name} has a tag {tag} already, for commit {tagged[:12]}: choose another. "
            "Nothing was changed there."
        )
    commit = state.head
    if changed:
        title = f"Weights {Manifest.from_json(files[MANIFEST]).revision}"
        commit = remote.commit(files, drop=drop, parent=state.head, title=title)
    if tag is not None and tagged is None:
        try:
            remote.tag(tag, commit)
        except WeightsError as problem:
            raise WeightsError(
                f"The weights are published as commit {commit[:12]}, but without the tag {tag}. "
                f"{problem} Run this again to set it."
            ) from problem
    return Published(commit, changed)
