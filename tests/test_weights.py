"""The shipped weights: whole, as good as they say, and better than the originals."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from mnistlab import Lab
from mnistlab.hub.store import MODEL_IDS, check_manifest, read_card
from mnistlab.training.readme import README, parts_of_readme, written_into

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "weights"

# What every model must beat on all test digits: a linear map, or the notebook that it came from.
BETTER_THAN = {
    ("vanilla", "mse"): 0.0053,
    ("multilayer", "mse"): 0.0078,
    ("convolutional", "mse"): 0.0200,
    ("sparse", "mse"): 0.0100,
    ("ae_2d", "mse"): 0.043,
    ("vae_2d", "grey_negative_elbo"): 151.99,
}


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab.load()


@pytest.fixture(scope="module")
def metrics() -> dict:
    return json.loads((WEIGHTS / "metrics.json").read_text())


def test_everything_is_there_and_as_the_manifest_says():
    manifest = check_manifest(WEIGHTS)
    named = {f"{name}.{kind}" for name in MODEL_IDS for kind in ("safetensors", "json")}
    assert named <= manifest.files.keys()
    on_disk = {p.relative_to(WEIGHTS).as_posix() for p in WEIGHTS.rglob("*") if p.is_file()}
    assert on_disk == manifest.files.keys() | {"manifest.json"}


@pytest.mark.parametrize("name", MODEL_IDS)
def test_each_model_has_a_card_with_its_history(name):
    card = read_card(WEIGHTS, name)
    assert all(len(values) == card.epochs for values in card.history.values())
    assert {"python", "tensorflow", "keras", "numpy"} <= card.versions.keys()


@pytest.mark.parametrize("key", BETTER_THAN, ids=lambda key: "-".join(key))
def test_every_model_beats_what_it_came_from(metrics, key):
    name, figure = key
    entry = metrics["models"][name][figure]
    assert entry["value"] < BETTER_THAN[key]
    assert entry["n"] == 10_000


def test_the_denoiser_beats_every_filter_and_the_linear_map(metrics):
    psnr = metrics["models"]["denoising"]["psnr"]["value"]
    rivals = [value for name, value in metrics["bounds"].items() if name.endswith("psnr")]
    assert psnr > max(19.0, *rivals)


def test_the_referee_reads_digits(lab, digits):
    right = lab.classify(digits.x_test).argmax(axis=1) == digits.y_test
    assert right.mean() >= 0.98


def test_the_gan_draws_all_ten_classes_and_the_referee_is_sure_of_half(lab):
    chances = lab.classify(lab.sample("gan", 500, seed=1))
    assert len(np.unique(chances.argmax(axis=1))) == 10
    assert (chances.max(axis=1) > 0.9).mean() >= 0.5


@pytest.mark.parametrize("digit", [0, 7])
def test_the_gan_draws_what_it_is_asked_for(lab, digit):
    read = lab.classify(lab.sample("gan", 100, seed=2, digit=digit)).argmax(axis=1)
    assert (read == digit).mean() > 0.8


def test_the_published_figures_are_those_of_the_weights(lab, metrics, mnist):
    for name in ("vanilla", "multilayer", "convolutional", "sparse", "vae", "ae_2d", "vae_2d"):
        mse = ((lab.reconstruct(name, mnist.x_test) - mnist.x_test) ** 2).mean()
        assert mse == pytest.approx(metrics["models"][name]["mse"]["value"], rel=1e-3)
    accuracy = (lab.classify(mnist.x_test).argmax(axis=1) == mnist.y_test).mean()
    assert accuracy == pytest.approx(metrics["models"]["classifier"]["accuracy"]["value"], abs=3e-4)


def test_the_figures_of_the_readme_are_those_of_the_files():
    text = README.read_text()
    assert written_into(text, parts_of_readme()) == text


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text())
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]
