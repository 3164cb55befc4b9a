"""What every test may ask for: real digits, a browser, and a TensorFlow that keeps quiet."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before anything imports TensorFlow
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the suite's figures are the processor's
os.environ.setdefault("PYTHONHASHSEED", "0")  # of the processes that tests start
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as app.py has it
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")  # as app.py has it
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # before anything imports huggingface_hub

import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import settings

from tests import loops

import_module("mnistlab")  # before anything imports OpenVINO, which it keeps quiet

settings.register_profile(
    "mnistlab",
    deadline=None,  # a shared machine stalls now and then
    database=None,
    derandomize="CI" in os.environ,
)
settings.load_profile("mnistlab")

HERE = Path(__file__).parent
DIGITS = HERE / "digits.npz"
BACKENDS = {"training": "tensorflow", "answering": "openvino"}


class Digits(NamedTuple):
    """Images (n, 28, 28) float32 in [0, 1], 1 = ink; labels (n,) uint8."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def read_digits(path: Path) -> Digits:
    with np.load(path, allow_pickle=False) as arrays:
        return Digits(
            x_train=arrays["x_train"].astype(np.float32) / 255,
            y_train=arrays["y_train"].astype(np.uint8),
            x_test=arrays["x_test"].astype(np.float32) / 255,
            y_test=arrays["y_test"].astype(np.uint8),
        )


def pytest_addoption(parser):
    parser.addoption(
        "--data",
        metavar="PATH",
        default=os.environ.get("MNISTLAB_DATA"),
        help="all of MNIST as an .npz, for the tests that measure on it (or MNISTLAB_DATA)",
    )
    parser.addoption(
        "--part",
        choices=BACKENDS,
        help="only the tests that train, on TensorFlow, or only the others, as the app runs",
    )


def pytest_configure(config):
    """Keras has one backend a process: TensorFlow can do all, OpenVINO starts far sooner."""
    backend = BACKENDS[config.getoption("--part") or "training"]
    os.environ.setdefault("KERAS_BACKEND", backend)


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.path.relative_to(HERE).parts[0] in ("models", "training"):
            item.add_marker(pytest.mark.training)
    part = config.getoption("--part")
    if part:
        trains = [item.get_closest_marker("training") is not None for item in items]
        chosen = [
            item for item, own in zip(items, trains, strict=True) if own == (part == "training")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@pytest.fixture(scope="session")
def mnist_path(pytestconfig):
    """Where all of MNIST lies, as an .npz; skips the test where it does not."""
    given = pytestconfig.getoption("--data")
    if not given:
        pytest.skip("needs all of MNIST: --data=PATH or MNISTLAB_DATA")
    path = Path(given)
    if not path.is_file():
        pytest.fail(f"--data={given} is not a file")
    return path.resolve()


@pytest.fixture(scope="session")
def mnist(mnist_path):
    """All 60,000 and 10,000 digits."""
    return read_digits(mnist_path)


@pytest.fixture(scope="session")
def digits_path():
    """The bundled digits as an .npz, uint8, for whatever takes a path such as `train.py --data`."""
    return DIGITS


@pytest.fixture(scope="session")
def digits():
    """600 training and 200 test digits of MNIST, as many of each class."""
    return read_digits(DIGITS)


@pytest.fixture(scope="session")
def apart():
    """`apart(function, *arguments)`: called in a thread of its own, which has no event loop yet.

    Once Playwright has run, one is running in the main thread, and no other can.
    """
    with ThreadPoolExecutor(1) as thread:
        yield lambda function, *arguments: thread.submit(function, *arguments).result()


@pytest.fixture(scope="session")
def finish():
    """`finish(coroutine)`: what it comes to."""
    return loops.finish


@pytest.fixture(scope="session")
def chromium_path():
    """The Chromium to launch as Playwright's `executable_path`; None means Playwright's own."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None
