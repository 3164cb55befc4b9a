"""What comes from the Hub is whole and by the deadline, or there is a sentence about it."""

import time

import pytest

from mnistlab.hub import download, fetch
from mnistlab.hub.files import WeightsError, write_atomically
from mnistlab.hub.manifest import Manifest, check_manifest
from tests.hub.hub_server import TOKEN, after, corrupt, cut, hang_up, html, status

NAME = "me/mnist"
FILE = "/resolve/[^/]+/vae.safetensors"


@pytest.fixture
def files(plain_files):
    return plain_files


@pytest.fixture
def process():
    """Ask for it to have the download in a process of its own, as it is outside the tests."""


@pytest.fixture(autouse=True)
def _at_hand(request, monkeypatch):
    """The download in this process: starting one takes longer than all the rest of a test."""
    if "process" not in request.fixturenames:
        monkeypatch.setattr(download, "PAUSES", (0.01, 0.02))
        monkeypatch.setattr(
            fetch,
            "_download",
            lambda name, revision, end, *, refresh: download.download(
                name, revision or "main", fetch.PATIENCE, refresh
            ),
        )


@pytest.fixture
def repository(hub, files):
    return hub.create(NAME, files)


def refusal(*arguments, **options):
    with pytest.raises(WeightsError) as error:
        fetch.fetch(*arguments, **options)
    return str(error.value)


def test_the_weights_arrive_as_they_are(hub, repository, files, process):
    repository.tags["v1"] = repository.head.oid
    fetched = fetch.fetch(NAME)
    assert fetched.commit == repository.head.oid == fetched.folder.name
    assert fetched.manifest == Manifest.from_json(files["manifest.json"])
    for name, data in files.items():
        assert (fetched.folder / name).read_bytes() == data
    assert fetch.fetch(NAME, "v1") == fetched
    assert not [request for request in hub.requests if request.token]


def test_only_files_that_the_code_names_are_asked_for(hub, repository):
    bait = {"model.weights.h5": b"h5", "config.json": b"{}", "evil.py": b"import os"}
    repository.commit("bait", bait)
    folder = fetch.fetch(NAME).folder
    assert not any((folder / name).exists() for name in bait)
    assert not any(hub.asked("GET", name) for name in bait)


def test_a_revision_in_the_cache_needs_no_network(hub, repository):
    commit = fetch.fetch(NAME).commit
    hub.requests.clear()
    assert fetch.fetch(NAME, commit).commit == commit
    assert not hub.asked("GET", NAME)


@pytest.mark.parametrize("act", [hang_up, html, status(503), status(429)])
def test_a_branch_in_the_cache_serves_while_the_hub_is_away(hub, repository, act):
    commit = fetch.fetch(NAME).commit
    repository.commit("newer", {})
    hub.fault("GET", "", act, times=999)
    hub.fault("HEAD", "", act, times=999)
    assert fetch.fetch(NAME).commit == commit


def test_the_newest_of_a_branch_is_asked_for(repository):
    first = fetch.fetch(NAME).commit
    second = repository.commit("newer", {})
    assert fetch.fetch(NAME).commit == second != first


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (hang_up, "The Hub could not be reached"),
        (html, "Something other than the Hub answered"),
        (status(503), "The Hub answers with status 503."),
    ],
)
def test_a_hub_that_is_away_is_one_sentence(hub, act, said):
    hub.fault("GET", "", act, times=999)
    assert refusal(NAME).startswith(said)


def test_a_black_hole_is_left_by_the_deadline(black_hole, monkeypatch, process):
    monkeypatch.setattr(fetch, "PATIENCE", 60.0)
    start = time.monotonic()
    assert refusal(NAME, deadline=4.0) == "The Hub did not deliver 'me/mnist' in time."
    assert time.monotonic() - start < 8


def test_silence_is_noticed_before_the_deadline(black_hole, monkeypatch):
    monkeypatch.setattr(fetch, "PATIENCE", 0.5)
    assert refusal(NAME).startswith("The Hub could not be reached")


def test_a_black_hole_does_not_matter_to_what_is_in_the_cache(repository, request, process):
    commit = fetch.fetch(NAME).commit
    request.getfixturevalue("black_hole")
    assert fetch.fetch(NAME, commit).commit == commit


