"""Figures of stand-ins whose scores are known without measuring."""

from types import SimpleNamespace

import numpy as np
import pytest

from mnistlab.evaluation.pixels import psnr
from mnistlab.models import MODELS
from mnistlab.training import figures
from mnistlab.training.bench import Bench, Budget, spoilt

BUDGET = Budget(
    likelihood_digits=40,
    likelihood_samples=5,
    probe_digits=300,
    samples=200,
    seeds=2,
    memorised=100,
    curve_digits=20,
)
COIN = 784 * np.log(2)  # nats of a picture whose every pixel is a toss


class Copier:
    """Gives back what it sees, draws digits out of a hat, reads the corner that says the class."""

    def __init__(self, digits, hat=None):
        self.digits, self.hat = digits, hat
        self.axes = np.random.default_rng(0).standard_normal((784, 6))

    def reconstruct(self, model, images):
        return images

    def sample(self, model, n, seed=0):
        return self.hat[:n]

    def features(self, images):
        return images.reshape(len(images), -1) @ self.axes

    def classify(self, images):
        places = [np.abs(self.digits.test_images - image).sum((1, 2)).argmin() for image in images]
        return np.eye(10)[self.digits.test_labels[places]]


def value(measured, name):
    return measured[name].value


def test_noise_is_that_of_the_law():
    x = np.random.default_rng(1).random((2500, 4, 4)).astype(np.float32)
    law = np.clip(x + 0.5 * np.random.default_rng(0).standard_normal(x.shape), 0, 1)
    np.testing.assert_array_equal(spoilt(x, seed=0), law.astype(np.float32))


def test_a_copier_reconstructs_without_error(all_digits):
    bench = Bench(Copier(all_digits), all_digits, BUDGET)
    found = figures.reconstruction(bench, "convolutional")
    assert value(found, "mse") == 0
    assert value(found, "ssim") == pytest.approx(1)
    assert value(found, "bce_excess") == pytest.approx(0, abs=1e-6)
    assert {figure.n for figure in found.values()} == {200}


def test_a_copier_denoises_nothing(all_digits):
    bench = Bench(Copier(all_digits), all_digits, BUDGET)
    found = figures.denoising(bench, "denoising")
    assert value(found, "psnr") == psnr(all_digits.test_images, bench.noisy_test)
    assert value(found, "psnr") == pytest.approx(9.4, abs=0.2)
    assert found["psnr"].seed == 0


def test_real_digits_pass_for_samples(all_digits):
    bench = Bench(Copier(all_digits, all_digits.test_images), all_digits, BUDGET)
    found = figures.samples(bench, "gan")
    assert value(found, "frechet_distance") == pytest.approx(0, abs=1e-9)
    assert found["frechet_ratio"].seeds == 2
    assert found["frechet_floor"].spread > 0  # each seed has its own training digits
    for name in ("precision", "recall", "coverage", "share_sure"):
        assert value(found, name) == 1, name
    assert value(found, "class_total_variation") == 0
    assert value(found, "memorisation_ratio") == pytest.approx(1, abs=0.1)


def test_copied_training_digits_are_caught(all_digits):
    bench = Bench(Copier(all_digits, all_digits.train_images), all_digits, BUDGET)
    assert value(figures.samples(bench, "gan"), "memorisation_ratio") == 0


def test_a_single_class_is_caught(all_digits):
    ones = all_digits.test_images[all_digits.test_labels == 1]
    bench = Bench(Copier(all_digits, np.resize(ones, (200, 28, 28))), all_digits, BUDGET)
    found = figures.samples(bench, "gan")
    assert value(found, "class_total_variation") == pytest.approx(0.9)
    assert value(found, "coverage") < 0.5


@pytest.mark.parametrize("model_id", ["vae", "vae_2d"])
def test_a_vae_that_ignores_its_code_tosses_coins(model_id, all_digits):
    config = MODELS[model_id].config_type(hidden=(8,), code=2, couplings=0)
    net = MODELS[model_id].build(config)
    for layer in (net.encoder.layers[-1], net.decoder.get_layer("pixels")):
        layer.set_weights([np.zeros_like(weights) for weights in layer.get_weights()])

    def posterior(model, images):
        mean, log_var = net.posterior(images)
        return np.asarray(mean), np.exp(0.5 * np.asarray(log_var))

    lab = SimpleNamespace(
        networks={model_id: net},
        code_size=lambda model: 2,
        posterior=posterior,
        encode=lambda model, images: np.asarray(net.encode(images)),
        decode=lambda model, codes: np.asarray(net.decode(codes)),
    )
    found = figures.likelihood(Bench(lab, all_digits, BUDGET), model_id)
    for name in ("nll", "negative_elbo", "reconstruction", "grey_negative_elbo"):
        assert value(found, name) == pytest.approx(COIN, rel=1e-5), name
    assert value(found, "kl") == pytest.approx(0, abs=1e-4)
    assert value(found, "active_units") == 0
    assert found["nll"].n == 40
    assert found["grey_negative_elbo"].n == 200


def test_a_code_that_names_the_class_is_read_off_it(all_digits):
    codes = np.eye(12)[all_digits.train_labels], np.eye(12)[all_digits.test_labels]

    def encode(model, images):
        if len(images) == len(all_digits.test_images):
            return codes[1]
        places = [np.flatnonzero((all_digits.train_images == i).all((1, 2)))[0] for i in images]
        return codes[0][places]

    bench = Bench(SimpleNamespace(encode=encode), all_digits, BUDGET)
    found = figures.sparsity(bench, "sparse")
    assert value(found, "active_fraction") == pytest.approx(1 / 12)
    assert value(found, "dead_units") == pytest.approx(2 / 12)
    assert value(found, "hoyer") == pytest.approx(1)
    assert value(found, "probe_accuracy") == 1
