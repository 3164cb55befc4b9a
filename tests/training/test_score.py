import copy

import keras
import numpy as np
import pytest

from mnistlab.hub.files import to_json
from mnistlab.training import curves
from mnistlab.training import score as scoring
from mnistlab.training.bench import Budget
from mnistlab.training.score import PARTS, calibrate, score
from mnistlab.training.targets import FIGURES, TARGETS, baselines

TINY = Budget(
    likelihood_digits=20,
    likelihood_samples=2,
    probe_digits=60,
    samples=60,
    seeds=2,
    memorised=30,
    curve_digits=5,
)
MARK = -1.0  # a value that nothing measures


@pytest.fixture(scope="module", autouse=True)
def tiny_budget():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "QUICK", TINY)
        patch.setattr(curves, "STRENGTHS", (0.5,))
        yield


@pytest.fixture(scope="module")
def said():
    return []


@pytest.fixture(scope="module")
def metrics(lab, all_digits, said):
    return score(lab, all_digits, thorough=False, say=said.append)


@pytest.fixture
def marked(metrics):
    """What is known, each figure and each curve of a model made recognisable."""
    known = copy.deepcopy(metrics)
    for figures in known["models"].values():
        for figure in figures.values():
            figure["value"] = MARK
    for curve in known["noise_curves"].values():
        for series in (*curve["psnr"].values(), *curve["ssim"].values()):
            series[:] = [MARK] * len(series)
    return known


def values(metrics, model_id):
    return {name: figure["value"] for name, figure in metrics["models"][model_id].items()}


def test_it_can_be_kept_as_json(metrics):
    assert metrics["format"] == 1
    assert b"NaN" not in to_json(metrics)


def test_every_figure_says_what_it_is(metrics, lab):
    assert metrics["models"].keys() == set(lab.models)
    for model_id, figures in metrics["models"].items():
        assert figures, model_id
        for name, figure in figures.items():
            assert isinstance(figure["value"], float | int), (model_id, name)
            assert figure["n"] > 0
            assert figure["seed"] in (0, None)
            assert figure["better"] == FIGURES[name].better


def test_every_target_has_its_figure(metrics):
    for model_id, targets in TARGETS.items():
        if model_id in metrics["models"]:
            assert targets.keys() <= metrics["models"][model_id].keys(), model_id


def test_goals_lie_beyond_floors_and_floors_beyond_baselines():
    for model_id, targets in TARGETS.items():
        for name, target in targets.items():
            baseline = baselines().get(model_id, {}).get(name)
            steps = [x for x in (baseline, target.floor, target.goal) if x is not None]
            falling = FIGURES[name].better == "lower"
            assert steps == sorted(steps, reverse=falling), (model_id, name)


def test_linear_bounds_stand_beside_codes_of_their_size(metrics):
    bounds, models = metrics["bounds"], metrics["models"]
    assert models["ae_2d"]["mse"]["bound"] == bounds["pca_mse"]["2"]
    assert models["denoising"]["psnr"]["bound"] == bounds["ridge_psnr"]
    assert "bound" not in models["vanilla"]["mse"]  # nobody asked for its eight components
    assert bounds["noisy_psnr"] < bounds["median_psnr"]


def test_what_the_referee_judged_says_so(metrics):
    models = metrics["models"]
    assert models["gan"]["coverage"]["judge"] == "classifier"
    assert "judge" not in models["vae"]["nll"]
    assert "judge" not in models["classifier"]["accuracy"]


def test_several_seeds_give_a_spread(metrics):
    ratio = metrics["models"]["gan"]["frechet_ratio"]
    assert ratio["seeds"] == 2
    assert ratio["spread"] > 0


def test_each_part_is_announced(metrics, said):
    assert "Scoring bounds" in said
    assert "Scoring vae_2d: likelihood" in said


def test_scoring_some_repeats_their_figures_and_keeps_the_others(metrics, marked, lab, all_digits):
    again = score(lab, all_digits, only=["vanilla", "gan"], known=marked, thorough=False)
    for model_id in ("vanilla", "gan"):
        same = pytest.approx(values(metrics, model_id), rel=1e-4)
        assert values(again, model_id) == same, model_id
    for model_id in set(lab.models) - {"vanilla", "gan"}:
        assert set(values(again, model_id).values()) == {MARK}, model_id
    for curve in again["noise_curves"].values():
        assert set(curve["psnr"]["vae"]) == {MARK}
        assert MARK not in curve["psnr"]["vanilla"]


def test_a_new_referee_judges_everything_again(marked, lab, all_digits):
    again = score(lab, all_digits, only=["classifier"], known=marked, thorough=False)
    assert MARK not in values(again, "gan").values()
    assert values(again, "vae")["nll"] == MARK
    assert values(again, "vae")["coverage"] != MARK


def test_parts_name_models_that_exist():
    from mnistlab.models import MODELS

    assert {model_id for part in PARTS for model_id in part.models} == MODELS.keys()


def test_calibration_finds_the_temperature_that_the_labels_were_drawn_at():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 4, (20_000, 10)).astype(np.float32)
    gumbel = rng.gumbel(size=logits.shape)
    labels = (logits / 2.5 + gumbel).argmax(axis=1)  # drawn from softmax(logits / 2.5)

    class Referee:
        temperature = keras.Variable(1.0)

        def __call__(self, images):
            return images[:, 0]

    referee = Referee()
    assert calibrate(referee, logits[:, None], labels) == pytest.approx(2.5, rel=0.03)
    assert float(referee.temperature.numpy()) == pytest.approx(2.5, rel=0.03)
