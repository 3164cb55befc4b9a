"""`train.py` as people run it: from a few hundred digits to weights that the front door opens."""

import gzip
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


def train(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "train.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)


@pytest.mark.slow
def test_a_few_digits_become_a_lab(digits_path, tmp_path):
    out = tmp_path / "weights"
    common = ["--data", digits_path, "--any-digits", "--out", out, "--runs", tmp_path / "runs"]
    budget = ["--epochs", 1, "--quick", "--jobs", 2]
    done = train("classifier", "vanilla", "vae_2d", *budget, *common)
    assert done.returncode == 0, done.stderr
    assert "vanilla" in done.stdout
    assert {p.name for p in out.glob("*.safetensors")} == {
        "classifier.safetensors",
        "vanilla.safetensors",
        "vae_2d.safetensors",
        "exhibits.safetensors",
    }

    from mnistlab import Lab

    lab = Lab.load(out)
    assert lab.models == ("vanilla", "vae_2d", "classifier")
    images = lab.exhibits.test_images[:3] / np.float32(255)
    assert lab.reconstruct("vanilla", images).shape == (3, 28, 28)
    assert lab.encode("vae_2d", images).shape == (3, 2)
    np.testing.assert_allclose(lab.classify(images).sum(1), 1, atol=1e-5)
    one, same = lab.sample("vae_2d", 4, seed=9), lab.sample("vae_2d", 4, seed=9)
    np.testing.assert_array_equal(one, same)
    assert lab.metrics["models"]["vanilla"]["mse"]["n"] == len(lab.exhibits.test_labels)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["vanila"], "unknown model 'vanila'"),
        (["--epochs", "0"], "1 to 100,000"),
        (["--seed", "-1"], "0 to 4,294,967,295"),
        (["--jobs", "0"], "1 to 100"),
        (["--data", "nowhere.npz"], "No digits at nowhere.npz"),
    ],
)
def test_a_mistake_gets_a_sentence(arguments, sentence, tmp_path):
    done = train("--out", tmp_path / "weights", "--runs", tmp_path / "runs", *arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_digits_come_from_a_folder_of_idx_files_too(digits, tmp_path):
    from mnistlab.data.digits import DataError, read_digits

    names = {
        "train-images-idx3-ubyte.gz": np.uint8(np.rint(digits.x_train * 255)),
        "train-labels-idx1-ubyte.gz": digits.y_train,
        "t10k-images-idx3-ubyte": np.uint8(np.rint(digits.x_test * 255)),
        "t10k-labels-idx1-ubyte": digits.y_test,
    }
    for name, array in names.items():
        header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
        data = header + array.tobytes()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    with pytest.raises(DataError, match="not MNIST's"):
        read_digits(tmp_path)
    read = read_digits(tmp_path, any_digits=True)
    np.testing.assert_allclose(read.train_images, digits.x_train, atol=1e-6)
    np.testing.assert_array_equal(read.test_labels, digits.y_test)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(b"<html>")
    with pytest.raises(DataError, match="not an IDX file"):
        read_digits(tmp_path, any_digits=True)


def test_all_of_mnist_is_recognised(mnist_path):
    from mnistlab.data.digits import read_digits

    digits = read_digits(mnist_path)
    assert digits.train_images.shape == (60000, 28, 28)
    assert digits.train_images.max() == 1.0
