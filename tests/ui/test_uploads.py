"""Uploaded pictures go, also those whose app was killed; what another app has just received stays.

The apps run as processes of their own, without waiting for their networks.
"""

import os
import signal
import time
from pathlib import Path

import httpx

from mnistlab.ui.uploads import FORGOTTEN, NAME, sweep
from tests.hostile_inputs import API, drawing, png
from tests.hub.app_process import running


def age(path, seconds=FORGOTTEN + 60):
    then = time.time() - seconds
    os.utime(path, (then, then), follow_symlinks=False)


def until(condition, within=120):
    """Wait for what an app does in its own time."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def answers(app):
    try:
        return httpx.get(f"http://127.0.0.1:{app.port}/robots.txt").is_success
    except httpx.TransportError:
        assert app.process.poll() is None, app.said()
        return False


def test_what_a_killed_app_has_left_goes_at_the_next_start(tmp_path):
    with running(TMPDIR=str(tmp_path)) as killed:
        until(lambda: answers(killed))
        for name in ("old.png", "young.png"):
            files = {"files": (name, png(drawing()) + name.encode())}
            httpx.post(f"http://127.0.0.1:{killed.port}{API}/upload", files=files)
        killed.process.send_signal(signal.SIGKILL)
        killed.process.wait()
    (old,), (young,) = (list((tmp_path / NAME).rglob(f"{name}.png")) for name in ("old", "young"))
    age(old)
    foreign = tmp_path / "foreign.png"
    foreign.touch()
    age(foreign)
    with running(TMPDIR=str(tmp_path)) as following:
        until(lambda: answers(following))
        until(lambda: not old.exists())
    assert young.exists(), "another app may have received it just now"
    assert foreign.exists()


def test_only_what_is_old_is_swept_away(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    for kept in (outside / "kept", folder / "young", folder / "a" / "young"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch()
    old, link, empty = folder / "a" / "old", folder / "link", folder / "empty"
    old.touch()
    link.symlink_to(outside)
    empty.mkdir()
    for path in (old, link, empty, outside / "kept", folder / "a", folder):
        age(path)
    sweep(folder)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        "folder", "folder/a", "folder/a/young", "folder/young", "outside", "outside/kept",
    ]  # fmt: skip


def test_there_may_be_nothing_to_sweep(tmp_path):
    sweep(tmp_path / "nothing")
    assert not list(Path(tmp_path).iterdir())
