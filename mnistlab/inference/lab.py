"""The front door: every trained network behind one object."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from keras import tree
from scipy.special import softmax

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
)
from mnistlab.inference.anatomy import describe
from mnistlab.inference.checks import check_draw, checked_images
from mnistlab.inference.engine import Compiled
from mnistlab.inference.examiner import REFEREE, Examination, Examiner
from mnistlab.inference.exhibits import Exhibits
from mnistlab.inference.replay import read_replay

BUNDLED = Path(__file__).parents[2] / "weights"
CHUNK = 500  # images that pass through a network at once
SAMPLES = 1000  # of the GAN, for the nearest of them to a drawing


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
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._lock = threading.Lock()
        ordered = {name: models[name] for name in self.models}
        self._examiner = Examiner(ordered, exhibits, self._draw_bank())
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
        return self._run(model, "reconstruct", checked_images(images))

    def encode(self, model: str, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) in [0, 1] -> codes (n, code); for a VAE the posterior mean.

        Raises:
            ValueError: the model is unknown or has no encoder, or the images are not as above.
        """
        self._net(model, but=("gan", REFEREE), to="encode")
        return self._run(model, "encode", checked_images(images))

    def posterior(self, model: str, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, 28, 28) -> mean and standard deviation of q(z | x), each (n, code); VAEs only."""
        if not hasattr(self._net(model), "posterior"):
            raise ValueError(f"{model} has no posterior: only vae and vae_2d have.")
        mean, log_var = self._run(model, "posterior", checked_images(images))
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
        check_draw(n, seed, temperature, digit)
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
        logits, _ = self._run(REFEREE, "judge", checked_images(images))
        return softmax(logits, axis=-1)

    def features(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) -> the referee's penultimate layer (n, features)."""
        return self._run(REFEREE, "judge", checked_images(images))[1]

    def relative_error(self, model: str, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28) -> `sum((x - r)**2) / sum(x**2)` of the model's reconstructions (n,)."""
        x, r = checked_images(images), self.reconstruct(model, images)
        return ((x - r) ** 2).sum((1, 2)) / np.maximum((x**2).sum((1, 2)), 1e-6)

    def percentile(self, model: str, relative_error: np.ndarray) -> np.ndarray:
        """The share of test digits in per cent that the model reconstructs worse: (n,) -> (n,)."""
        return percentile_of(relative_error, self.exhibits.errors[model])

    def describe(self, model: str) -> list[dict[str, Any]]:
        """The layers of a model in order; see `mnistlab.inference.anatomy.describe`."""
        return describe(self._net(model))

    def weights(self, model: str) -> dict[str, np.ndarray]:
        """The arrays of a model's weights file, by name."""
        return {name: np.asarray(v) for name, v in self._net(model).shipped().items()}

    def replay(self, model: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Ten digits as the model had them through its training, None where nobody kept them.

        See `mnistlab.inference.replay.read_replay`.
        """
        self._net(model)
        return read_replay(self._folder, model) if self._folder else None

    def examine(self, images: np.ndarray, others: np.ndarray | None = None) -> Examination:
        """Everything that all models say of some digits (n, 28, 28), in one pass.

        Args:
            images: the digits.
            others: more of them (m, 28, 28), of which only the relative errors are wanted; that is
                half the work, since the referee need not judge what is made of them.
        """
        return self._examiner(
            checked_images(images), None if others is None else checked_images(others)
        )

    def _draw_bank(self) -> tuple[np.ndarray, np.ndarray] | None:
        if "gan" not in self._nets:
            return None
        pictures, codes = self.sample_with_codes("gan", SAMPLES, seed=0)
        return pictures.reshape(SAMPLES, 784), codes

    def _draw_codes(
        self, model: str, rng: np.random.Generator, n: int, temperature: float
    ) -> np.ndarray:
        normals = temperature * rng.standard_normal((n, self._nets[model].config.code))
        return self._run(model, "from_prior", normals.astype(np.float32))

    def _class_shares(self) -> np.ndarray:
        return np.bincount(self.exhibits.test_labels, minlength=10) / len(self.exhibits.test_labels)

    def _try_out(self) -> None:
        """A trial digit through every network."""
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
        """One method of one network over any number of rows, so many at a time."""
        with self._lock:
            function = self._compiled.get((model, method))
            if function is None:
                function = Compiled(getattr(self._nets[model], method), values.shape[1:])
                self._compiled[model, method] = function
        chunks = [function(values[i : i + CHUNK]) for i in range(0, len(values), CHUNK)]
        return tree.map_structure(lambda *parts: np.concatenate(parts), *chunks)
