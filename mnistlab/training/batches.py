"""Endless shuffled batches that can be taken up again at any epoch, and warps of digits."""

import numpy as np
import tensorflow as tf

SHIFT, TURN, SHEAR, STRETCH = 2.0, 0.20, 0.20, 0.14  # pixels, radians, ratio, log ratio
ELASTIC, ELASTIC_GRID = 1.1, 5  # pixels, knots a side


def batches(
    images: np.ndarray,
    labels: np.ndarray | None,
    *,
    batch: int,
    seed: int,
    first_epoch: int = 0,
    augment: bool = False,
    pairs: bool = False,
) -> tuple[tf.data.Dataset, int]:
    """An endless data set of batches and the number of steps that make an epoch.

    Each epoch has its own permutation, a function of (seed, epoch) alone, so work that resumes at
    `first_epoch` sees what it would have seen. Digits that do not fill the last batch of an epoch
    are left out of that epoch. `augment` warps the digits; `pairs` gives instead of labels a warped
    view of each digit beside it.
    """
    steps = len(images) // batch
    if steps == 0:
        raise ValueError(f"{len(images)} digits do not fill one batch of {batch}: lower the batch.")
    pixels = tf.constant(images)
    targets = None if labels is None else tf.constant(labels, tf.int32)
    last = tf.constant(len(images) - 1, tf.int64)

    def take(step: tf.Tensor) -> tuple[tf.Tensor, ...] | tf.Tensor:
        epoch, place = step // steps, step % steps
        where = tf.range(batch, dtype=tf.int64) + place * batch
        shuffled = tf.random.experimental.index_shuffle(
            where, seed=[tf.constant(seed, tf.int64), epoch], max_index=last
        )
        chosen = tf.gather(pixels, shuffled)
        chance = tf.stack([tf.constant(seed, tf.int64), step])
        if pairs:
            return chosen, warp(chosen, chance)
        if augment:
            chosen = warp(chosen, chance)
        return chosen if targets is None else (chosen, tf.gather(targets, shuffled))

    counter = tf.data.Dataset.counter(start=first_epoch * steps)
    return counter.map(take, num_parallel_calls=1).prefetch(2), steps


def warp(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Shift, turn, slope, stretch, bend and thicken or thin each digit by chance.

    Takes and gives (n, 28, 28) in [0, 1].

    Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks applied to
    visual document analysis".
    """
    n, side = tf.shape(images)[0], images.shape[1]
    draws = tf.random.stateless_uniform((6, n, 1, 1), seed, -1.0, 1.0)
    turn, shear = TURN * draws[0], SHEAR * draws[1]
    wide, high = tf.exp(STRETCH * draws[2]), tf.exp(STRETCH * draws[3])
    centre = (side - 1) / 2
    rows, columns = tf.meshgrid(tf.range(side), tf.range(side), indexing="ij")
    y = (tf.cast(rows, tf.float32) - centre)[None] * high  # (n, side, side)
    x = (tf.cast(columns, tf.float32) - centre)[None] * wide + shear * y
    knots = tf.random.stateless_normal((n, ELASTIC_GRID, ELASTIC_GRID, 2), seed + 1)
    bend = ELASTIC * tf.image.resize(knots, (side, side), "bicubic")
    from_y = tf.sin(turn) * x + tf.cos(turn) * y + centre + SHIFT * draws[4] + bend[..., 0]
    from_x = tf.cos(turn) * x - tf.sin(turn) * y + centre + SHIFT * draws[5] + bend[..., 1]
    return _thicken(_bilinear(images, from_y, from_x), seed + 2)


def _bilinear(images: tf.Tensor, y: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """The pictures read at fractional places; paper beyond the edge."""
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1]])
    side = padded.shape[1]
    y, x = tf.clip_by_value(y + 1, 0.0, side - 1.001), tf.clip_by_value(x + 1, 0.0, side - 1.001)
    top, left = tf.floor(y), tf.floor(x)
    down, right = y - top, x - left
    flat = tf.reshape(padded, (-1,))
    first = side * side * tf.range(tf.shape(padded)[0])[:, None, None]  # pixel of each picture
    corner = first + tf.cast(top, tf.int32) * side + tf.cast(left, tf.int32)  # (n, 28, 28)

    def at(offset: int) -> tf.Tensor:
        return tf.gather(flat, corner + offset)

    upper = at(0) * (1 - right) + at(1) * right
    lower = at(side) * (1 - right) + at(side + 1) * right
    return upper * (1 - down) + lower * down


def _thicken(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mix each picture with its dilation or its erosion over 3 x 3 pixels, by up to two thirds."""
    wide, thin = _widest(images), -_widest(-images)
    share = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1), seed, -0.67, 0.67)
    return images + tf.nn.relu(share) * (wide - images) + tf.nn.relu(-share) * (thin - images)


def _widest(images: tf.Tensor) -> tf.Tensor:
    """The largest of the 3 x 3 pixels around each, (n, 28, 28) -> the same."""
    around = tf.pad(images, [[0, 0], [1, 1], [1, 1]], constant_values=images.dtype.min)
    down = tf.maximum(tf.maximum(around[:, :-2], around[:, 1:-1]), around[:, 2:])
    return tf.maximum(tf.maximum(down[..., :-2], down[..., 1:-1]), down[..., 2:])
