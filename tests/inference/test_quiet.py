"""The lab calls nobody: no host is looked up, and nothing is left in the home folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT = {".keras"}  # which backend Keras is to run on, as Keras itself notes it
HUSHES = {  # under which a library keeps quiet whatever the lab does
    *("CI", "TF_BUILD", "JENKINS_URL"),
    *("GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY"),
}
LISTEN = """
import sys
def heard(event, arguments):
    if event == "socket.getaddrinfo":
        print(arguments[0], flush=True)
sys.addaudithook(heard)
"""
LOOK = """
import app
import numpy as np
from mnistlab import Lab
lab = Lab.load()
lab.examine(np.zeros((1, 28, 28), np.float32))
lab.sample("vae", 2)
"""


@pytest.mark.parametrize("backend", ["openvino", "tensorflow"])
def test_nobody_is_called(backend, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in HUSHES}
    done = subprocess.run(
        [sys.executable, "-c", LISTEN + LOOK],
        cwd=ROOT,
        env=environment | {"HOME": str(tmp_path), "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert {path.name for path in tmp_path.iterdir()} <= KEPT
