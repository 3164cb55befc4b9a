from dataclasses import replace
from types import SimpleNamespace

import pytest

from mnistlab.data.filters import FILTERS
from mnistlab.data.noise import NOISES
from mnistlab.training.bench import QUICK, Bench
from mnistlab.training.curves import STRENGTHS, noise_curves

KEPT = [-1.0] * len(STRENGTHS)  # what nothing measures


@pytest.fixture
def bench(all_digits):
    """One model gives back what it sees, another a blank page."""
    answers = {"vanilla": lambda images: images, "vae": lambda images: 0 * images}
    lab = SimpleNamespace(
        models=("vanilla", "vae", "gan", "classifier"),
        reconstruct=lambda model, images: answers[model](images),
    )
    return Bench(lab, all_digits, replace(QUICK, curve_digits=20))


def test_each_kind_of_noise_has_a_point_for_each_strength(bench):
    curves = noise_curves(bench, {"vanilla", "vae"}, {})
    assert list(curves) == list(NOISES)
    for curve in curves.values():
        assert curve["strengths"] == list(STRENGTHS)
        assert (curve["n"], curve["seed"]) == (20, 0)
        for measure in ("psnr", "ssim"):
            assert list(curve[measure]) == ["noisy", *FILTERS, "vanilla", "vae"]
            assert {len(values) for values in curve[measure].values()} == {len(STRENGTHS)}
        assert curve["psnr"]["vanilla"] == curve["psnr"]["noisy"]
        assert len(set(curve["psnr"]["vae"])) == 1  # a blank page is as far at any strength


def test_more_gaussian_noise_is_worse(bench):
    noisy = noise_curves(bench, {"vanilla"}, {})["gaussian"]
    for measure in ("psnr", "ssim"):
        assert noisy[measure]["noisy"] == sorted(noisy[measure]["noisy"], reverse=True)


def test_other_models_keep_their_curves(bench):
    known = noise_curves(bench, {"vanilla", "vae"}, {})
    for curve in known.values():
        for series in (*curve["psnr"].values(), *curve["ssim"].values()):
            series[:] = KEPT
    curves = noise_curves(bench, {"vanilla"}, known)
    for curve in curves.values():
        assert list(curve["psnr"]) == ["noisy", *FILTERS, "vanilla", "vae"]
        assert curve["psnr"]["vae"] == curve["ssim"]["vae"] == KEPT
        assert curve["psnr"]["vanilla"] == curve["psnr"]["noisy"] != KEPT


def test_curves_drawn_in_another_way_are_not_mixed(bench):
    known = noise_curves(bench, {"vanilla", "vae"}, {})
    for curve in known.values():
        curve["n"] = 7
        curve["psnr"]["vae"] = KEPT
    for curve in noise_curves(bench, {"vanilla"}, known).values():
        assert curve["psnr"]["vae"] != KEPT
