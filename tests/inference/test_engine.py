"""The engine: what it computes is what Keras says, row by row, on either of Keras' backends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from mnistlab.inference.engine import Compiled
from mnistlab.inference.lab import Lab
from mnistlab.models import MODELS
from tests.small_models import small

ROOT = Path(__file__).parents[2]
AWAKE = """
import json, sys
import numpy as np
import app
from mnistlab.inference.lab import Lab
lab = Lab.load()
images = np.load(sys.argv[1])
seen = lab.examine(images)
np.savez(
    sys.argv[2],
    probabilities=seen.probabilities,
    vae_drawn=lab.sample("vae", 4, seed=3),
    gan_drawn=lab.sample("gan", 4, seed=3),
    **{name: reading.reconstruction for name, reading in seen.readings.items()},
    **{name + "_code": reading.code for name, reading in seen.readings.items()},
)
print(json.dumps(sorted({"tensorflow", "keras"} & set(sys.modules))))
"""


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab.load()


@pytest.fixture(scope="module")
def images(digits) -> np.ndarray:
    return digits.x_test[:40]


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("gan", "classifier")])
def test_it_computes_what_keras_does(name, images):
    net = small(name)
    said = keras.ops.convert_to_numpy(net.reconstruct(keras.ops.convert_to_tensor(images[:3])))
    np.testing.assert_allclose(
        Compiled(net.reconstruct, (28, 28))(images[:3]), said, atol=1e-5, rtol=0
    )


def test_any_nest_comes_back_with_its_names_and_places():
    def many(values):
        return {f"times {n}": [values * n, (values + n,)] for n in range(12)}

    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    out = Compiled(many, (3,))(values)
    assert list(out) == [f"times {n}" for n in range(12)]
    for n in range(12):
        np.testing.assert_array_equal(out[f"times {n}"][0], values * n)
        np.testing.assert_array_equal(out[f"times {n}"][1][0], values + n)


def test_a_row_is_the_same_bit_for_bit_in_any_company(lab, images):
    together = lab.examine(images, images)
    for i in (0, 7, 39):
        alone = lab.examine(images[i : i + 1], images[i : i + 1])
        for name, reading in alone.readings.items():
            for part in ("reconstruction", "code", "mse", "relative_error", "probabilities"):
                one, of_many = getattr(reading, part)[0], getattr(together.readings[name], part)[i]
                np.testing.assert_array_equal(one, of_many, err_msg=f"{name} {part}")


def test_the_app_says_the_same_without_tensorflow(lab, images, tmp_path):
    np.save(tmp_path / "images.npy", images)
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    done = subprocess.run(
        [sys.executable, "-c", AWAKE, tmp_path / "images.npy", tmp_path / "seen.npz"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["keras"]
    seen = lab.examine(images)
    with np.load(tmp_path / "seen.npz") as there:
        np.testing.assert_allclose(there["probabilities"], seen.probabilities, atol=1e-5)
        np.testing.assert_allclose(there["vae_drawn"], lab.sample("vae", 4, seed=3), atol=1e-4)
        np.testing.assert_allclose(there["gan_drawn"], lab.sample("gan", 4, seed=3), atol=1e-4)
        for name, reading in seen.readings.items():
            np.testing.assert_allclose(there[name], reading.reconstruction, atol=1e-4)
            np.testing.assert_allclose(there[f"{name}_code"], reading.code, atol=1e-3, rtol=1e-3)
