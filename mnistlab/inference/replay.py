"""What a model made of the same ten digits, or of the same ten codes, through its training."""

from pathlib import Path

import numpy as np

from mnistlab.hub.store import WeightsError, read_tensors


def read_replay(folder: Path, model: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The frames that a run left in a folder of weights, None where nobody kept them.

    Returns:
        The epochs (k,) and the pictures (k, 10, 28, 28) uint8. An autoencoder rebuilds the same ten
        digits, a GAN draws from the same ten codes; of a model that does both there are twenty
        pictures an epoch, the ten draws last.

    Raises:
        WeightsError: the file is damaged.
    """
    path = folder / "replay" / f"{model}.safetensors"
    if not path.is_file():
        return None
    tensors = read_tensors(path)
    frames, epochs = tensors.get("frames"), tensors.get("epochs")
    if (
        frames is None
        or epochs is None
        or frames.dtype != np.uint8
        or frames.shape[1:] not in ((10, 28, 28), (20, 28, 28))
        or len(frames) != len(epochs)
    ):
        raise WeightsError(f"The replay of {model} holds something else than its frames.")
    return epochs.astype(int), frames
