"""A repository on the Hub: one commit on top of the one that was seen, or none and a sentence why.

Needs a token that may write (`hf auth login`, or HF_TOKEN).
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeVar

# Read when huggingface_hub is first imported. A Hub of one's own may have no Xet storage, and then
# an upload does not fall back on plain HTTP by itself.
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session, get_token
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from mnistlab.hub.files import WeightsError, quoted

PATIENCE = 30.0  # seconds that the Hub may be silent
ATTEMPTS = 4  # at whatever may pass by itself
PASSING = (429, 500, 502, 503, 504)
REPOSITORY = re.compile(r"\w[\w.-]{0,95}/\w[\w.-]{0,95}")
REVISION = re.compile(r"(?!.*\.\.)\w[\w./+-]{0,199}")
COMMIT = re.compile(r"[0-9a-f]{40}")
TAG = re.compile(r"\w[\w.-]{0,39}")

Result = TypeVar("Result")


@dataclass(frozen=True)
class State:
    """What a repository was seen to hold.

    Args:
        head: the commit that `main` stands at.
        digests: git's name of each file's content, or the sha256 of a large one, by path.
    """

    head: str
    digests: Mapping[str, str]

    def holds(self, path: str, data: bytes) -> bool:
        """Whether the file is there with exactly this content."""
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return self.digests.get(path) in (blob, hashlib.sha256(data).hexdigest())


class Remote:
    """A repository that one may write to.

    Every method raises `WeightsError`, with a sentence, if the Hub refuses or cannot be reached.

    Args:
        name: `user/repository`.
        kind: a model, or a Space.
        pause: seconds before the second attempt; doubled before each further one.
    """

    def __init__(
        self, name: str, kind: Literal["model", "space"] = "model", *, pause: float = 1.0
    ) -> None:
        check_name(name)
        self.name, self.kind, self._pause = name, kind, pause
        self._api = HfApi(library_name="mnistlab")
        get_session().timeout = PATIENCE  # the client's own default is to wait for ever

    def check_token(self) -> None:
        """Ask the Hub whose token this is, before any work is done that is then not taken."""
        if get_token() is None:
            raise WeightsError(
                "There is no token for the Hub: log in with `hf auth login`, or set HF_TOKEN."
            )
        user = self._patiently(self._api.whoami)
        owners = [user["name"], *(club["name"] for club in user.get("orgs", []))]
        owner = self.name.partition("/")[0]
        if owner not in owners:
            raise WeightsError(
                f"The token is {user['name']}'s, who may not write to {owner}: "
                f"say {' or '.join(f'{one}/...' for one in owners)}."
            )

    def open(self, *, private: bool = False) -> State:
        """Make the repository unless there is one, and look at what it holds.

        A private one is asked for only when it is made: what is public already is refused.
        """
        self._patiently(
            lambda: self._api.create_repo(
                self.name,
                repo_type=self.kind,
                private=private or None,
                exist_ok=True,
                space_sdk="gradio" if self.kind == "space" else None,
            )
        )
        info = self._info()
        if private and not info.private:
            raise WeightsError(f"{self.name} is there already, and public: nothing was sent.")
        digests = {
            file.rfilename: file.lfs.sha256 if file.lfs else file.blob_id for file in info.siblings
        }
        return State(info.sha, digests)

    def commit(
        self, files: Mapping[str, bytes], *, drop: Collection[str], parent: str, title: str
    ) -> str:
        """Make one commit on top of `parent`: all of it or nothing, and never twice.

        An answer may get lost after the Hub has done its work, so nothing is sent again before the
        head has been looked at; and the Hub itself refuses a commit whose parent is not the head.

        Args:
            files: content by path.
            drop: paths to delete.
            parent: the commit on which it must lie.
            title: names the content, so that the commit is known when it is met again.

        Returns:
            The commit's 40 hexadecimal digits.
        """
        problem: Exception | None = None
        for attempt in range(ATTEMPTS):
            operations = [CommitOperationAdd(path, data) for path, data in files.items()]
            operations += [CommitOperationDelete(path) for path in drop]
            try:
                done = self._api.create_commit(
                    self.name,
                    operations,
                    commit_message=title,
                    repo_type=self.kind,
                    parent_commit=parent,
                )
                return done.oid
            except Exception as error:
                problem = _cause(error)
            if not _passes(problem) and _status(problem) != 412:
                break
            time.sleep(self._pause * 2**attempt)
            if landed := self._landed(parent, title):
                return landed
        raise WeightsError(f"{explain(problem, self.name)} Nothing was changed there.") from problem

    def tags(self) -> dict[str, str]:
        """The commit of each tag."""
        refs = self._patiently(lambda: self._api.list_repo_refs(self.name, repo_type=self.kind))
        return {ref.name: ref.target_commit for ref in refs.tags}

    def tag(self, tag: str, commit: str) -> None:
        """Give a commit a name that people can remember."""
        self._patiently(
            lambda: self._api.create_tag(
                self.name, tag=tag, revision=commit, repo_type=self.kind, exist_ok=True
            )
        )
        if self.tags().get(tag) != commit:
            raise WeightsError(f"Somebody else has just used the tag {tag} for another commit.")

    def _landed(self, parent: str, title: str) -> str | None:
        """Our commit if it lies on `parent`, None if nothing does."""
        try:
            if self._info().sha == parent:
                return None
            commits = self._patiently(
                lambda: self._api.list_repo_commits(self.name, repo_type=self.kind)
            )
        except WeightsError as problem:
            raise WeightsError(
                f"{problem} The commit may or may not have arrived: run this again, "
                "what is there already is not sent twice."
            ) from problem
        for newer, older in pairwise(commits):
            if older.commit_id == parent and newer.title == title:
                return newer.commit_id
        raise WeightsError(
            f"Somebody else has committed to {self.name} in the meantime: nothing was changed. "
            "Look at what is there now, then run this again."
        )

    def _info(self) -> Any:
        return self._patiently(
            lambda: self._api.repo_info(
                self.name, repo_type=self.kind, files_metadata=True, timeout=PATIENCE
            )
        )

    def _patiently(self, ask: Callable[[], Result]) -> Result:
        """Ask for what may be asked for twice."""
        problem: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self._pause * 2 ** (attempt - 1))
            try:
                return ask()
            except Exception as error:
                problem = error
                if not _passes(error):
                    break
        raise WeightsError(explain(problem, self.name)) from problem


def check_name(name: str) -> None:
    """Raise WeightsError unless this is `user/repository`."""
    if not REPOSITORY.fullmatch(name):
        raise WeightsError(f"A repository on the Hub is user/name; received {quoted(name)}.")


def check_revision(revision: str) -> None:
    """Raise WeightsError unless this can be a branch, a tag or a commit."""
    if not REVISION.fullmatch(revision):
        raise WeightsError(
            f"A revision is a branch, a tag or a commit; received {quoted(revision)}."
        )


def check_tag(tag: str) -> None:
    """Raise WeightsError unless a commit can be tagged like this."""
    if not TAG.fullmatch(tag) or tag == "main" or COMMIT.fullmatch(tag):
        raise WeightsError(f"A tag is a short word such as v1; received {quoted(tag)}.")


def explain(error: Exception | None, name: str) -> str:
    """A sentence for people about what huggingface_hub raised; what it never raises goes on."""
    status = _status(error)
    if isinstance(error, RevisionNotFoundError):
        return f"{name} has no such revision on the Hub."
    if isinstance(error, RepositoryNotFoundError):
        return f"There is no {name} on the Hub, or it is private and the token may not read it."
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so the Hub is not asked."
    if status == 401 or isinstance(error, LocalTokenNotFoundError):
        return "The Hub refuses the token: log in with `hf auth login`, or set another HF_TOKEN."
    if status == 402:
        return "The Hub asks to be paid for this: a Gradio Space needs a PRO or Team account."
    if status == 403:
        return f"The token may not do this to {name}: it needs the right to write there."
    if status is not None:
        return f"The Hub answers with status {status}."
    if isinstance(error, json.JSONDecodeError):
        return "Something other than the Hub answered: a login page of the network, perhaps."
    if _is_network(error):
        return f"The Hub could not be reached ({type(error).__name__})."
    raise error or AssertionError


def _cause(error: BaseException) -> Exception:
    """What lies under the RuntimeError into which the client puts whatever stops an upload."""
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    if not isinstance(error, Exception):
        raise error
    return error


def _status(error: Exception | None) -> int | None:
    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def _is_network(error: Exception | None) -> bool:
    return isinstance(error, HTTPError | OSError) and not isinstance(error, HfHubHTTPError)


def _passes(error: Exception) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, OfflineModeIsEnabled | LocalTokenNotFoundError):
        return False
    return _status(error) in PASSING or _is_network(error)
