"""What measures ask of their arrays. A wrong one is named, with what was wanted and what came."""

import numpy as np


def image_batch(name: str, images: np.ndarray) -> np.ndarray:
    """`images` as floats, once it is (n, height, width) in [0, 1] with n >= 1."""
    images = np.asarray(images)
    if images.ndim != 3 or images.size == 0:
        raise ValueError(f"{name} must be (n, height, width) with n >= 1, got {images.shape}.")
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= 1):  # NaN fails too
        raise ValueError(f"{name} must lie in [0, 1], got {low} to {high}.")
    return _floats(images)


def image_pair(images: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two batches of images, once they have one shape."""
    images, others = image_batch("images", images), image_batch("others", others)
    if images.shape != others.shape:
        raise ValueError(f"others must have the shape of images, {images.shape}: {others.shape}.")
    return images, others


def vectors(name: str, values: np.ndarray, width: int | None = None, least: int = 1) -> np.ndarray:
    """`values` as floats, once it is finite and (n, width) with n >= `least`; any width if None."""
    values = np.asarray(values)
    fits = values.ndim == 2 and len(values) >= least and width in (None, values.shape[1])
    if not fits:
        wanted = f"(n, {width or 'width'}) with n >= {least}"
        raise ValueError(f"{name} must be {wanted}, got {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite, got {np.sum(~np.isfinite(values))} that are not.")
    return _floats(values)


def vector_pair(
    name: str, values: np.ndarray, other_name: str, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of vectors, once they have one width."""
    others = vectors(other_name, others)
    return vectors(name, values, width=others.shape[1]), others


def class_labels(name: str, labels: np.ndarray, count: int, classes: int) -> np.ndarray:
    """`labels` as int64, once it is (count,) of whole numbers from 0 to `classes` - 1."""
    labels = np.asarray(labels)
    if labels.shape != (count,) or count == 0:
        raise ValueError(f"{name} must be ({count},) with at least one, got {labels.shape}.")
    if labels.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole numbers, got {labels.dtype}.")
    if labels.min() < 0 or labels.max() >= classes:
        low, high = labels.min(), labels.max()
        raise ValueError(f"{name} must be from 0 to {classes - 1}, got {low} to {high}.")
    return labels.astype(np.int64)


def _floats(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind == "f" else values.astype(np.float32)
