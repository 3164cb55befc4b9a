"""The named endpoints, which are the MCP tools too: the functions of the page for programs."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

import gradio as gr
import numpy as np

from mnistlab.data.picture import grey_from_picture
from mnistlab.inference import answer_types, answers
from mnistlab.inference.keeper import LabKeeper

logger = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds that an endpoint waits for the networks to wake
WAKING = "The networks are still waking. Try again in a minute."
BROKEN = "Something went wrong here; the log of the app says what."
NO_FILE = (
    "A picture comes as a file: handle_file(path) of gradio_client, or an upload whose "
    'answer is wrapped as {"path": ..., "meta": {"_type": "gradio.FileData"}}.'
)

Kind = Literal["gaussian", "salt_and_pepper", "masking", "blur", "stroke_erasing"]
Generator = Literal["vae", "gan", "vae_2d"]
Walker = Literal["vanilla", "multilayer", "convolutional", "sparse", "vae", "ae_2d", "vae_2d"]
Decoder = Literal[
    "vanilla", "multilayer", "convolutional", "sparse", "vae", "gan", "ae_2d", "vae_2d"
]


def add_endpoints(keeper: LabKeeper) -> None:
    """Add the six to the Blocks that is being built. Their docstrings are their documentation."""

    def reconstruct(image: gr.FileData, normalize: bool = True) -> answer_types.Reconstructions:
        """What every model makes of a digit: its reconstruction, how far off it is, and its code.

        Pictures in the answer are 28 rows of 28 whole numbers, 0 = paper, 255 = ink. The error is
        relative to the ink of the digit; the percentile is the share of test digits that the same
        model reconstructs worse. Of what is called "Not a digit" nothing is read.

        Args:
            image: A picture of one digit, drawn or photographed.
            normalize: Redraw, scale and centre it as MNIST does; false takes 28 x 28 as they are.
        """
        digit = _digit(image, normalize)
        return answers.reconstruct(_awake(keeper), digit)

    def add_noise(
        image: gr.FileData, kind: Kind = "gaussian", strength: float = 0.5, seed: int = 0
    ) -> answer_types.NoisyDigit:
        """Spoil a digit in a way that can be repeated, and measure how far off it then is.

        The digit is normalised as MNIST does. The same seed gives the same noise. The verdict is on
        the digit before; of what is called "Not a digit" nothing is read.

        Args:
            image: A picture of one digit, drawn or photographed.
            kind: How to spoil it.
            strength: From 0, which changes nothing, to 1; of Gaussian noise the sigma.
            seed: A whole number from 0 to 4,294,967,295.
        """
        digit = _digit(image)
        return answers.add_noise(_awake(keeper), digit, kind, strength, seed)

    def denoise(image: gr.FileData) -> answer_types.CleanedDigits:
        """Give a noisy digit to the denoising autoencoder, to all other models and to filters.

        A picture of 28 x 28 pixels is taken as it is, 0 = paper, such as the noisy one that
        /add_noise gives; a larger one is made small, which takes some of its noise away. The
        verdict is on what the denoising autoencoder leaves of it; where that is "Not a digit",
        nothing is read in the picture.

        Args:
            image: A picture of one noisy digit.
        """
        noisy = _digit(image, normalize=False)
        return answers.denoise(_awake(keeper), noisy)

    def sample(
        model: Generator = "vae",
        count: int = 8,
        seed: int = 0,
        temperature: float = 1.0,
        digit: int | None = None,
    ) -> answer_types.Samples:
        """Draw new digits from a generator, with the test digit that is nearest to each.

        Args:
            model: Which generator.
            count: How many, 1 to 100.
            seed: A whole number from 0 to 4,294,967,295; the same seed gives the same digits.
            temperature: Standard deviation of the normal that is drawn from, 0 to 2.
            digit: Only this class, 0 to 9; leave it out for all classes.
        """
        return answers.sample(_awake(keeper), model, count, seed, temperature, digit)

    def interpolate(
        image_a: gr.FileData,
        image_b: gr.FileData,
        model: Walker = "vae",
        steps: int = 16,
        path: Literal["linear", "spherical"] = "spherical",
    ) -> answer_types.Walk:
        """Walk from the code of one digit to the code of another and decode what is on the way.

        Both digits are normalised as MNIST does; the verdicts say whether they are digits. The ends
        are reconstructions.

        Args:
            image_a: A picture of the digit where the walk starts.
            image_b: A picture of the digit where it ends.
            model: Whose codes.
            steps: Frames, both ends included, 2 to 64.
            path: A straight line, or the arc between the two directions.
        """
        ends = _digit(image_a), _digit(image_b)
        return answers.interpolate(_awake(keeper), *ends, model, steps, path)

    def decode(model: Decoder, code: list[float]) -> answer_types.Decoded:
        """The picture that a model makes of a code, such as one from /reconstruct.

        A code of the GAN is its noise and then ten numbers, 1 for the wanted class and 0 else.

        Args:
            model: Whose code it is.
            code: As many numbers as the codes of the model have; 2 for ae_2d and vae_2d.
        """
        return answers.decode(_awake(keeper), model, code)

    for endpoint in (reconstruct, add_noise, denoise, sample, interpolate, decode):
        gr.api(_said(endpoint))


def _said(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Let what is wrong be told in its own words, and nothing else of what happened here."""

    @wraps(endpoint)
    def respond(*args: Any, **kwargs: Any) -> Any:
        try:
            return endpoint(*args, **kwargs)
        except ValueError as problem:
            raise gr.Error(str(problem), print_exception=False) from None
        except Exception:
            logger.exception("%s failed", endpoint.__name__)
            raise gr.Error(BROKEN, print_exception=False) from None

    return respond


def _awake(keeper: LabKeeper) -> Any:
    """The lab, once there is one."""
    until = time.monotonic() + PATIENCE
    while (lab := keeper.lab) is None:
        if keeper.problem or time.monotonic() > until:
            raise ValueError(keeper.problem or WAKING)
        time.sleep(0.1)
    return lab


def _digit(image: object, normalize: bool = True) -> np.ndarray:
    return answers.as_digit(grey_from_picture(_path(image)), normalize)


def _path(image: object) -> str:
    """Where a file lies that came as a `FileData`: of these alone Gradio has checked the path."""
    try:
        return gr.FileData.model_validate(image, context={"validate_meta": True}).path
    except ValueError:
        raise ValueError(NO_FILE) from None
