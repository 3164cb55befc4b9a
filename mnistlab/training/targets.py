"""What each figure is called and what counts as good: the one table that figures are held against.

A baseline is what the model of the original notebooks scores, trained today as they have it
(measured by `benchmarks/originals.py`); a floor is the least that a published model must reach; a
goal beats the best figure published for a model of its size.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORIGINALS = Path(__file__).parents[2] / "benchmarks" / "notebooks.json"


@dataclass(frozen=True)
class Figure:
    """How to speak of a figure.

    Args:
        title: for people.
        better: "lower", "higher", or None where neither is better in itself.
        unit: empty for a bare number or a share.
    """

    title: str
    better: str | None
    unit: str = ""


@dataclass(frozen=True)
class Target:
    """What one figure of one model has to reach."""

    floor: float
    goal: float


FIGURES: dict[str, Figure] = {
    "mse": Figure("MSE", "lower"),
    "ssim": Figure("SSIM", "higher"),
    "bce": Figure("cross-entropy", "lower", "nats per pixel"),
    "bce_excess": Figure("cross-entropy above its floor", "lower", "nats per pixel"),
    "psnr": Figure("PSNR", "higher", "dB"),
    "accuracy": Figure("accuracy", "higher"),
    "calibration_error": Figure("expected calibration error", "lower"),
    "temperature": Figure("temperature", None),
    "active_fraction": Figure("active units, share", "lower"),
    "dead_units": Figure("dead units, share", "lower"),
    "hoyer": Figure("Hoyer sparsity", "higher"),
    "probe_accuracy": Figure("linear probe, accuracy", "higher"),
    "nll": Figure("negative log-likelihood", "lower", "nats"),
    "negative_elbo": Figure("negative ELBO", "lower", "nats"),
    "reconstruction": Figure("reconstruction term", None, "nats"),
    "kl": Figure("Kullback-Leibler term", None, "nats"),
    "active_units": Figure("active latent units", None),
    "grey_negative_elbo": Figure("negative ELBO, grey pixels", "lower", "nats"),
    "frechet_distance": Figure("Fréchet distance", "lower"),
    "frechet_floor": Figure("Fréchet distance of training digits", None),
    "frechet_ratio": Figure("Fréchet ratio", "lower"),
    "precision": Figure("precision", "higher"),
    "recall": Figure("recall", "higher"),
    "density": Figure("density", "higher"),
    "coverage": Figure("coverage", "higher"),
    "class_total_variation": Figure("class histogram, total variation", "lower"),
    "memorisation_ratio": Figure("memorisation ratio", None),
    "share_sure": Figure("referee is sure, share", "higher"),
}

TARGETS: dict[str, dict[str, Target]] = {
    "vanilla": {"mse": Target(0.0034, 0.0030)},
    "multilayer": {"mse": Target(0.0022, 0.0015)},
    "convolutional": {"mse": Target(0.0014, 0.0008), "bce": Target(0.066, 0.0622)},
    "sparse": {
        "mse": Target(0.006, 0.005),
        "probe_accuracy": Target(0.982, 0.988),
        "active_fraction": Target(0.031, 0.025),
        "dead_units": Target(0.01, 0.0),
    },
    "denoising": {
        "psnr": Target(20.8, 21.8),
        "ssim": Target(0.91, 0.93),
        "accuracy": Target(0.975, 0.985),
    },
    "vae": {"nll": Target(84.0, 81.0)},
    "gan": {
        "frechet_ratio": Target(4.0, 2.0),
        "coverage": Target(0.85, 0.92),
        "class_total_variation": Target(0.05, 0.02),
    },
    "ae_2d": {"mse": Target(0.038, 0.033)},
    "vae_2d": {"grey_negative_elbo": Target(142.0, 138.0), "nll": Target(136.0, 130.0)},
    "classifier": {"accuracy": Target(0.994, 0.996)},
}


def baselines() -> dict[str, dict[str, float]]:
    """By model and figure, what the models of the original notebooks reach."""
    measured = json.loads(ORIGINALS.read_text())["originals"] if ORIGINALS.exists() else {}
    return {name: entry["figures"] for name, entry in measured.items()}


def described(model_id: str, name: str) -> dict[str, Any]:
    """What `metrics.json` says of a figure beside its value: unit, better, and its targets."""
    figure, target = FIGURES[name], TARGETS.get(model_id, {}).get(name)
    baseline = baselines().get(model_id, {}).get(name)
    return {
        "unit": figure.unit,
        "better": figure.better,
        **({} if baseline is None else {"baseline": baseline}),
        **(vars(target) if target else {}),
    }
