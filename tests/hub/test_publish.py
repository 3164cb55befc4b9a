"""Publishing changes a repository once or not at all, and says which."""

import time

import pytest

from mnistlab.hub import remote
from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import Manifest, check_manifest
from mnistlab.hub.publish import publish
from mnistlab.hub.remote import Remote
from tests.hub.hub_server import after, hang_up, html, lose_answer, status

# the client uploads large files in a way that its own HTTP library would rather not have
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

NAME = "me/mnist"
COMMIT = "/api/models/me/mnist/commit/"


@pytest.fixture(scope="session")
def files(plain_files):
    return {**plain_files, "README.md": b"# Weights\n", "reconstructions.png": b"PNG"}


@pytest.fixture
def changed(files):
    """The same with another history of one model, manifest included."""
    manifest = Manifest.from_json(files["manifest.json"])
    card = files["vae.json"].replace(b'"epochs": 1', b'"epochs": 2')
    entry = manifest.files["vae.json"]._replace(sha256="0" * 64)
    manifest = Manifest(files={**manifest.files, "vae.json": entry}, tensors=manifest.tensors)
    return {**files, "vae.json": card, "manifest.json": manifest.to_json()}


def send(files, name=NAME, **options):
    return publish(files, name, pause=0.01, **options)


def refusal(files, name=NAME, **options):
    with pytest.raises(WeightsError) as error:
        send(files, name, **options)
    return str(error.value)


def test_one_commit_holds_everything(hub, token, files, tmp_path):
    published = send(files, tag="v1")
    repository = hub.repositories["models", NAME]
    assert repository.head.oid == published.commit == repository.tags["v1"]
    assert published.changed
    assert repository.head.files == files
    assert len(repository.commits) == 2  # the Hub's own, and ours
    assert not repository.private
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    check_manifest(tmp_path)


def test_the_same_again_sends_nothing(hub, token, files):
    first = send(files, tag="v1")
    hub.requests.clear()
    again = send(files, tag="v1")
    assert (again.commit, again.changed) == (first.commit, False)
    assert not hub.asked("POST", COMMIT)
    assert not hub.asked("PUT", "")


def test_what_is_no_longer_ours_goes_and_the_rest_stays(hub, token, files):
    hub.create(NAME, {"replay/gan.safetensors": b"old", "notes.txt": b"mine"})
    send(files)
    there = hub.repositories["models", NAME].head.files
    assert there == {**files, "notes.txt": b"mine"}


def test_a_private_repository(hub, token, files):
    send(files, private=True)
    assert hub.repositories["models", NAME].private


def test_a_public_repository_is_not_taken_for_a_private_one(hub, token, files):
    repository = hub.create(NAME)
    assert "public" in refusal(files, private=True)
    assert len(repository.commits) == 1


@pytest.mark.parametrize("secret", [None, "hf_stale"])
def test_a_refused_token_is_one_sentence(hub, monkeypatch, files, secret):
    hub.create(NAME)
    if secret:
        monkeypatch.setenv("HF_TOKEN", secret)
    assert refusal(files).startswith("The Hub refuses the token: ")
    assert len(hub.repositories["models", NAME].commits) == 1
    with pytest.raises(WeightsError, match="token"):
        Remote(NAME, pause=0.01).check_token()


def test_the_token_is_known_before_the_work_begins(hub, token):
    Remote(NAME).check_token()
    Remote("club/mnist").check_token()
    with pytest.raises(WeightsError, match=r"may not write to you: say me/... or club/..."):
        Remote("you/mnist").check_token()


def test_somebody_elses_place_is_refused(hub, token, files):
    assert "needs the right to write there" in refusal(files, "you/mnist")


def test_a_commit_of_somebody_else_in_between_wins(hub, token, files):
    repository = hub.create(NAME)
    hub.fault("POST", COMMIT, after(lambda: repository.commit("theirs", {"a.txt": b"a"})))
    assert refusal(files).startswith("Somebody else has committed to me/mnist in the meantime")
    assert [commit.title for commit in repository.commits] == ["initial commit", "theirs"]


def test_a_busy_hub_is_asked_again(hub, token, files):
    hub.fault("POST", COMMIT, status(503), times=2)
    hub.fault("POST", "/api/repos/create", status(503))
    hub.fault("POST", "/tag/", status(503))
    published = send(files, tag="v1")
    repository = hub.repositories["models", NAME]
    assert [commit.oid for commit in repository.commits[1:]] == [published.commit]
    assert repository.tags == {"v1": published.commit}


