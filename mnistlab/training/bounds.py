"""What the models are to beat: linear maps and filters on the same digits, and a floor."""

from typing import Any

from mnistlab.data.filters import FILTERS
from mnistlab.evaluation.bounds import pca_bound, ridge_denoise
from mnistlab.evaluation.pixels import bce_floor, psnr
from mnistlab.training.bench import Bench, spoilt

CODE_SIZES = (2, 10, 16, 32, 64, 128, 256)


def linear_bounds(bench: Bench) -> dict[str, Any]:
    """The "bounds" of `metrics.json`; they depend on the digits alone.

    Returns:
        "pca_mse" by code size, "bce_floor" in nats per pixel, and in decibels, on the test digits
        under the fixed noise, "noisy_psnr", "ridge_psnr" and that of each filter.
    """
    noisy, test = bench.noisy_test, bench.test
    ridge = ridge_denoise(spoilt(bench.train, seed=1), bench.train, noisy)
    return {
        "n": len(test),
        "pca_mse": {str(k): v for k, v in pca_bound(bench.train, test, CODE_SIZES).items()},
        "bce_floor": bce_floor(test),
        "noisy_psnr": psnr(test, noisy),
        **{f"{name}_psnr": psnr(test, entry.apply(noisy)) for name, entry in FILTERS.items()},
        "ridge_psnr": psnr(test, ridge),
    }
