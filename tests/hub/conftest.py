"""A Hub on loopback, and folders of weights to publish there."""

import os

os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # before anything imports huggingface_hub

import shutil

import huggingface_hub
import pytest

from tests.hub.hub_server import TOKEN, BlackHole, Hub


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory, digits):
    """Ten tiny models, untouched: take `folder` to change something."""
    from tests.hub.tiny_weights import write_tiny_weights

    folder = tmp_path_factory.mktemp("tiny") / "weights"
    write_tiny_weights(folder, digits.x_test, digits.y_test)
    return folder


@pytest.fixture
def folder(tiny_weights, tmp_path):
    """A copy of the tiny weights of one's own."""
    return shutil.copytree(tiny_weights, tmp_path / "weights")


@pytest.fixture
def connect(monkeypatch, tmp_path):
    """`connect(endpoint)`: from now on that is the Hub, of this process and of those it starts."""

    def connect(endpoint):
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", endpoint)

    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
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