@pytest.mark.parametrize("act", [hang_up, status(503)])
def test_a_hub_that_stays_away_is_one_sentence(hub, token, files, act):
    repository = hub.create(NAME)
    hub.fault("POST", COMMIT, act, times=99)
    assert refusal(files).endswith("Nothing was changed there.")
    assert len(repository.commits) == 1


def test_a_commit_whose_answer_is_lost_is_not_made_twice(hub, token, files):
    hub.fault("POST", COMMIT, lose_answer)
    published = send(files, tag="v1")
    repository = hub.repositories["models", NAME]
    assert [commit.oid for commit in repository.commits[1:]] == [published.commit]
    assert len(hub.asked("POST", COMMIT)) == 1


def test_a_commit_whose_answer_is_lost_is_known_below_another(hub, token, files):
    repository = hub.create(NAME)

    def lose_and_go_on(request, route):
        lose_answer(request, route)
        repository.commit("theirs", {"a.txt": b"a"})

    hub.fault("POST", COMMIT, lose_and_go_on)
    assert send(files, tag="v1").commit == repository.commits[1].oid == repository.tags["v1"]
    assert [commit.title for commit in repository.commits[2:]] == ["theirs"]


def test_a_commit_that_arrives_late_is_not_made_twice(hub, token, files, monkeypatch):
    """The head is still the old one when it is looked at; then the Hub refuses the second."""
    repository = hub.create(NAME)
    late = []
    hub.fault("POST", COMMIT, lambda request, route: late.append((request, route)))
    hub.fault("POST", COMMIT, after(lambda: late[0][1](late[0][0])))
    published = send(files)
    assert [commit.oid for commit in repository.commits[1:]] == [published.commit]


def test_a_network_that_is_gone_after_the_commit_leaves_it_open(hub, token, files):
    def vanish(request, route):
        hub.fault("GET", "", hang_up, times=99)
        return lose_answer(request, route)

    hub.fault("POST", COMMIT, vanish)
    assert "may or may not have arrived: run this again" in refusal(files)
    hub.faults.clear()
    assert not send(files).changed


def test_an_upload_that_breaks_off_leaves_the_repository_alone(hub, token, files, monkeypatch):
    monkeypatch.setattr(remote, "ATTEMPTS", 1)
    monkeypatch.setattr("huggingface_hub.lfs.http_backoff", once)
    repository = hub.create(NAME)
    hub.fault("PUT", "/lfs/", hang_up, times=999)
    assert refusal(files).startswith("The Hub could not be reached")
    assert len(repository.commits) == 1


def once(method, url, **options):
    """One attempt instead of six with pauses."""
    from huggingface_hub import get_session

    return get_session().request(method, url, **{"content": options.get("data")})


def test_a_black_hole_is_left_in_time(black_hole, token, files, monkeypatch):
    monkeypatch.setattr(remote, "PATIENCE", 0.3)
    monkeypatch.setattr(remote, "ATTEMPTS", 2)
    start = time.monotonic()
    assert refusal(files).startswith("The Hub could not be reached")
    assert time.monotonic() - start < 10


def test_a_login_page_is_not_taken_for_the_hub(hub, token, files):
    hub.fault("POST", "/api/repos/create", html)
    assert refusal(files).startswith("Something other than the Hub answered")


def test_a_tag_is_not_moved(hub, token, files, changed):
    first = send(files, tag="v1")
    assert "has a tag v1 already" in refusal(changed, tag="v1")
    repository = hub.repositories["models", NAME]
    assert repository.head.oid == first.commit == repository.tags["v1"]
    second = send(changed, tag="v2")
    assert repository.tags == {"v1": first.commit, "v2": second.commit}


def test_a_tag_that_fails_is_said_and_can_be_set_later(hub, token, files):
    hub.fault("POST", "/tag/", status(403))
    problem = refusal(files, tag="v1")
    commit = hub.repositories["models", NAME].head.oid
    assert problem.startswith(f"The weights are published as commit {commit[:12]}, but without")
    assert send(files, tag="v1").commit == commit == hub.repositories["models", NAME].tags["v1"]


@pytest.mark.parametrize("tag", ["main", "a b", "", "0" * 40, "../x"])
def test_a_bad_tag_is_refused_before_anything_is_sent(hub, token, files, tag):
    assert refusal(files, tag=tag).startswith("A tag is a short word")
    assert not hub.requests


@pytest.mark.parametrize(
    "name", ["mnist", "me/mnist/x", "", "me/../x", "https://huggingface.co/a/b"]
)
def test_a_bad_name_is_refused_before_anything_is_sent(hub, token, files, name):
    assert refusal(files, name).startswith("A repository on the Hub is user/name")
    assert not hub.requests


def test_a_hub_that_is_not_to_be_asked(hub, token, files, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in refusal(files)
