import ast
import json

import numpy as np
import pytest

from mnistlab.hub.store import save_tensors
from mnistlab.inference import catalogue
from mnistlab.inference.catalogue import best, filter_pictures, history, reached
from mnistlab.inference.exhibits import Exhibits
from mnistlab.inference.lab import Lab
from mnistlab.inference.pictures import to_bytes, unpacked
from mnistlab.models import MODELS
from tests.small_models import small
from tests.ui.fake_lab import MSE, FakeLab


@pytest.fixture(scope="module")
def lab():
    return FakeLab()


def test_the_catalogue_names_models_weights_and_every_figure_that_has_a_rival(lab):
    answer = catalogue.catalogue(lab)
    assert answer["models"] == list(lab.models)
    assert (answer["source"], answer["revision"]) == (lab.source, lab.revision)
    [row] = answer["table"]
    assert (row["model"], row["figure"], row["value"]) == ("vanilla", "mse", 0.0031)
    assert (row["best"], row["reached"]) == ("ours", "floor")


def test_every_model_has_a_portrait(lab):
    for name in lab.models:
        answer = catalogue.portrait(lab, name)
        assert answer["layers"] == lab.describe(name)
        assert answer["epochs"] == 4
        assert any("19" in text or "20" in text for text in answer["about"]), "a paper is named"
        json.dumps(answer)


def test_the_source_is_the_file_of_the_model(lab):
    for name in lab.models:
        answer = catalogue.source(lab, name)
        assert answer["file"].endswith(f"/{name}.py")
        functions = ast.parse(answer["code"]).body
        assert name in [f.name for f in functions if isinstance(f, ast.FunctionDef)]


@pytest.mark.parametrize("model", ["../hub/store", "layers", "", None, 3])
@pytest.mark.parametrize("ask", ["portrait", "source", "replay", "filters"])
def test_no_other_file_and_no_other_model(lab, ask, model):
    with pytest.raises(ValueError, match="Unknown model"):
        getattr(catalogue, ask)(lab, model)


def test_the_replay_travels_whole(lab):
    answer = catalogue.replay(lab, "vae")
    epochs, frames = lab.replay("vae")
    assert answer["epochs"] == epochs.tolist()
    assert unpacked(answer["frames"]).tolist() == frames.ravel().tolist()
    assert catalogue.replay(lab, "classifier") == {"epochs": []}


def test_filters_come_a_page_at_a_time(monkeypatch, lab):
    monkeypatch.setattr(catalogue, "PAGE", 20)
    answer = catalogue.filters(lab, "vanilla", 20)
    assert (answer["kind"], answer["count"], answer["side"]) == ("atom", 32, 28)
    values = unpacked(answer["pictures"]).view(np.int8).reshape(-1, 784) / 127 * answer["full"]
    kernel = lab.weights("vanilla")["decoder/pixels/kernel"][20:]
    assert len(values) == 12
    assert values == pytest.approx(np.clip(kernel, -answer["full"], answer["full"]), abs=0.01)


@pytest.mark.parametrize("first", [-1, 32, "0", None, True])
def test_a_page_that_is_not_there(lab, first):
    with pytest.raises(ValueError, match="0 to 31"):
        catalogue.filters(lab, "vanilla", first)


def test_weights_without_the_array_have_no_filters(lab):
    assert catalogue.filters(lab, "vae") == {"kind": "unit", "count": 0}


def test_dense_kernels_become_pictures_either_way_round():
    atoms = np.arange(2 * 784, dtype=float).reshape(2, 784)
    assert filter_pictures(atoms)[1, 0, 0] == 784
    assert np.array_equal(filter_pictures(atoms.T), filter_pictures(atoms))
    small = np.arange(25 * 3).reshape(5, 5, 1, 3)
    assert np.array_equal(filter_pictures(small)[2], small[:, :, 0, 2])


def test_a_filter_on_folded_pixels_is_what_it_looks_for():
    """The answer of a convolution is the product of its picture with the patch it covers."""
    rng = np.random.default_rng(0)
    patch, kernel = rng.random((12, 12)), rng.random((3, 3, 16, 2))
    folded = patch.reshape(3, 4, 3, 4).transpose(0, 2, 1, 3).reshape(3, 3, 16)
    answers = np.einsum("ijc,ijcn->n", folded, kernel)
    assert (filter_pictures(kernel) * patch).sum((1, 2)) == pytest.approx(answers)


def test_a_stamp_is_what_one_place_writes():
    """One lit place in the middle of a 3 x 3 map, through a convolution with `same` padding."""
    kernel = np.random.default_rng(0).random((3, 3, 5, 16))
    lit = np.zeros((5, 5))
    lit[2, 2] = 1  # with its padding
    written = np.zeros((3, 3, 16))
    for row in range(3):
        for column in range(3):
            patch = lit[row : row + 3, column : column + 3]
            written[row, column] = np.einsum("ij,ijc->c", patch, kernel[:, :, 4])
    unfolded = written.reshape(3, 3, 4, 4).transpose(0, 2, 1, 3).reshape(12, 12)
    assert filter_pictures(kernel)[4] == pytest.approx(unfolded)


