"""The models of the notebooks: their sizes by hand, and a few steps of each, measured."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import notebooks
from benchmarks.originals import ORIGINAL_MODELS, run_original
from mnistlab.data.digits import Digits

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def few(digits) -> Digits:
    return Digits(digits.x_train[:64], digits.y_train[:64], digits.x_test[:40], digits.y_test[:40])


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (notebooks.vanilla, 784 * 64 + 64 + 64 * 784 + 784),
        (notebooks.sparse, 784 * 32 + 32 + 32 * 784 + 784),
        (notebooks.multilayer, (784 * 128 + 128 * 64) * 2 + 128 + 64 + 128 + 784),
        (notebooks.ae_2d, (784 * 128 + 128 * 2) * 2 + 128 + 2 + 128 + 784),
    ],
)
def test_the_dense_ones_have_the_layers_of_the_notebooks(build, parameters):
    assert build().count_params() == parameters


@pytest.mark.parametrize("name", [name for name in ORIGINAL_MODELS if name != "gan"])
def test_each_learns_and_is_measured(name, few):
    found = run_original(replace(ORIGINAL_MODELS[name], epochs=1, batch=32), few)
    assert found["n"] == 40
    assert found["figures"]
    assert all(np.isfinite(value) for value in found["figures"].values())


def test_the_gan_is_judged_by_its_samples(few):
    short = replace(ORIGINAL_MODELS["gan"], steps=2)
    found = run_original(short, few)
    assert found["figures"].keys() == {"frechet_ratio", "coverage", "class_total_variation"}
    assert found["figures"]["frechet_ratio"] > 3
