"""The Space is exactly what the app needs, configured as the Hub wants it, and it starts."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import read_manifest
from mnistlab.hub.space import publish_space, space_contents
from tests.hub.app_process import running
from tests.hub.hub_server import after, lose_answer, status

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

ROOT = Path(__file__).parents[2]
NAME = "me/mnistlab"
# https://huggingface.co/docs/hub/spaces-config-reference
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


@pytest.fixture(scope="module")
def files(tiny_weights):
    return space_contents(tiny_weights)


@pytest.fixture(scope="module")
def configuration(files):
    text = files["README.md"].decode()
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.S)[1])


@pytest.fixture
def tree(hub, token, files, tmp_path):
    """The Space as its builder checks it out."""
    publish_space(files, NAME, pause=0.01)
    for path, data in hub.repositories["spaces", NAME].head.files.items():
        (tmp_path / "space" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "space" / path).write_bytes(data)
    return tmp_path / "space"


def test_the_readme_configures_the_space(configuration):
    assert configuration["sdk"] == "gradio"
    assert configuration["sdk_version"] == version("gradio")
    assert configuration["python_version"] == "3.11"  # text: 3.10 would become 3.1
    assert configuration["app_file"] == "app.py"
    assert 0 < len(configuration["short_description"]) <= 60
    assert configuration["title"] == "mnistlab"
    assert configuration["license"] == "mit"
    assert {configuration["colorFrom"], configuration["colorTo"]} <= COLOURS
    assert len(configuration["emoji"]) <= 2


def test_requirements_leave_the_builder_its_own_gradio():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert not [line for line in wanted if "==" in line]
    assert not [line for line in wanted if line.startswith("spaces")]  # the builder brings it


def test_exactly_what_the_app_needs_is_sent(hub, token, files, tiny_weights):
    publish_space(files, NAME, pause=0.01)
    there = hub.repositories["spaces", NAME].head.files
    assert there == files
    assert {"app.py", "requirements.txt", "mnistlab/ui/static/draw.js"} <= there.keys()
    assert (ROOT / "mnistlab/inference/lab.py").read_bytes() == there["mnistlab/inference/lab.py"]
    names = {*read_manifest(tiny_weights).files, "manifest.json"}
    assert {path for path in there if path.startswith("weights/")} == {
        f"weights/{name}" for name in names
    }
    tops = {path.split("/")[0] for path in there}
    assert not tops & {"tests", "train.py", "runs", ".git", ".venv", "node_modules"}
    assert not [path for path in there if "__pycache__" in path or "/training/" in path]


def test_the_same_again_sends_nothing(hub, token, files):
    first = publish_space(files, NAME, pause=0.01)
    again = publish_space(files, NAME, pause=0.01)
    assert (again.commit, again.changed) == (first.commit, False)
    newer = publish_space({**files, "app.py": b"# newer"}, NAME, pause=0.01)
    assert newer.changed


def test_what_the_app_no_longer_needs_goes(hub, token, files):
    publish_space({**files, "mnistlab/old.py": b"", "old.txt": b""}, NAME, pause=0.01)
    publish_space(files, NAME, pause=0.01)
    assert hub.repositories["spaces", NAME].head.files == files


def test_a_space_of_something_else_is_left_alone(hub, token, files):
    repository = hub.create(NAME, {"app.py": b"print('mine')"}, kind="spaces")
    with pytest.raises(WeightsError, match="holds something else"):
        publish_space(files, NAME, pause=0.01)
    assert len(repository.commits) == 2


def test_faults_are_met_as_those_of_weights_are(hub, token, files):
    commits = "/api/spaces/me/mnistlab/commit/"
    hub.fault("POST", commits, status(503))
    hub.fault("POST", commits, lose_answer)
    publish_space(files, NAME, pause=0.01)
    repository = hub.repositories["spaces", NAME]
    assert len(repository.commits) == 2
    hub.fault("POST", commits, after(lambda: repository.commit("theirs", {})))
    with pytest.raises(WeightsError, match="Somebody else"):
        publish_space({**files, "app.py": b"# newer"}, NAME, pause=0.01)


def test_a_space_that_has_to_be_paid_for_is_one_sentence(hub, token, files):
    hub.fault("POST", "/api/repos/create", status(402))
    with pytest.raises(WeightsError, match="PRO or Team"):
        publish_space(files, NAME, pause=0.01)


def test_a_readme_that_configures_nothing_is_refused(tmp_path, tiny_weights):
    for name in ("README.md", "app.py", "requirements.txt", "LICENSE", "NOTICE.md"):
        (tmp_path / name).write_text("# mnistlab\n")
    with pytest.raises(WeightsError, match=r"README.md does not begin"):
        space_contents(tiny_weights, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_space_starts(tree, tiny_weights):
    with running(tree=tree, SPACE_ID=NAME, GRADIO_SERVER_NAME="0.0.0.0") as app:
        answer, _ = app.first_answer()
    assert answer["weights"] == read_manifest(tiny_weights).revision
    assert len(answer["models"]) == 9


def test_a_gpu_function_is_declared_where_the_hardware_asks_for_one(monkeypatch):
    """With a stand-in for the package that only such a Space has."""
    import app

    declared = []
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=declared.append))
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    app.register_with_zerogpu()
    assert not declared
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    app.register_with_zerogpu()
    assert len(declared) == 1


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif("MNISTLAB_FRESH" not in os.environ, reason="downloads TensorFlow and Gradio")
def test_the_space_starts_in_an_environment_of_its_own(tree, tmp_path):
    """As the builder makes it, in some minutes: MNISTLAB_FRESH=1."""
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    own = [
        f"gradio[oauth,mcp]=={version('gradio')}",
        "uvicorn>=0.14.0",
        "websockets>=10.4",
        "spaces",
    ]
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "-r", tree / "requirements.txt", *own], check=True
    )
    with running(tree=tree, python=python, SPACE_ID=NAME, GRADIO_SERVER_NAME="0.0.0.0") as app:
        app.first_answer()
