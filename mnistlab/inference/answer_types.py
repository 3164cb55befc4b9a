"""The shapes of what the named endpoints answer, which `/gradio_api/info` tells to programs."""

from typing import TypedDict

Picture = list[list[int]]


class Reading(TypedDict):
    """What the referee reads in a picture, and how sure it is, in [0, 1]."""

    read_as: int
    confidence: float


class Judged(TypedDict):
    """A verdict, and what the referee reads; of what is called "Not a digit" nothing is read."""

    verdict: str
    read_as: int | None
    confidence: float | None


class Reconstruction(Reading):
    """What one model makes of a digit; the percentile is the share of test digits it does worse."""

    reconstruction: Picture
    mse: float
    relative_error: float
    percentile: float
    code: list[float]


class Reconstructions(Judged):
    """All models on a digit; the strangeness is the per cent of test digits that are as strange."""

    input: Picture
    strangeness: float
    models: dict[str, Reconstruction]
    weights: str


class NoisyDigit(Judged):
    """A digit and the same digit spoilt; the figures hold the second against the first.

    The verdict is on the first, the reading is of the second.
    """

    input: Picture
    noisy: Picture
    relative_error: float
    psnr: float
    ssim: float
    weights: str


class CleanedDigit(Reading):
    """What a model or a filter makes of a noisy digit."""

    denoised: Picture


class CleanedDigits(Judged):
    """A noisy digit as every model and every filter gives it back.

    The verdict is on what the denoising autoencoder makes of it: any noise is strange.
    """

    input: Picture
    models: dict[str, CleanedDigit]
    filters: dict[str, CleanedDigit]
    weights: str


class Samples(TypedDict):
    """Draws, what the referee reads in each, and the shipped test digit nearest to each."""

    samples: list[Picture]
    read_as: list[int]
    confidence: list[float]
    nearest: list[Picture]
    nearest_label: list[int]
    distance: list[float]
    weights: str


class Walk(TypedDict):
    """Frames from one digit to another, both ends included, and what the referee reads in each.

    The verdicts are on the two inputs.
    """

    inputs: list[Picture]
    verdicts: list[str]
    frames: list[Picture]
    codes: list[list[float]]
    read_as: list[int]
    confidence: list[float]
    weights: str


class Decoded(Reading):
    """The picture of a code."""

    picture: Picture
    weights: str
