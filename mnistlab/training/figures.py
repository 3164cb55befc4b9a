"""The figures of each kind of model, each function of a bench and a model's id.

What a figure means, and its paper, stands beside its formula in `mnistlab.evaluation`.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from mnistlab.evaluation.calibration import expected_calibration_error
from mnistlab.evaluation.likelihood import (
    active_units,
    binarise,
    importance_weighted_nll,
    standard_normal,
)
from mnistlab.evaluation.pixels import bce_floor, cross_entropy, cross_entropy_per_image, mse, psnr
from mnistlab.evaluation.pixels import ssim as structural_similarity
from mnistlab.evaluation.samples import (
    class_total_variation,
    frechet_ratio,
    memorisation_ratio,
    neighbourhood_scores,
)
from mnistlab.evaluation.sparsity import active_fraction, dead_units, hoyer_sparsity, linear_probe
from mnistlab.training.bench import Bench, Measured

SURE = 0.9  # the referee's probability above which it is called sure
HELD_OUT = 5000  # training digits on which the linear probe chooses its penalty
GREY_SAMPLES = 3  # of the posterior of each digit, for the ELBO on grey pixels
DECODED = 4000  # codes at once


def reading(bench: Bench, model_id: str) -> dict[str, Measured]:
    """How well the referee reads the test digits, and whether its confidence can be believed."""
    chances = bench.lab.classify(bench.test)
    labels, n = bench.digits.test_labels, len(bench.test)
    temperature = float(bench.lab.networks[model_id].temperature.numpy())
    return {
        "accuracy": Measured(_accuracy(chances, labels), n),
        "calibration_error": Measured(expected_calibration_error(chances, labels), n),
        "temperature": Measured(temperature, n),
    }


def reconstruction(bench: Bench, model_id: str) -> dict[str, Measured]:
    """Clean test digits through an autoencoder."""
    return _closeness(bench, bench.lab.reconstruct(model_id, bench.test))


def denoising(bench: Bench, model_id: str) -> dict[str, Measured]:
    """Test digits under the fixed noise, against the clean ones."""
    cleaned = bench.lab.reconstruct(model_id, bench.noisy_test)
    accuracy = _accuracy(bench.lab.classify(cleaned), bench.digits.test_labels)
    closeness = _closeness(bench, cleaned, seed=0)
    n = len(bench.test)
    return {
        "psnr": Measured(psnr(bench.test, cleaned), n, 0),
        "accuracy": Measured(accuracy, n, 0),
        **closeness,
    }


def sparsity(bench: Bench, model_id: str) -> dict[str, Measured]:
    """Which units of a code are active, and what a linear classifier reads off them."""
    codes = bench.lab.encode(model_id, bench.test)
    n = len(codes)
    labels = bench.digits.train_labels
    learnt = np.random.default_rng(0).permutation(len(labels))[: bench.budget.probe_digits]
    probe = linear_probe(
        bench.lab.encode(model_id, bench.train[learnt]),
        labels[learnt],
        codes,
        bench.digits.test_labels,
        held_out=min(HELD_OUT, len(learnt) // 5),
    )
    return {
        "active_fraction": Measured(active_fraction(codes), n),
        "dead_units": Measured(dead_units(codes) / codes.shape[1], n),
        "hoyer": Measured(hoyer_sparsity(codes), n),
        "probe_accuracy": Measured(probe["accuracy"], n, 0),
    }


def likelihood(bench: Bench, model_id: str) -> dict[str, Measured]:
    """NLL of binarised test digits with the parts of the ELBO, and the ELBO on grey pixels."""
    lab, net, budget = bench.lab, bench.lab.networks[model_id], bench.budget
    subset = bench.test_subset(budget.likelihood_digits)
    vectors = tf.TensorSpec((None, lab.code_size(model_id)), tf.float32)
    decoder = tf.function(net.decoder, input_signature=[vectors])
    log_prior = tf.function(net.log_prior, input_signature=[vectors])
    estimate = importance_weighted_nll(
        binarise(bench.test, seed=0)[subset],
        lambda images: _posterior(bench, model_id, images),
        lambda codes: decoder(tf.constant(codes)).numpy(),
        lambda codes: log_prior(tf.constant(codes)).numpy(),
        k=budget.likelihood_samples,
        batch=DECODED,
    )
    terms = {
        "nll": estimate.nll,
        "negative_elbo": estimate.negative_elbo,
        "reconstruction": estimate.reconstruction,
        "kl": estimate.kl,
    }
    n = len(bench.test)
    return {
        **{name: Measured(float(nats.mean()), len(subset), 0) for name, nats in terms.items()},
        "active_units": Measured(active_units(lab.encode(model_id, bench.test)), n),
        "grey_negative_elbo": Measured(_grey_negative_elbo(bench, model_id, log_prior), n, 0),
    }


def samples(bench: Bench, model_id: str) -> dict[str, Measured]:
    """How good the digits are that a model makes up."""
    lab, budget, reference = bench.lab, bench.budget, bench.test_features
    n = min(budget.samples, len(bench.train))
    first = lab.sample(model_id, n, seed=0)
    first_features = lab.features(first)
    ratios = [
        frechet_ratio(
            lab.features(lab.sample(model_id, n, seed=seed)) if seed else first_features,
            reference,
            bench.train_features(n, seed),
        )
        for seed in range(budget.seeds)
    ]
    chances = lab.classify(first)
    some = bench.test[bench.test_subset(budget.memorised)]
    memorised = memorisation_ratio(first[: budget.memorised], some, bench.train)
    frechet = {name: [ratio[name] for ratio in ratios] for name in ratios[0]}
    as_many = reference[bench.test_subset(n)]  # coverage falls where there are fewer samples
    neighbourhood = neighbourhood_scores(first_features, as_many)
    variation = class_total_variation(chances.argmax(axis=1), bench.digits.test_labels)
    return {
        **{
            f"frechet_{name}": Measured(float(np.mean(each)), n, 0, len(each), float(np.std(each)))
            for name, each in frechet.items()
        },
        **{name: Measured(value, n, 0) for name, value in neighbourhood.items()},
        "class_total_variation": Measured(variation, n, 0),
        "memorisation_ratio": Measured(memorised, min(budget.memorised, n), 0),
        "share_sure": Measured(float(np.mean(chances.max(axis=1) > SURE)), n, 0),
    }


def _closeness(bench: Bench, answers: np.ndarray, seed: int | None = None) -> dict[str, Measured]:
    """MSE, SSIM, and the cross-entropy with what it exceeds its floor by."""
    test, n = bench.test, len(bench.test)
    bce = cross_entropy(test, answers)
    found = {
        "mse": mse(test, answers),
        "ssim": float(structural_similarity(test, answers).mean()),
        "bce": bce,
        "bce_excess": bce - bce_floor(test),
    }
    return {name: Measured(value, n, seed) for name, value in found.items()}


def _accuracy(chances: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(chances.argmax(axis=1) == labels))


def _posterior(bench: Bench, model_id: str, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, sd = bench.lab.posterior(model_id, images)
    return mean, 2 * np.log(sd)


def _grey_negative_elbo(bench: Bench, model_id: str, log_prior: Any) -> float:
    """Nats per image with grey pixels as targets: no likelihood, but what the original printed."""
    mean, sd = bench.lab.posterior(model_id, bench.test)
    rng, total = np.random.default_rng(0), 0.0
    for _ in range(GREY_SAMPLES):
        noise = rng.standard_normal(mean.shape, dtype=np.float32)
        codes = mean + sd * noise
        misfit = cross_entropy_per_image(bench.test, bench.lab.decode(model_id, codes))
        log_posterior = standard_normal(noise) - np.log(sd).sum(axis=1)
        total += np.mean(misfit + log_posterior - log_prior(tf.constant(codes)).numpy())
    return float(total / GREY_SAMPLES)
