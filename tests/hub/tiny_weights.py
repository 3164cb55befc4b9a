"""A folder of weights as `train.py` leaves it, of networks too small to have learned anything."""

from dataclasses import asdict

import keras
import numpy as np

from mnistlab.hub.files import to_json, write_atomically
from mnistlab.hub.store import Card, save_model, save_tensors, write_manifest
from mnistlab.inference.exhibits import Exhibits
from mnistlab.models import MODELS

CONFIGURATIONS = {
    "vanilla": {"code": 4},
    "multilayer": {"hidden": (16,), "code": 4},
    "convolutional": {"filters": (4, 4), "channels": 2},
    "sparse": {"units": 64, "k": 4, "hidden": (16,)},
    "denoising": {"filters": (4, 4), "code": 16},
    "vae": {"hidden": (16,), "code": 4, "couplings": 2, "flow_width": 8},
    "gan": {"filters": (8, 8), "code": 8},
    "ae_2d": {"hidden": (16,)},
    "vae_2d": {"hidden": (16,), "couplings": 0},
    "classifier": {"filters": (4, 4, 4), "features": 8},
}
METRICS = {
    "format": 1,
    "bounds": {},
    "models": {
        "vanilla": {"mse": {"value": 0.0625, "n": 200, "seed": 0, "better": "lower"}},
        "classifier": {"accuracy": {"value": 0.125, "n": 200, "seed": 0, "better": "higher"}},
    },
    "noise_curves": {},
}
TABLE = "| model | figure | ours |\n|---|---|---|\n| `vanilla` | MSE | **0.0625** |\n"


def write_tiny_weights(folder, images, labels, seed=0):
    """All ten models; other seeds give other weights.

    Args:
        images: test digits (n, 28, 28) in [0, 1].
        labels: (n,).
    """
    keras.utils.set_random_seed(seed)
    for model_id, settings in CONFIGURATIONS.items():
        config = MODELS[model_id].config_type(**settings)
        model = MODELS[model_id].build(config)
        card = Card(
            id=model_id,
            configuration=asdict(config),
            seed=seed,
            epochs=1,
            minutes=0.0,
            versions={"keras": keras.__version__},
            parameters=sum(int(np.prod(v.shape)) for v in model.shipped().values()),
            history={"loss": (1.0,)},
            metrics={"loss": 1.0},
        )
        save_model(folder, model_id, model, card)
    rising = np.linspace(0, 1, 101, dtype=np.float32)
    places = np.random.default_rng(seed).standard_normal((len(labels), 2)).astype(np.float32)
    exhibits = Exhibits(
        test_images=np.uint8(images * 255),
        test_labels=labels.astype(np.uint8),
        maps={"ae_2d": places, "vae_2d": places},
        errors={name: rising for name in CONFIGURATIONS if name != "classifier"},
        oddness={"referee": rising, "vae": rising},
        spread={
            name: np.ones((2, MODELS[name].config_type(**settings).code), np.float32)
            for name, settings in CONFIGURATIONS.items()
            if name not in ("classifier", "gan")
        },
    )
    save_tensors(folder / "exhibits.safetensors", exhibits.tensors())
    frames = np.zeros((2, 10, 28, 28), np.uint8)
    replay = {"frames": frames, "epochs": np.array([0, 1], np.float32)}
    save_tensors(folder / "replay" / "vanilla.safetensors", replay)
    write_atomically(folder / "metrics.json", to_json(METRICS))
    write_manifest(folder)
