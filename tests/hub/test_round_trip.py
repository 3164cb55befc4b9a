"""From a training to the page of somebody else, by way of the Hub."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from mnistlab.hub.files import WeightsError
from mnistlab.hub.manifest import read_manifest, write_manifest
from mnistlab.hub.publish import contents, publish
from mnistlab.hub.store import read_card
from tests.hub.app_process import running
from tests.hub.hub_server import TOKEN
from tests.hub.tiny_weights import TABLE

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

ROOT = Path(__file__).parents[2]
NAME = "me/mnist"


@pytest.fixture(scope="module")
def files(tiny_weights):
    return contents(tiny_weights, NAME, TABLE)


def test_a_lab_comes_back_as_it_was(hub, token, files, tiny_weights, digits):
    from mnistlab.inference.lab import Lab

    commit = publish(files, NAME, tag="v1").commit
    here, there = Lab.load(tiny_weights), Lab.from_hub(NAME, "v1")
    assert there.models == here.models
    assert there.revision == here.revision
    assert there.source == f"me/mnist@v1 on the Hub, commit {commit[:12]}"
    images = digits.x_test[:8]
    for model in ("vanilla", "vae", "denoising"):
        np.testing.assert_array_equal(
            there.reconstruct(model, images), here.reconstruct(model, images)
        )
    np.testing.assert_array_equal(there.sample("gan", 4, seed=1), here.sample("gan", 4, seed=1))
    assert there.replay("vanilla") is not None


# What is whole and yet not fit to be used: the lab says so, and nothing is swapped in.


def spoiled(folder, change):
    """The files of a folder after one weight of `vanilla` has been changed, manifest and all."""
    path = folder / "vanilla.safetensors"
    tensors = load(path.read_bytes())
    change(tensors)
    path.write_bytes(save(tensors))
    write_manifest(folder)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def not_numbers(tensors):
    next(iter(tensors.values()))[...] = np.nan


def beyond_numbers(tensors):
    rng = np.random.default_rng(0)
    for array in tensors.values():
        array[...] = rng.choice([-3e38, 3e38], array.shape)


def other_shape(tensors):
    key = next(iter(tensors))
    tensors[key] = tensors[key][:-1].copy()


def one_more(tensors):
    tensors["extra"] = np.zeros(3, np.float32)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (not_numbers, "expected finite numbers in"),
        (beyond_numbers, "vanilla answers a trial digit with something not finite"),
        (other_shape, "to be float32"),
        (one_more, "expected none of that name"),
    ],
)
def test_weights_that_do_not_fit_are_refused(hub, folder, change, said):
    from mnistlab.inference.lab import Lab

    hub.create(NAME, spoiled(folder, change))
    with pytest.raises(WeightsError, match=said):
        Lab.from_hub(NAME)


def test_settings_that_ask_for_too_much_are_refused(hub, folder):
    from mnistlab.inference.lab import Lab

    card = read_card(folder, "vanilla")
    hostile = dataclasses.replace(card, configuration={"code": 10**8})
    (folder / "vanilla.json").write_bytes(hostile.to_json())
    hub.create(NAME, spoiled(folder, lambda tensors: None))
    with pytest.raises(WeightsError, match=r"vanilla.json: expected 'code'"):
        Lab.from_hub(NAME)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_page_takes_the_weights_of_the_hub_when_they_are_here(
    hub, token, folder, files, tiny_weights, digits
):
    from tests.hub.tiny_weights import write_tiny_weights

    publish(files, NAME)
    write_tiny_weights(folder, digits.x_test, digits.y_test, seed=1)
    bundled, published = read_manifest(folder).revision, read_manifest(tiny_weights).revision
    seen = []

    def published_now(answer):
        seen.append(answer.get("weights"))
        return answer.get("weights") == published

    with running("--weights", folder, MNISTLAB_HUB=NAME, HF_TOKEN="hf_stale") as app:
        answer, _ = app.answer_when(published_now)
    assert len(answer["models"]) == 9
    assert {revision for revision in seen if revision} == {bundled, published}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_page_before_a_black_hole_answers_with_what_it_has(black_hole, folder):
    with running("--weights", folder, "--hub", NAME) as app:
        answer, _ = app.first_answer()
    assert answer["weights"] == read_manifest(folder).revision


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_black_hole_costs_no_time(black_hole, folder):
    """The best of three starts each; room for a machine that does other things too."""
    seconds = {}
    for arguments in [(), ("--hub", NAME)] * 3:
        with running("--weights", folder, *arguments) as app:
            seconds.setdefault(arguments, []).append(app.first_answer()[1])
    without, beside = (min(times) for times in seconds.values())
    assert beside < 1.25 * without + 1


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_train_push_pull(hub, digits_path, digits, tmp_path):
    from mnistlab.inference.lab import Lab

    weights = tmp_path / "weights"
    trained = train(
        *("vanilla", "classifier", "--quick", "--epochs", "1", "--any-digits"),
        *("--data", digits_path, "--out", weights, "--runs", tmp_path / "runs"),
        *("--push-to-hub", NAME, "--tag", "v1"),
    )
    assert trained.returncode == 0, trained.stderr
    repository = hub.repositories["models", NAME]
    assert repository.tags == {"v1": repository.head.oid}
    assert f"{NAME}@{repository.head.oid}" in trained.stdout
    lab = Lab.from_hub(NAME, "v1")
    assert lab.models == ("vanilla", "classifier")
    images = digits.x_test[:8]
    np.testing.assert_array_equal(
        lab.reconstruct("vanilla", images), Lab.load(weights).reconstruct("vanilla", images)
    )
    again = train("--no-fit", "--out", weights, "--push-to-hub", NAME, "--tag", "v1")
    assert again.returncode == 0, again.stderr
    assert len(repository.commits) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_dry_run_lists_and_sends_nothing(hub, tiny_weights):
    ran = train("--out", tiny_weights, "--push-to-hub", NAME, "--push-space", NAME, "--dry-run")
    assert ran.returncode == 0, ran.stderr
    assert "vae.safetensors" in ran.stdout
    assert "weights/vae.safetensors" in ran.stdout
    assert "README.md" in ran.stdout
    assert not [request for request in hub.requests if request.method != "GET"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_refused_token_is_told_before_the_training(hub, tmp_path):
    ran = train("--push-to-hub", NAME, "--out", tmp_path, token="hf_stale")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("train.py: The Hub refuses the token")
    assert not hub.repositories


@pytest.mark.parametrize(
    "arguments", [("--tag", "v1"), ("--private",), ("--no-fit",), ("--dry-run",)]
)
def test_flags_that_belong_together(arguments):
    assert train(*arguments).returncode == 2


def train(*arguments, token=TOKEN):
    return subprocess.run(
        [sys.executable, "train.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "HF_TOKEN": token},
        capture_output=True,
        text=True,
    )