def test_history_pairs_training_with_held_out():
    pairs = history({"loss": (3.0, 2.0), "val_loss": (4.0, 3.0), "d_loss": (1.0,)})
    assert pairs == [
        {"name": "loss", "training": [3.0, 2.0], "held_out": [4.0, 3.0]},
        {"name": "d_loss", "training": [1.0], "held_out": []},
    ]


@pytest.mark.parametrize(
    ("entry", "winner"),
    [
        (MSE, "ours"),
        ({**MSE, "value": 0.0060}, "original"),
        ({**MSE, "value": 0.0060, "bound": 0.004}, "linear"),
        ({"value": 20.0, "baseline": 18.0, "better": "higher"}, "ours"),
        ({"value": 17.0, "baseline": 18.0, "better": "higher"}, "original"),
        ({"value": 17.0, "better": "higher"}, None),
        ({"value": 17.0, "baseline": 18.0, "better": None}, None),
    ],
)
def test_who_is_best(entry, winner):
    assert best(entry) == winner


@pytest.mark.parametrize(
    ("entry", "target"),
    [
        (MSE, "floor"),
        ({**MSE, "value": 0.0030}, "goal"),
        ({**MSE, "value": 0.0035}, "short"),
        ({"value": 0.99, "floor": 0.98, "goal": 0.995, "better": "higher"}, "floor"),
        ({"value": 0.1, "better": "lower"}, None),
    ],
)
def test_how_far_a_figure_has_come(entry, target):
    assert reached(entry) == target


@pytest.fixture(scope="module")
def small_lab(digits):
    """A real lab of networks that have learned nothing."""
    nets = {name: small(name) for name in MODELS}
    exhibits = Exhibits(to_bytes(digits.x_test[:5]), digits.y_test, {}, {}, {}, {})
    return Lab(nets, {}, exhibits, {}, source="tests", revision="none")


def test_the_layers_of_every_network_add_up_to_its_weights(small_lab):
    for name in MODELS:
        layers = small_lab.describe(name)
        weights = small_lab.weights(name)
        apart = {"temperature"}  # the referee's one number outside its layers
        held = sum(array.size for key, array in weights.items() if key not in apart)
        assert sum(layer["parameters"] for layer in layers) == held, name
        assert layers[0]["kind"] == "Input"
        json.dumps(layers)


def test_every_network_has_pictures_to_look_at(small_lab):
    for name in MODELS:
        answer = catalogue.filters(small_lab, name)
        side = answer["side"]
        assert len(unpacked(answer["pictures"])) == min(answer["count"], 128) * side * side, name


def test_the_replay_is_read_when_it_is_asked_for(small_lab, tmp_path):
    frames = np.arange(3 * 7840, dtype=np.uint8).reshape(3, 10, 28, 28)
    epochs = np.array([0, 1, 5], np.float32)
    save_tensors(tmp_path / "replay" / "vae.safetensors", {"frames": frames, "epochs": epochs})
    save_tensors(tmp_path / "replay" / "gan.safetensors", {"frames": frames[:2], "epochs": epochs})
    nets = {"vae": small("vae"), "gan": small("gan"), "classifier": small("classifier")}
    exhibits = small_lab.exhibits
    lab = Lab(nets, {}, exhibits, {}, source="tests", revision="none", folder=tmp_path)
    assert catalogue.replay(lab, "vae")["epochs"] == [0, 1, 5]
    assert np.array_equal(lab.replay("vae")[1], frames)
    assert lab.replay("classifier") is None
    assert small_lab.replay("vae") is None
    with pytest.raises(ValueError, match="replay of gan"):
        lab.replay("gan")


def test_a_model_that_draws_too_has_twenty_pictures_an_epoch(small_lab, tmp_path):
    for name, pictures in {"vae": 20, "gan": 15}.items():
        frames = np.zeros((2, pictures, 28, 28), np.uint8)
        kept = {"frames": frames, "epochs": np.array([0, 1], np.float32)}
        save_tensors(tmp_path / "replay" / f"{name}.safetensors", kept)
    nets = {"vae": small("vae"), "gan": small("gan"), "classifier": small("classifier")}
    exhibits = small_lab.exhibits
    lab = Lab(nets, {}, exhibits, {}, source="tests", revision="none", folder=tmp_path)
    assert lab.replay("vae")[1].shape == (2, 20, 28, 28)
    with pytest.raises(ValueError, match="replay of gan"):
        lab.replay("gan")
