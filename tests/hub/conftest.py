"""A Hub on loopback, and folders of weights to publish there."""

import shutil

import huggingface_hub
import numpy as np
import pytest
from huggingface_hub import constants

from mnistlab.hub.card import Card
from mnistlab.hub.files import write_atomically
from mnistlab.hub.manifest import write_manifest
from mnistlab.hub.tensors import save_tensors
from tests.hub.hub_server import TOKEN, BlackHole, Hub


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory, digits):
    """Ten tiny models, untouched: take `folder` to change something."""
    from tests.hub.tiny_weights import write_tiny_weights

    folder = tmp_path_factory.mktemp("tiny") / "weights"
    write_tiny_weights(folder, digits.x_test, digits.y_test)
    return folder


@pytest.fixture(scope="session")
def plain_files(tmp_path_factory):
    """Files that their manifest describes, by name: all that a Hub knows of weights. No Keras."""
    folder = tmp_path_factory.mktemp("plain")
    rng = np.random.default_rng(0)
    for model_id in ("vae", "classifier"):
        arrays = {"kernel": rng.standard_normal((40, 30)).astype(np.float32)}
        save_tensors(folder / f"{model_id}.safetensors", arrays)
        card = Card(
            id=model_id,
            configuration={},
            seed=0,
            epochs=1,
            minutes=0.0,
            versions={},
            parameters=1200,
            history={},
            metrics={},
        )
        write_atomically(folder / f"{model_id}.json", card.to_json())
    save_tensors(folder / "replay" / "vae.safetensors", {"epochs": np.zeros(2, np.float32)})
    write_atomically(folder / "metrics.json", b"{}\n")
    write_manifest(folder)
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def folder(tiny_weights, tmp_path):
    """A copy of the tiny weights of one's own."""
    return shutil.copytree(tiny_weights, tmp_path / "weights")


@pytest.fixture
def connect(monkeypatch, tmp_path):
    """`connect(endpoint)`: from now on that is the Hub, of this process and of those it starts."""

    def connect(endpoint):
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        template = f"{endpoint}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield connect
    huggingface_hub.close_session()


@pytest.fixture
def hub(connect):
    with Hub() as hub:
        connect(hub.endpoint)
        yield hub


@pytest.fixture
def token(monkeypatch):
    """Be the user who may write."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)


@pytest.fixture
def black_hole(connect):
    with BlackHole() as hole:
        connect(hole.endpoint)
        yield hole
