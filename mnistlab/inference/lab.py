"""The front door: every trained network behind one object."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from mnistlab.evaluation.calibration import percentile_of
from mnistlab.hub.fetch import DEADLINE, fetch
from mnistlab.hub.store import (
    MODEL_IDS,
    Card,
    Manifest,
    WeightsError,
    check_manifest,
    load_model,
    read_json,
    read_tensors,
)
from mnistlab.inference.exhibits import Exhibits

BUNDLED = Path(__file__).parents[2] / "weights"
REFEREE = "classifier"
CHUNK = 500  # images that pass through a network at once
SAMPLES = 1000  # of the GAN, for the nearest of them to a drawing
MAX_SEED = 2**32 - 1
PARTS = (  # of a model, by the attribute that holds them, in the order of the signal
    ("encoder", "encoder"),
    ("encoder", "select"),
    ("network", "net"),
    ("generator", "generator"),
    ("decoder", "decoder"),
    ("prior", "prior"),
)


@dataclass(frozen=True)
class Reading:
    """What one model makes of n digits.

    Args:
        reconstruction: (n, 28, 28) in [0, 1].
        mse: (n,) mean squared error per pixel.
        relative_error: (n,) squared error over the digit's own energy.
        percentile: (n,) in [0, 100], the share of test digits that this model reconstructs worse.
        code: (n, code).
        code_sd: (n, code), the posterior's standard deviation; None for a model without one.
        probabilities: (n, 10), the referee on the reconstruction.
    """

    reconstruction: np.ndarray
    mse: np.ndarray
    relative_error: np.ndarray
    percentile: np.ndarray
    code: np.ndarray
    code_sd: np.ndarray | None
    probabilities: np.ndarray


@dataclass(frozen=True)
class Examination:
    """What all models make of n digits.

    Args:
        probabilities: (n, 10), the referee on the digits themselves.
        oddness: by name (n,), what is held against the test digits to tell a scribble.
        strangeness: (n,) in [0, 100], the share of test digits that are at least as strange.
        readings: by model id, in their order, the referee left out.
    """

    probabilities: np.ndarray
    oddness: dict[str, np.ndarray]
    strangeness: np.ndarray
    readings: dict[str, Reading]


class Lab:
    """Trained networks, ready to answer. Safe to use from many threads.

    Args:
        models: by id.
        cards: by id.
        exhibits: what was measured on the test digits.
        metrics: the contents of `metrics.json`.
        source: where the weights came from, for people.
        revision: a short name of exactly these weights.
        folder: where the files lie, for what is read only when it is asked for.
    """

    def __init__(
        self,
        models: dict[str, Any],
        cards: dict[str, Card],
        exhibits: Exhibits,
        metrics: dict[str, Any],
        *,
        source: str,
        revision: str,
        folder: Path | None = None,
    ) -> None:
        self._nets, self._folder = models, folder
        self.cards, self.exhibits, self.metrics = cards, exhibits, metrics
        self.source, self.revision = source, revision
        self._functions: dict[tuple[str, str], Callable] = {}
        self._lock = threading.Lock()
        self._bank = self._draw_bank()
        self._examine = tf.function(
            self._everything, input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)]
        )
        self._try_out()

    @classmethod
    def load(cls, folder: str | Path | None = None) -> "Lab":
        """Load a folder of weights, the bundled one by default.

        Raises:
            WeightsError: a file is missing, damaged, or not what the manifest and the code expect.
        """
        path = Path(folder) if folder else BUNDLED
        if not path.is_dir():
            raise WeightsError(f"There is no folder of weights at {path.name}.")
        source = "bundled weights" if path == BUNDLED else f"the folder {path.name}"
        return cls._read(path, check_manifest(path), source)

    @classmethod
    def from_hub(
        cls, repo: str, revision: str | None = None, *, deadline: float = DEADLINE
    ) -> "Lab":
        """Load the weights of a repository on the Hub.

        Args:
            repo: `user/repository`; a private one needs a token (`hf auth login`, or HF_TOKEN).
            revision: branch, tag or commit; a commit that was fetched before needs no network.
            deadline: seconds after which the network is given up.

        Raises:
            WeightsError: they are not there, cannot be reached, or are not as they should be.
        """
        fetched = fetch(repo, revision, deadline=deadline)
        name = f"{repo}@{revision}" if revision else repo
        source = f"{name} on the Hub, commit {fetched.commit[:12]}"
        return cls._read(fetched.folder, fetched.manifest, source)

    @classmethod
    def _read(cls, path: Path, manifest: Manifest, source: str) -> "Lab":
        """The lab of a folder that has been checked against its manifest."""
        present = [name for name in MODEL_IDS if f"{name}.safetensors" in manifest.files]
        if REFEREE not in present:
            raise WeightsError("The weights have no classifier, which judges all the others.")
        loaded = {name: load_model(path, name) for name in present}
        metrics = read_json(path / "metrics.json")
        if not isinstance(metrics, dict):
            raise WeightsError("metrics.json: expected figures by name.")
        return cls(
            {name: model for name, (model, _) in loaded.items()},
            {name: card for name, (_, card) in loaded.items()},
            Exhibits.read(path),
            metrics,
            source=source,
            revision=manifest.revision,
            folder=path,
        )

    @property
    def models(self) -> tuple[str, ...]:
        """The ids of the models, in their order."""
        return tuple(name for name in MODEL_IDS if name in self._nets)

    @property
    def networks(self) -> dict[str, Any]:
        """The Keras models by id, for what no call of the lab offers, such as a likelihood."""
        return dict(self._nets)

    def reconstruct(self, model: str, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) in [0, 1] -> the same, as `model` gives them back.

        Raises:
            ValueError: the model is unknown or reconstructs nothing, or the images are not as
            above.
        """
        self._net(model, but=("gan", REFEREE), to="reconstruct")
        return self._run(model, "reconstruct", _images(images))

    def encode(self, model: str, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) in [0, 1] -> codes (n, code); for a VAE the posterior mean.

        Raises:
            ValueError: the model is unknown or has no encoder, or the images are not as above.
        """
        self._net(model, but=("gan", REFEREE), to="encode")
        return self._run(model, "encode", _images(images))

    def posterior(self, model: str, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, 28, 28) -> mean and standard deviation of q(z | x), each (n, code); VAEs only."""
        if not hasattr(self._net(model), "posterior"):
            raise ValueError(f"{model} has no posterior: only vae and vae_2d have.")
        mean, log_var = self._run(model, "posterior", _images(images))
        return mean, np.exp(0.5 * log_var)

    def decode(self, model: str, codes: np.ndarray) -> np.ndarray:
        """Codes (n, code) -> (n, 28, 28) in [0, 1].

        A code of the GAN is its noise followed by ten numbers that name the wanted class.

        Raises:
            ValueError: the model is unknown or cannot decode, or the codes have another width.
        """
        self._net(model, but=("denoising", REFEREE), to="decode")
        codes = np.asarray(codes, np.float32)
        width = self.code_size(model)
        if codes.ndim != 2 or codes.shape[1] != width:
            raise ValueError(f"A code of {model} has {width} numbers; received {codes.shape}.")
        if not np.isfinite(codes).all():
            raise ValueError("A code must be finite numbers.")
        return self._run(model, "decode", codes)

    def code_size(self, model: str) -> int:
        """How many numbers a code of the model has."""
        config = self._net(model, but=(REFEREE,), to="decode").config
        return config.code + (10 if model == "gan" else 0)

    def sample(
        self,
        model: str,
        n: int,
        seed: int = 0,
        *,
        temperature: float = 1.0,
        digit: int | None = None,
    ) -> np.ndarray:
        """Draw `n` digits from vae, vae_2d or gan -> (n, 28, 28) in [0, 1].

        Args:
            model: one of the three.
            n: how many, 1 to 10,000.
            seed: the same seed gives the same digits.
            temperature: standard deviation of the normal that is drawn from, 0 to 2.
            digit: only this class; the GAN is asked for it, of a VAE's draws the referee picks.

        Raises:
            ValueError: something is out of its bounds; the message names them.
        """
        return self.sample_with_codes(model, n, seed, temperature=temperature, digit=digit)[0]

    def sample_with_codes(
        self,
        model: str,
        n: int,
        seed: int = 0,
        *,
        temperature: float = 1.0,
        digit: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """What `sample` gives, and the codes (n, code) that it came from."""
        net = self._net(model, only=("vae", "vae_2d", "gan"), to="sample")
        _check_draw(n, seed, temperature, digit)
        rng = np.random.default_rng(seed)
        if model == "gan":
            noise = temperature * rng.standard_normal((n, net.config.code))
            wished = rng.choice(10, n, p=self._class_shares()) if digit is None else digit
            codes = np.hstack([noise, np.eye(10)[np.broadcast_to(wished, n)]]).astype(np.float32)
            return self.decode(model, codes), codes
        codes = self._draw_codes(model, rng, n if digit is None else 20 * n + 200, temperature)
        images = self.decode(model, codes)
        if digit is not None:
            likeness = self.classify(images)[:, digit]
            best = np.argsort(-(likeness > 0.5).astype(int), kind="stable")[:n]
            if likeness[best].min() <= 0.5:
                raise ValueError(
                    f"Fewer than {n} of {len(images):,} draws read as {digit}: "
                    "ask for fewer or raise the temperature."
                )
            images, codes = images[best], codes[best]
        return images, codes

    def classify(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) in [0, 1] -> the referee's calibrated probabilities (n, 10)."""
        logits, _ = self._run(REFEREE, "judge", _images(images))
        return _softmax(logits)

    def features(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) -> the referee's penultimate layer (n, features)."""
        return self._run(REFEREE, "judge", _images(images))[1]

    def relative_error(self, model: str, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) -> `sum((x - r)**2) / sum(x**2)` of the model's reconstructions (n,)."""
        x, r = _images(images), self.reconstruct(model, images)
        return ((x - r) ** 2).sum((1, 2)) / np.maximum((x**2).sum((1, 2)), 1e-6)

    def percentile(self, model: str, relative_error: np.ndarray) -> np.ndarray:
        """The share of test digits in per cent that the model reconstructs worse: (n,) -> (n,)."""
        return percentile_of(relative_error, self.exhibits.errors[model])

    def describe(self, model: str) -> list[dict[str, Any]]:
        """The layers of a model in order, as the network itself has them.

        Returns:
            For each layer its `part` (such as "encoder"), `name`, `kind` (its class), `shape` of
            what it gives for one digit, and number of `parameters`. The inputs of a part come
            first.
        """
        return [
            {
                "part": part,
                "name": "input" if layer is None else layer.name,
                "kind": "Input" if layer is None else type(layer).__name__,
                "shape": shape,
                "parameters": sum(int(np.prod(v.shape)) for v in getattr(layer, "weights", ())),
            }
            for part, layer, shape in _layers(self._net(model))
        ]

    def weights(self, model: str) -> dict[str, np.ndarray]:
        """The arrays of a model's weights file, by name."""
        return {name: np.asarray(v) for name, v in self._net(model).shipped().items()}

    def replay(self, model: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Ten digits as the model had them through its training, None where nobody kept them.

        Returns:
            The epochs (k,) and the pictures (k, 10, 28, 28) uint8. An autoencoder rebuilds the same
            ten digits, a GAN draws from the same ten codes.

        Raises:
            WeightsError: the file is damaged.
        """
        self._net(model)
        path = self._folder / "replay" / f"{model}.safetensors" if self._folder else None
        if path is None or not path.is_file():
            return None
        tensors = read_tensors(path)
        frames, epochs = tensors.get("frames"), tensors.get("epochs")
        if (
            frames is None
            or epochs is None
            or frames.dtype != np.uint8
            or frames.shape != (len(epochs), 10, 28, 28)
        ):
            raise WeightsError(f"The replay of {model} holds something else than its frames.")
        return epochs.astype(int), frames

    def examine(self, images: np.ndarray) -> Examination:
        """Everything that all models say of some digits (n, 28, 28), in one pass."""
        out = self._examine(tf.constant(_images(images)))
        out = tf.nest.map_structure(lambda tensor: tensor.numpy(), out)
        readings = {}
        for name, parts in out["readings"].items():
            errors = parts.pop("relative_error")
            quantiles = self.exhibits.errors.get(name)
            share = (
                np.full_like(errors, 50.0)
                if quantiles is None
                else percentile_of(errors, quantiles)
            )
            readings[name] = Reading(
                relative_error=errors, percentile=share, code_sd=parts.pop("code_sd", None), **parts
            )
        shares = [
            percentile_of(out["oddness"][name], quantiles)
            for name, quantiles in self.exhibits.oddness.items()
        ] or [np.full(len(images), 100.0)]
        # the least of several shares is too small by about their number (Bonferroni)
        strangeness = np.minimum(100.0, len(shares) * np.min(shares, axis=0))
        order = [name for name in self.models if name in readings]
        return Examination(
            out["probabilities"],
            out["oddness"],
            strangeness,
            {name: readings[name] for name in order},
        )

    def _everything(self, images: tf.Tensor) -> dict[str, Any]:
        """Every network once, and the referee once over all that came out."""
        n = tf.shape(images)[0]
        readings: dict[str, dict[str, tf.Tensor]] = {}
        for name, net in self._nets.items():
            if name == REFEREE:
                continue
            readings[name] = self._nearest(images) if name == "gan" else _read(net, images)
        pictures = tf.concat([images, *[r["reconstruction"] for r in readings.values()]], axis=0)
        logits, _ = self._nets[REFEREE].judge(pictures)
        probabilities = tf.reshape(tf.nn.softmax(logits), (-1, n, 10))
        energy = tf.maximum(tf.reduce_sum(tf.square(images), axis=(1, 2)), 1e-6)
        for place, reading in enumerate(readings.values(), 1):
            squares = tf.square(images - reading["reconstruction"])
            reading["mse"] = tf.reduce_mean(squares, axis=(1, 2))
            reading["relative_error"] = tf.reduce_sum(squares, axis=(1, 2)) / energy
            reading["probabilities"] = probabilities[place]
        oddness = {"referee": -tf.reduce_logsumexp(logits[:n], axis=1)}
        if "vae" in readings:
            oddness["vae"] = readings["vae"]["relative_error"]
        return {"probabilities": probabilities[0], "oddness": oddness, "readings": readings}

    def _nearest(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Of a bank of the GAN's samples the nearest to each image: it has no encoder to ask."""
        pictures, codes = self._bank
        flat = tf.reshape(images, (-1, 784))
        squares = tf.reduce_sum(tf.square(pictures), axis=1) - 2 * tf.matmul(
            flat, pictures, transpose_b=True
        )
        nearest = tf.argmin(squares, axis=1)
        return {
            "reconstruction": tf.reshape(tf.gather(pictures, nearest), (-1, 28, 28)),
            "code": tf.gather(codes, nearest),
        }

    def _draw_bank(self) -> tuple[tf.Tensor, tf.Tensor] | None:
        if "gan" not in self._nets:
            return None
        pictures, codes = self.sample_with_codes("gan", SAMPLES, seed=0)
        return tf.constant(pictures.reshape(SAMPLES, 784)), tf.constant(codes)

    def _draw_codes(
        self, model: str, rng: np.random.Generator, n: int, temperature: float
    ) -> np.ndarray:
        normals = temperature * rng.standard_normal((n, self._nets[model].config.code))
        return self._run(model, "from_prior", normals.astype(np.float32))

    def _class_shares(self) -> np.ndarray:
        return np.bincount(self.exhibits.test_labels, minlength=10) / len(self.exhibits.test_labels)

    def _try_out(self) -> None:
        """A trial digit through every network; also the moment at which the graph is traced."""
        digit = self.exhibits.test_images[:1].astype(np.float32) / 255
        seen = self.examine(digit)
        answers = {name: reading.reconstruction for name, reading in seen.readings.items()}
        for name, answer in (answers | {REFEREE: seen.probabilities}).items():
            if not np.isfinite(answer).all():
                raise WeightsError(f"{name} answers a trial digit with something not finite.")

    def _net(
        self,
        model: str,
        *,
        but: tuple[str, ...] = (),
        only: tuple[str, ...] | None = None,
        to: str = "",
    ) -> Any:
        """The network, if it is there and can do what is asked."""
        if not isinstance(model, str) or model not in self._nets:
            raise ValueError(
                f"Unknown model {str(model)[:40]!r}: there are {', '.join(self.models)}."
            )
        able = [name for name in self.models if name not in but and (not only or name in only)]
        if model not in able:
            raise ValueError(f"{model} cannot {to}; {', '.join(able)} can.")
        return self._nets[model]

    def _run(self, model: str, method: str, values: np.ndarray) -> Any:
        """One method of one network over any number of rows, in chunks of one signature."""
        with self._lock:
            function = self._functions.get((model, method))
            if function is None:
                shape = (None, *values.shape[1:])
                function = tf.function(
                    getattr(self._nets[model], method),
                    input_signature=[tf.TensorSpec(shape, tf.float32)],
                )
                self._functions[model, method] = function
        chunks = [
            tf.nest.map_structure(lambda t: t.numpy(), function(tf.constant(values[i : i + CHUNK])))
            for i in range(0, len(values), CHUNK)
        ]
        if len(chunks) == 1:
            return chunks[0]
        return tf.nest.map_structure(lambda *parts: np.concatenate(parts), *chunks)


def _read(net: Any, images: tf.Tensor) -> dict[str, tf.Tensor]:
    """Code and reconstruction of one autoencoder, encoding once."""
    if hasattr(net, "posterior"):
        mean, log_var = net.posterior(images)
        return {
            "reconstruction": net.decode(mean),
            "code": mean,
            "code_sd": tf.exp(0.5 * log_var),
        }
    if hasattr(net, "examine"):
        code, reconstruction = net.examine(images)
    else:
        code = net.encode(images)
        reconstruction = net.decode(code)
    return {"reconstruction": reconstruction, "code": code}


def _layers(net: Any) -> Iterator[tuple[str, Any, tuple[int, ...]]]:
    """Part, layer (None for an input of the part) and output shape, in the order of the signal."""
    for part, attribute in PARTS:
        stack = getattr(net, attribute, None)
        if stack is None or (attribute in ("encoder", "decoder") and hasattr(net, "net")):
            continue
        if attribute in ("select", "prior"):  # never called on their own, so they know no output
            for layer in stack.nets if attribute == "prior" else [stack]:
                yield part, layer, (net.config.code,)
            continue
        for tensor in stack.inputs:
            yield part, None, tuple(tensor.shape[1:])
        for layer in stack.layers:
            if type(layer).__name__ != "InputLayer":
                yield part, layer, tuple(layer.output.shape[1:])


def _images(images: np.ndarray) -> np.ndarray:
    """Images as every network takes them, or a sentence about why not."""
    array = np.asarray(images)
    if array.ndim != 3 or array.shape[1:] != (28, 28) or len(array) == 0:
        raise ValueError(f"Images have the shape (n, 28, 28) with n > 0; received {array.shape}.")
    if array.dtype.kind not in "fiub":
        raise ValueError(f"Images are numbers in [0, 1]; received {array.dtype}.")
    array = array.astype(np.float32)
    if not (array.min() >= 0 and array.max() <= 1):
        low, high = array.min(), array.max()
        raise ValueError(f"Pixels lie in [0, 1]; received {low:.3g} to {high:.3g}.")
    return array


def _check_draw(n: int, seed: int, temperature: float, digit: int | None) -> None:
    for name, value, low, high in (("n", n, 1, 10_000), ("seed", seed, 0, MAX_SEED)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise ValueError(
                f"{name} is a whole number from {low} to {high:,}; received {value!r}."
            )
    if not 0 <= temperature <= 2:
        raise ValueError(f"temperature lies in 0 to 2; received {temperature!r}.")
    if digit is not None and digit not in range(10):
        raise ValueError(f"digit is one of 0 to 9; received {digit!r}.")


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
