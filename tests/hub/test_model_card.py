"""What would be published: only what is whole and loads, and a README that the Hub can read."""

import io
import json
import shutil

import numpy as np
import pytest
from huggingface_hub import ModelCard
from PIL import Image

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import write_manifest
from mnistlab.hub.publish import contents
from mnistlab.hub.tensors import save_tensors
from tests.hub.tiny_weights import METRICS, TABLE

NAME = "me/mnist"


@pytest.fixture(scope="module")
def files(tiny_weights):
    return contents(tiny_weights, NAME, TABLE)


def test_the_model_card_comes_back_as_the_hub_reads_it(files):
    card = ModelCard(files["README.md"].decode()).data
    assert (card.library_name, card.license, card.datasets) == ("keras", "mit", ["ylecun/mnist"])
    found = {result.metric_name: result.metric_value for result in card.eval_results}
    assert found == {"vanilla: mse": 0.0625, "classifier: accuracy": 0.125}
    assert {result.dataset_type for result in card.eval_results} == {"ylecun/mnist"}
    text = files["README.md"].decode()
    assert TABLE in text
    assert 'Lab.from_hub("me/mnist")' in text
    assert "![" in text
    assert "reconstructions.png" in text


def test_the_picture_shows_the_digits_and_every_model(files, digits):
    with Image.open(io.BytesIO(files["reconstructions.png"])) as picture:
        sheet = np.asarray(picture)
    step = 58
    assert sheet.shape == (10 * step, 96 + 10 * step)  # digits, and nine that draw
    first = np.argmax(digits.y_test == 0)
    tile = sheet[:56:2, 96 : 96 + 56 : 2]
    np.testing.assert_array_equal(tile, np.uint8(digits.x_test[first] * 255))


def test_only_what_is_whole_is_published(folder):
    (folder / "metrics.json").write_text(json.dumps({**METRICS, "format": 2}))
    with pytest.raises(WeightsError, match=r"metrics.json: expected .* bytes|sha256"):
        contents(folder, NAME, TABLE)
    (folder / "metrics.json").unlink()
    write_manifest(folder)
    with pytest.raises(WeightsError, match=r"metrics.json is missing"):
        contents(folder, NAME, TABLE)


def test_only_models_that_load_are_published(folder, tmp_path):
    save_tensors(folder / "vanilla.safetensors", {"a": np.zeros(3, np.float32)})
    write_manifest(folder)
    with pytest.raises(WeightsError, match=r"vanilla.safetensors: "):
        contents(folder, NAME, TABLE)
    shutil.rmtree(folder)
    with pytest.raises(WeightsError, match=r"manifest.json is missing"):
        contents(folder, NAME, TABLE)
