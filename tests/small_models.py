"""Networks too small to have learned anything: every configuration differs from the default."""

import keras

from mnistlab.models import MODELS

SMALL = {
    "vanilla": {"code": 8},
    "multilayer": {"hidden": (24, 16), "code": 8},
    "convolutional": {"filters": (6, 10), "channels": 3, "cross_entropy": 0.5},
    "sparse": {
        "units": 40,
        "k": 5,
        "hidden": (24,),
        "corrections": 2,
        "invariance": 5.0,
        "temperature": 0.5,
    },
    "denoising": {"filters": (4, 6), "code": 12, "sigma": 0.3, "structure": 5.0},
    "vae": {"hidden": (24,), "code": 4, "couplings": 2, "flow_width": 8, "importance": 2},
    "gan": {"filters": (6, 8), "code": 5, "lazy": 2},
    "ae_2d": {"hidden": (24, 16)},
    "vae_2d": {"hidden": (24, 16), "importance": 3},
    "classifier": {"filters": (8, 12, 16), "features": 12},
}


def small(name: str, seed: int = 0) -> keras.Model:
    """The model at its small size, with weights from a seed."""
    keras.utils.set_random_seed(seed)
    entry = MODELS[name]
    return entry.build(entry.config_type(**SMALL[name]))
