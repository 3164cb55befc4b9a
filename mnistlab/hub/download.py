"""Download a repository of weights: the process that `fetch` starts, and ends if it takes too long.

The Hub's client may wait for minutes, or for ever, on a network that swallows what it is sent;
nothing but a process can be stopped for certain.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, get_token, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import KNOWN_FILES, MANIFEST, read_manifest
from mnistlab.hub.remote import COMMIT, check_name, check_revision, explain

WANTED = KNOWN_FILES | {MANIFEST}
MAX_BYTES = 128 * 2**20  # of all files together
PAUSES = (1.0, 3.0)  # seconds before the second and the third attempt


def main() -> None:
    """Read what to download as JSON, write where it lies, or what is the matter."""
    if hasattr(os, "nice"):
        os.nice(10)  # somebody is drawing beside it
    try:
        answer = {"folder": str(download(**json.load(sys.stdin)))}
    except WeightsError as problem:
        answer = {"problem": str(problem)}
    sys.stdout.write(json.dumps(answer) + "\n")


def download(name: str, revision: str, patience: float, refresh: bool) -> Path:
    """The folder of the local cache that holds a revision of a repository, in full.

    Without a token first, since a stale one makes the Hub refuse what is open to everybody.

    Args:
        name: `user/repository`.
        revision: branch, tag or commit.
        patience: seconds that the Hub may be silent.
        refresh: fetch again what is in the cache.

    Raises:
        WeightsError: there is no such thing, or no way to it; a sentence.
    """
    check_name(name)
    check_revision(revision)
    if COMMIT.fullmatch(revision) and not refresh and (cached := _cached(name, revision)):
        return cached
    try:
        try:
            return _download(name, revision, False, patience, refresh)
        except RepositoryNotFoundError:
            if get_token() is None:
                raise
            return _download(name, revision, True, patience, refresh)
    except WeightsError:
        raise
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise WeightsError(explain(error, name)) from error
    except Exception as error:
        if cached := _cached(name, revision):
            return cached
        raise WeightsError(explain(error, name)) from error


def _download(name: str, revision: str, token: bool, patience: float, refresh: bool) -> Path:
    api = HfApi(token=token, library_name="mnistlab")
    info: Any = api.model_info(name, revision=revision, timeout=patience, files_metadata=True)
    sizes = {f.rfilename: f.size or 0 for f in info.siblings if f.rfilename in WANTED}
    if MANIFEST not in sizes:
        raise WeightsError(f"{name} holds no weights of mnistlab: it has no {MANIFEST}.")
    if sum(sizes.values()) > MAX_BYTES:
        raise WeightsError(
            f"{name}: expected at most {MAX_BYTES:,} bytes, found {sum(sizes.values()):,}."
        )
    for pause in (*PAUSES, None):
        try:
            return Path(
                snapshot_download(
                    name,
                    revision=revision,
                    allow_patterns=sorted(sizes),
                    etag_timeout=patience,
                    token=token,
                    force_download=refresh,
                    max_workers=4,
                )
            )
        except Exception:
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError


def _cached(name: str, revision: str) -> Path | None:
    """The revision as an earlier run left it, if every file of its manifest is there."""
    try:
        folder = Path(
            snapshot_download(
                name, revision=revision, local_files_only=True, allow_patterns=sorted(WANTED)
            )
        )
        files = read_manifest(folder).files
    except (EntryNotFoundError, WeightsError):
        return None
    return folder if all((folder / file).exists() for file in files) else None


if __name__ == "__main__":
    main()
