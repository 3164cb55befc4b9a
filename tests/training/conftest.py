"""Small networks that have learned nothing, a lab of them, and digits as `score` takes them."""

import keras
import pytest

from mnistlab.data.digits import Digits
from mnistlab.inference.lab import Lab
from mnistlab.models import MODELS
from mnistlab.training.exhibits import build_exhibits

SMALL = {
    "vanilla": {"code": 64},
    "convolutional": {"filters": (4, 6)},
    "sparse": {"units": 64, "k": 4, "hidden": (16,)},
    "denoising": {"filters": 4, "code": 8},
    "vae": {"hidden": (16,), "code": 4, "couplings": 2, "flow_width": 8},
    "gan": {"filters": (4, 6), "code": 4},
    "ae_2d": {"hidden": (16,)},
    "vae_2d": {"hidden": (16,)},
    "classifier": {"filters": (4, 6, 8), "features": 16},
}


@pytest.fixture(scope="session")
def all_digits(digits):
    return Digits(*digits)


@pytest.fixture(scope="session")
def nets():
    keras.utils.set_random_seed(0)
    return {
        name: MODELS[name].build(MODELS[name].config_type(**settings))
        for name, settings in SMALL.items()
    }


@pytest.fixture(scope="session")
def exhibits(nets, all_digits):
    return build_exhibits(nets, all_digits)


@pytest.fixture(scope="session")
def lab(nets, exhibits):
    return Lab(nets, {}, exhibits, {}, source="tests", revision="none")
