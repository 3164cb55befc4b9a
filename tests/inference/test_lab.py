"""The front door: shapes, ranges, seeds, and a sentence for whatever is asked wrongly."""

import threading

import numpy as np
import pytest

from mnistlab.data.digits import Digits
from mnistlab.inference.lab import Lab
from mnistlab.models import MODELS
from mnistlab.training.exhibits import build_exhibits, new_lab
from tests.small_models import SMALL, small

RECONSTRUCTING = [name for name in MODELS if name not in ("gan", "classifier")]
DECODING = [name for name in MODELS if name not in ("denoising", "classifier")]
SAMPLING = ("vae", "vae_2d", "gan")


@pytest.fixture(scope="module")
def lab(digits) -> Lab:
    nets = {name: small(name) for name in MODELS}
    exhibits = build_exhibits(new_lab(nets, Digits(*digits)), Digits(*digits))
    return Lab(nets, {}, exhibits, {}, source="tests", revision="none")


@pytest.fixture(scope="module")
def images(digits) -> np.ndarray:
    return digits.x_test[:5]


def test_the_models_come_in_their_order(lab):
    assert lab.models == tuple(MODELS)


@pytest.mark.parametrize("name", RECONSTRUCTING)
def test_reconstructing_and_encoding(lab, images, name):
    pictures, codes = lab.reconstruct(name, images), lab.encode(name, images)
    assert pictures.shape == images.shape
    assert 0 <= pictures.min() <= pictures.max() <= 1
    assert codes.shape == (len(images), lab.code_size(name))


@pytest.mark.parametrize("name", DECODING)
def test_decoding_refuses_another_width_with_both_numbers(lab, name):
    width = lab.code_size(name)
    assert lab.decode(name, np.zeros((3, width), "float32")).shape == (3, 28, 28)
    with pytest.raises(ValueError, match=rf"{width} numbers.*{width + 1}"):
        lab.decode(name, np.zeros((3, width + 1), "float32"))


@pytest.mark.parametrize("name", SAMPLING)
def test_one_seed_gives_the_same_samples(lab, name):
    one, same, other = (lab.sample(name, 6, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one, same)
    assert one.shape == (6, 28, 28)
    assert not np.array_equal(one, other)


def test_at_temperature_zero_all_samples_are_alike(lab):
    samples = lab.sample("vae", 4, seed=1, temperature=0)
    np.testing.assert_allclose(samples, samples[:1].repeat(4, axis=0), atol=1e-6)


def test_a_posterior_has_a_mean_that_is_the_code(lab, images):
    mean, sd = lab.posterior("vae", images)
    np.testing.assert_allclose(mean, lab.encode("vae", images), atol=1e-6)
    assert sd.min() > 0
    with pytest.raises(ValueError, match="no posterior"):
        lab.posterior("vanilla", images)


def test_probabilities_add_up(lab, images):
    np.testing.assert_allclose(lab.classify(images).sum(axis=1), 1, atol=1e-5)


def test_examining_says_what_the_single_calls_say(lab, images):
    seen = lab.examine(images)
    np.testing.assert_allclose(seen.probabilities, lab.classify(images), atol=1e-5)
    assert list(seen.readings) == [name for name in MODELS if name != "classifier"]
    for name in RECONSTRUCTING:
        reading = seen.readings[name]
        np.testing.assert_allclose(reading.reconstruction, lab.reconstruct(name, images), atol=1e-5)
        np.testing.assert_allclose(reading.code, lab.encode(name, images), atol=1e-4)
        np.testing.assert_allclose(
            reading.relative_error, lab.relative_error(name, images), rtol=1e-4
        )
        np.testing.assert_allclose(
            reading.probabilities, lab.classify(np.clip(reading.reconstruction, 0, 1)), atol=1e-4
        )
    assert seen.readings["vae"].code_sd.shape == seen.readings["vae"].code.shape
    assert seen.readings["vanilla"].code_sd is None


def test_digits_that_are_only_compared_get_their_errors(lab, images):
    seen = lab.examine(images[:2], images)
    assert len(seen.probabilities) == 2
    assert list(seen.other_errors) == list(seen.readings)
    for name in RECONSTRUCTING:
        np.testing.assert_allclose(
            seen.other_errors[name], lab.relative_error(name, images), rtol=1e-4
        )
    nearest = lab.examine(images).readings["gan"]
    np.testing.assert_allclose(seen.other_errors["gan"], nearest.relative_error, rtol=1e-4)


def test_of_the_gan_the_nearest_sample_is_shown(lab, images):
    reading = lab.examine(images).readings["gan"]
    bank = lab.sample("gan", 1000, seed=0)
    distances = ((images[:, None] - bank[None]) ** 2).sum((2, 3))
    np.testing.assert_allclose(reading.mse * 784, distances.min(axis=1), rtol=1e-3)
    np.testing.assert_allclose(lab.decode("gan", reading.code), reading.reconstruction, atol=1e-5)


def test_many_at_once_get_what_each_would_get_alone(lab, digits):
    digits_of = [digits.x_test[i : i + 1] for i in range(24)]
    alone = [lab.examine(digit) for digit in digits_of]
    together: list = [None] * len(digits_of)

    def look(i: int) -> None:
        together[i] = lab.examine(digits_of[i])

    threads = [threading.Thread(target=look, args=(i,)) for i in range(len(digits_of))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, together, strict=True):
        for name, reading in one.readings.items():
            np.testing.assert_allclose(
                reading.reconstruction, other.readings[name].reconstruction, atol=1e-4
            )


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda lab, x: lab.reconstruct("vanila", x), "Unknown model 'vanila'"),
        (lambda lab, x: lab.reconstruct("gan", x), "gan cannot reconstruct"),
        (lambda lab, x: lab.encode("classifier", x), "classifier cannot encode"),
        (lambda lab, x: lab.decode("denoising", x), "denoising cannot decode"),
        (lambda lab, x: lab.sample("vanilla", 1), "vanilla cannot sample"),
        (lambda lab, x: lab.reconstruct("vanilla", x[:, :, :9]), r"\(n, 28, 28\)"),
        (lambda lab, x: lab.reconstruct("vanilla", x[:0]), "n > 0"),
        (lambda lab, x: lab.reconstruct("vanilla", 255 * x), "lie in"),
        (lambda lab, x: lab.reconstruct("vanilla", np.nan * x), "lie in"),
        (lambda lab, x: lab.reconstruct("vanilla", [[["a"]]]), r"received \(1, 1, 1\)"),
        (lambda lab, x: lab.decode("vanilla", np.full((1, 8), np.inf)), "finite"),
        (lambda lab, x: lab.sample("gan", 0), "1 to 10,000; received 0"),
        (lambda lab, x: lab.sample("gan", 1, seed=-1), "seed is a whole number from 0"),
        (lambda lab, x: lab.sample("gan", 1, temperature=3), "temperature lies in 0 to 2"),
        (lambda lab, x: lab.sample("gan", 1, digit=10), "0 to 9"),
    ],
)
def test_what_is_asked_wrongly_gets_a_sentence(lab, images, ask, sentence):
    with pytest.raises(ValueError, match=sentence):
        ask(lab, images)


def test_small_configurations_cover_the_registry():
    assert SMALL.keys() == MODELS.keys()
