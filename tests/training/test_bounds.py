import pytest

from mnistlab.data.digits import Digits
from mnistlab.training.bench import QUICK, Bench
from mnistlab.training.bounds import linear_bounds


@pytest.mark.slow
def test_bounds_of_mnist_are_those_that_are_known(mnist):
    bounds = linear_bounds(Bench(None, Digits(*mnist), QUICK))
    assert bounds["n"] == 10_000
    assert bounds["bce_floor"] == pytest.approx(0.05808, abs=1e-5)
    known = {2: 0.05547, 10: 0.03289, 16: 0.02538, 32: 0.01521, 64: 0.00775, 128: 0.00340}
    for size, error in known.items():
        assert bounds["pca_mse"][str(size)] == pytest.approx(error, abs=1e-5)
    assert bounds["noisy_psnr"] == pytest.approx(9.38, abs=0.01)
    assert bounds["ridge_psnr"] == pytest.approx(17.6, abs=0.1)
