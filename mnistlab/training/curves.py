"""Quality against noise over test digits: each network and each filter, each kind of noise."""

from collections.abc import Container
from typing import Any

import numpy as np

from mnistlab.data.filters import FILTERS
from mnistlab.data.noise import NOISES, corrupt
from mnistlab.evaluation.pixels import psnr, ssim
from mnistlab.inference.examiner import REFEREE
from mnistlab.inference.noising import PSNR_CAP
from mnistlab.training.bench import Bench

STRENGTHS = tuple(round(0.1 * i, 1) for i in range(1, 11))
SEED = 0


def noise_curves(
    bench: Bench, chosen: Container[str], known: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The "noise_curves" of `metrics.json`.

    Args:
        bench: the lab and the digits.
        chosen: ids of the models to measure anew.
        known: earlier curves; those of other models are kept if they were drawn in the same way.

    Returns:
        {kind: {"strengths", "n", "seed", "psnr": {series: values}, "ssim": {series: values}}},
        where a series is "noisy", a filter, or a model that reconstructs.
    """
    models = [name for name in bench.lab.models if name not in ("gan", REFEREE)]
    clean = bench.test[bench.test_subset(bench.budget.curve_digits)]
    drawn = {"strengths": list(STRENGTHS), "n": len(clean), "seed": SEED}
    curves = {}
    for kind in NOISES:
        old = known.get(kind, {})
        if any(old.get(key) != value for key, value in drawn.items()):
            old = {}
        kept = [name for name in old.get("psnr", {}) if name in models and name not in chosen]
        fresh = ["noisy", *FILTERS, *(name for name in models if name not in kept)]
        psnrs = {name: old["psnr"][name] for name in kept} | {name: [] for name in fresh}
        ssims = {name: old["ssim"][name] for name in kept} | {name: [] for name in fresh}
        for strength in STRENGTHS:
            noisy = corrupt(clean, kind, strength, SEED)
            for name in fresh:
                cleaned = _cleaned(bench, name, noisy)
                psnrs[name].append(min(PSNR_CAP, psnr(clean, cleaned)))
                ssims[name].append(float(np.mean(ssim(clean, cleaned))))
        order = ["noisy", *FILTERS, *models]
        curves[kind] = {
            **drawn,
            "psnr": {name: psnrs[name] for name in order},
            "ssim": {name: ssims[name] for name in order},
        }
    return curves


def _cleaned(bench: Bench, name: str, noisy: np.ndarray) -> np.ndarray:
    if name == "noisy":
        return noisy
    return FILTERS[name].apply(noisy) if name in FILTERS else bench.lab.reconstruct(name, noisy)
