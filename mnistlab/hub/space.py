"""Make a Space of this repository: exactly what the app needs, and no more."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import MANIFEST, check_manifest
from mnistlab.hub.publish import Published
from mnistlab.hub.remote import Remote, check_name

ROOT = Path(__file__).parents[2]
TOP = ("README.md", "app.py", "requirements.txt", "LICENSE", "NOTICE.md")
PACKAGE = "mnistlab"
UNUSED = ("training",)  # rooms of the package that the app never enters
THEIRS = {".gitattributes", "README.md", "style.css"}  # what a new Space may hold by itself


def space_contents(weights: Path, root: Path = ROOT) -> dict[str, bytes]:
    """Every file of the Space, by its path there: code, weights, and a README that configures it.

    Args:
        weights: a folder of weights, checked; it becomes `weights/`.
        root: of the repository.

    Raises:
        WeightsError: the weights are not what their manifest says, or the README lacks the lines
            that tell the Hub how to start the app.
    """
    manifest = check_manifest(weights)
    files = {name: (root / name).read_bytes() for name in TOP}
    if not files["README.md"].startswith(b"---\n"):
        raise WeightsError("README.md does not begin with the lines that configure a Space.")
    for path in sorted((root / PACKAGE).rglob("*")):
        inside = path.relative_to(root / PACKAGE).parts
        if path.is_file() and "__pycache__" not in inside and inside[0] not in UNUSED:
            files[path.relative_to(root).as_posix()] = path.read_bytes()
    for name in (*manifest.files, MANIFEST):
        files[f"weights/{name}"] = (weights / name).read_bytes()
    return files


def publish_space(files: Mapping[str, bytes], name: str, *, pause: float = 1.0) -> Published:
    """Make a Space hold exactly these files, in one commit; the Hub then builds and starts it.

    Args:
        files: from `space_contents`.
        name: `user/space`, made if need be.
        pause: seconds before the second attempt at what may pass by itself.

    Raises:
        WeightsError: a sentence; the Space is as it was, unless the sentence says otherwise.
    """
    check_name(name)
    remote = Remote(name, "space", pause=pause)
    state = remote.open()
    there = state.digests.keys()
    if there - THEIRS and f"{PACKAGE}/__init__.py" not in there:
        raise WeightsError(
            f"The Space {name} holds something else: choose another name, or empty it first."
        )
    drop = sorted(there - files.keys() - {".gitattributes"})
    if not drop and all(state.holds(path, data) for path, data in files.items()):
        return Published(state.head, False)
    digest = hashlib.sha256(b"".join(files[path] for path in sorted(files))).hexdigest()
    title = f"mnistlab {digest[:12]}"
    return Published(remote.commit(files, drop=drop, parent=state.head, title=title), True)
