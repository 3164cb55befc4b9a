"""Small networks that have learned nothing, a lab of them, and digits as `score` takes them."""

import pytest

from mnistlab.data.digits import Digits
from mnistlab.inference.lab import Lab
from mnistlab.models import MODELS
from mnistlab.training.exhibits import build_exhibits, new_lab
from tests.small_models import small


@pytest.fixture(scope="session")
def all_digits(digits):
    return Digits(*digits)


@pytest.fixture(scope="session")
def nets():
    return {name: small(name) for name in MODELS}


@pytest.fixture(scope="session")
def exhibits(nets, all_digits):
    return build_exhibits(new_lab(nets, all_digits), all_digits)


@pytest.fixture(scope="session")
def lab(nets, exhibits):
    return Lab(nets, {}, exhibits, {}, source="tests", revision="none")
