"""Weights from the Hub, whole and unaltered, by a deadline."""

import json
import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from mnistlab.hub.files import WeightsError, quoted
from mnistlab.hub.manifest import Manifest, check_manifest

ROOT = Path(__file__).parents[2]
DEADLINE = 300.0  # seconds for everything
PATIENCE = 10.0  # seconds of silence

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """A folder of the local cache, checked against its manifest, and the commit that it is."""

    folder: Path
    commit: str
    manifest: Manifest


def fetch(name: str, revision: str | None = None, *, deadline: float = DEADLINE) -> Fetched:
    """Fetch the weights of a repository, or find them in the cache.

    A commit (40 hexadecimal digits) that has been fetched before needs no network. Of a branch or a
    tag the Hub is asked for the newest; if it cannot be reached, what was fetched last is taken.

    Args:
        name: `user/repository`.
        revision: branch, tag or commit; `main` by default.
        deadline: seconds after which it is given up, whatever the network does.

    Raises:
        WeightsError: a sentence about what is not there, cannot be reached, or is not as it should.
    """
    end = time.monotonic() + deadline
    folder = _download(name, revision, end, refresh=False)
    try:
        manifest = _check(folder)
    except WeightsError as problem:
        # The client looks at sizes alone, and keeps for good what was damaged on its way.
        logger.warning("Fetching %s again: %s", name, problem)
        folder = _download(name, revision, end, refresh=True)
        manifest = _check(folder)
    return Fetched(folder, folder.name, manifest)


def _check(folder: Path) -> Manifest:
    # the files of a snapshot are links to the blobs beside it
    return check_manifest(folder, within=folder.parents[1])


def _download(name: str, revision: str | None, end: float, *, refresh: bool) -> Path:
    """What `download` gives, in a process of its own that does not outlive the deadline."""
    left = end - time.monotonic()
    request = {
        "name": name,
        "revision": revision or "main",
        "patience": min(PATIENCE, left),
        "refresh": refresh,
    }
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    try:
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "mnistlab.hub.download"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=left,
            env={**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(paths)},
        )
    except subprocess.TimeoutExpired:
        raise WeightsError(f"The Hub did not deliver {quoted(name)} in time.") from None
    if ran.stderr:
        logger.info("Fetching %s: %s", name, ran.stderr.strip())
    if ran.returncode != 0:
        raise WeightsError(f"Fetching {quoted(name)} failed; the log says why.")
    answer = json.loads(ran.stdout.splitlines()[-1])
    if "problem" in answer:
        raise WeightsError(answer["problem"])
    return Path(answer["folder"])