def test_a_file_that_hangs_is_left_by_the_deadline(hub, repository, process):
    hub.fault("GET", FILE, after(lambda: hub.closing.wait(60)))
    start = time.monotonic()
    assert refusal(NAME, deadline=6.0) == "The Hub did not deliver 'me/mnist' in time."
    assert time.monotonic() - start < 10
    hub.faults.clear()
    assert fetch.fetch(NAME).commit == repository.head.oid  # what was half there is no obstacle


@pytest.mark.parametrize("act", [cut(100), status(503), status(500)])
def test_a_download_that_breaks_off_is_taken_up_again(hub, repository, act):
    hub.fault("GET", FILE, act)
    assert fetch.fetch(NAME).commit == repository.head.oid


def test_bytes_that_change_on_the_way_are_fetched_again(hub, repository, files):
    hub.fault("GET", FILE, corrupt)
    folder = fetch.fetch(NAME).folder
    assert (folder / "vae.safetensors").read_bytes() == files["vae.safetensors"]


def test_bytes_that_are_always_wrong_are_refused(hub, repository):
    hub.fault("GET", FILE, corrupt, times=99)
    assert refusal(NAME).startswith("vae.safetensors: expected sha256 ")


def test_a_damaged_cache_mends_itself(hub, repository, files):
    folder = fetch.fetch(NAME).folder
    (folder / "vae.safetensors").resolve().write_bytes(b"damaged")
    fetch.fetch(NAME, repository.head.oid)
    assert (folder / "vae.safetensors").read_bytes() == files["vae.safetensors"]


def test_a_file_that_is_missing_is_told(repository):
    repository.commit("less", {}, deleted={"vae.safetensors"})
    assert refusal(NAME) == "vae.safetensors is missing."


@pytest.mark.parametrize("secret", [None, "hf_stale", TOKEN])
def test_an_unknown_repository_is_one_sentence(hub, monkeypatch, secret):
    if secret:
        monkeypatch.setenv("HF_TOKEN", secret)
    said = refusal("me/nothing")
    refused = "The Hub refuses the token" if secret == "hf_stale" else "There is no me/nothing"
    assert said.startswith(refused)


@pytest.mark.parametrize("revision", ["v9", "0" * 40])
def test_an_unknown_revision_is_one_sentence(repository, revision):
    assert refusal(NAME, revision) == "me/mnist has no such revision on the Hub."


@pytest.mark.parametrize(
    ("name", "revision"), [("mnist", None), ("../../etc", None), (NAME, "../x"), (NAME, "a b")]
)
def test_nonsense_is_refused_without_asking(hub, name, revision):
    assert "; received " in refusal(name, revision)
    assert not hub.requests


def test_a_stale_token_does_not_keep_one_from_what_is_public(repository, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_stale")
    assert fetch.fetch(NAME).commit == repository.head.oid


def test_a_private_repository_is_fetched_with_the_token(hub, files, monkeypatch):
    repository = hub.create(NAME, files, private=True)
    assert refusal(NAME).startswith("There is no me/mnist on the Hub, or it is private")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert fetch.fetch(NAME).commit == repository.head.oid


def test_a_repository_of_something_else(hub, process):
    hub.create(NAME, {"README.md": b"# Llama", "model.safetensors": b"x"})
    assert refusal(NAME) == "me/mnist holds no weights of mnistlab: it has no manifest.json."


def test_a_manifest_may_name_no_other_files(hub, repository, files):
    text = files["manifest.json"].replace(b'"vae.json"', b'"../../x.json"')
    repository.commit("hostile", {"manifest.json": text})
    assert "is not a file that mnistlab knows" in refusal(NAME)


def test_too_much_is_not_downloaded(hub, repository, monkeypatch):
    monkeypatch.setattr(download, "MAX_BYTES", 1000)
    hub.requests.clear()
    assert refusal(NAME).startswith("me/mnist: expected at most 1,000 bytes, found ")
    assert not hub.asked("GET", "/resolve/")


def test_a_link_in_the_cache_leads_no_further_than_the_cache(tmp_path, files):
    snapshot = tmp_path / "cache" / "snapshots" / "0"
    for name, data in files.items():
        write_atomically(snapshot / name, data)
    elsewhere = (snapshot / "vae.json").rename(tmp_path / "vae.json")
    (snapshot / "vae.json").symlink_to(elsewhere)
    with pytest.raises(WeightsError, match="a link that leads out of it"):
        check_manifest(snapshot, within=snapshot.parents[1])
    check_manifest(snapshot, within=tmp_path)
