"""Models: what each network is, what it has learned, how well it does and where it comes from."""

from typing import Any, NamedTuple

from mnistlab.inference import catalogue as of_models
from mnistlab.inference.keeper import LabKeeper
from mnistlab.ui.answering import Answer, Request, answering
from mnistlab.ui.widget import widget

TITLE = "Models"
NAME = "models"


class About(NamedTuple):
    """A network in one sentence, and what its training makes small."""

    says: str
    formula: str


ABOUT = {
    "vanilla": About(
        "The plainest autoencoder: one hidden layer, which is the code, and no curve in it.",
        "x̂ = sigmoid(D(Ex + a) + b), and ‖x − x̂‖² is made small over E, a, D and b.",
    ),
    "multilayer": About(
        "Dense layers narrow down to a code and widen again, so that it may bend where the "
        "vanilla one can only project.",
        "x̂ = sigmoid(g(f(x))), and ‖x − x̂‖² is made small over the encoder f and the decoder g.",
    ),
    "convolutional": About(
        "Small filters pass over the picture, so that a stroke is known wherever it lies; the code "
        "keeps its places.",
        "‖x − x̂‖² + λ · BCE(x, x̂) is made small; λ is `cross_entropy` in the configuration.",
    ),
    "sparse": About(
        "Far more units than a digit needs, of which only the strongest few may speak for it.",
        "c = top-k(ū), x̂ = sigmoid(Ac + b). ū is u standardised over the digits, so that every "
        "unit wins about as often and none falls silent; u is f(x), moved along the atoms A by "
        "what a first code leaves of x. ‖x − x̂‖² is made small, and a linear map of c has to tell "
        "a warped view of x from those of other digits.",
    ),
    "denoising": About(
        "It is shown a digit under noise and has to answer with the clean one.",
        "r = f(clip(x + σε)), with fresh noise ε at every step and σ drawn for each digit, and "
        "E ‖x − r‖² + λ (1 − SSIM(x, r)) + BCE(x, r) / 10 is made small; λ is `structure` in the "
        "configuration.",
    ),
    "vae": About(
        "It encodes a digit as a cloud rather than a point, so that all places near a code mean "
        "something; a flow has learned the shape of all clouds together.",
        "−log p(x) ≤ E[−log p(x | z)] + KL(q(z | x) ‖ p(z)), and the right-hand side is made "
        "small; p(z) is a standard normal bent by affine couplings.",
    ),
    "gan": About(
        "A generator draws digits of a wanted class; it learned from a second network, left "
        "behind after training, that compared its digits with real ones.",
        "The generator makes E softplus(D(x) − D(G(z))) small; the discriminator makes "
        "E softplus(D(G(z)) − D(x)) + λ/2 (‖∇D(x)‖² + ‖∇D(G(z))‖²) small.",
    ),
    "ae_2d": About(
        "A deep autoencoder whose code is a point in the plane, so that all of its latent space "
        "can be drawn.",
        "‖x − g(f(x))‖² is made small, and nothing says where the codes f(x) should lie.",
    ),
    "vae_2d": About(
        "The variational autoencoder with a plane for a latent space: a map without holes.",
        "−log p(x) ≤ −E log (1/k) Σ p(x | zᵢ) p(zᵢ) / q(zᵢ | x), and the right-hand side is made "
        "small over k draws zᵢ of q(z | x) for each digit; p(z) is N(0, I), and k is `importance` "
        "in the configuration. With one draw it would be "
        "E[−log p(x | z)] + KL(q(z | x) ‖ N(0, I)).",
    ),
    "classifier": About(
        "The referee: it reads digits, judges what the others draw, and was never shown any of "
        "their drawings in training.",
        "p = softmax(logits / T): cross-entropy against smoothed labels is made small, then the "
        "temperature T is fitted on held-out digits.",
    ),
}

# What the held-out figures are called, and what they mean.
FIGURES = {
    "mse": ("MSE", "mean squared error of a pixel in [0, 1]"),
    "ssim": ("SSIM", "structural similarity, 1 for equal pictures"),
    "bce": ("Cross-entropy", "of grey pixels, which cannot go below 0.0581"),
    "bce_excess": ("Cross-entropy, excess", "above the least that grey pixels allow"),
    "psnr": ("PSNR", "of the mean squared error; 3 dB more is half the error"),
    "accuracy": ("Accuracy", "share of digits that the referee reads rightly"),
    "calibration_error": ("Calibration error", "how far confidence is from accuracy, on average"),
    "temperature": ("Temperature", "by which the logits are divided; above 1 it was too sure"),
    "active_fraction": ("Active units", "share of the code that is not zero"),
    "dead_units": ("Dead units", "share of the code that no test digit switches on"),
    "hoyer": ("Hoyer sparsity", "0 for an even code, 1 for a single active unit"),
    "probe_accuracy": ("Linear probe", "accuracy of a linear classifier on the codes"),
    "nll": ("Negative log-likelihood", "of a binarised digit, by importance sampling"),
    "negative_elbo": ("Negative ELBO", "an upper bound of it"),
    "reconstruction": ("Reconstruction term", "of the negative ELBO"),
    "kl": ("Kullback-Leibler term", "of the negative ELBO: what the code costs"),
    "active_units": ("Active latent units", "whose posterior mean moves with the digit"),
    "grey_negative_elbo": ("Negative ELBO, grey", "on grey pixels, on the original's scale"),
    "frechet_distance": (
        "Fréchet distance",
        "of samples to test digits, in the referee's features",
    ),
    "frechet_floor": ("Fréchet floor", "the same distance of real training digits"),
    "frechet_ratio": ("Fréchet ratio", "distance over floor: 1 is as good as real digits"),
    "precision": ("Precision", "share of samples that lie among real digits"),
    "recall": ("Recall", "share of real digits that lie among samples"),
    "density": ("Density", "how crowded with real digits the places of samples are"),
    "coverage": ("Coverage", "share of real digits that have a sample nearby"),
    "class_total_variation": ("Class imbalance", "total variation to the classes of test digits"),
    "memorisation_ratio": (
        "Memorisation ratio",
        "distance to the nearest training digit over that of test digits; near 0 it copies",
    ),
    "share_sure": ("Sure samples", "share that the referee reads with 90 % or more"),
}


def build(keeper: LabKeeper) -> None:
    """Lay out the tab and wire it."""

    @answering(keeper)
    def catalogue(lab: Any, request: Request) -> Answer:
        """The models, whose weights they have, why not others, and the table of all figures."""
        answer = of_models.catalogue(lab)
        table = [_titled(row) for row in answer["table"]]
        return {**answer, "table": table, "problem": keeper.fetch_problem}

    @answering(keeper)
    def portrait(lab: Any, request: Request) -> Answer:
        """One model, `{"model": "vae"}`."""
        answer = of_models.portrait(lab, request["model"])
        rows = [_titled(row) for row in answer["figures"]]
        return {**answer, "figures": rows, **ABOUT[request["model"]]._asdict()}

    @answering(keeper)
    def filters(lab: Any, request: Request) -> Answer:
        """What `{"model", "first": 0}` has learned, as pictures."""
        return of_models.filters(lab, request["model"], request.get("first", 0))

    @answering(keeper)
    def replay(lab: Any, request: Request) -> Answer:
        """Ten digits through the epochs of `{"model"}`."""
        return of_models.replay(lab, request["model"])

    @answering(keeper)
    def source(lab: Any, request: Request) -> Answer:
        """The file of `{"model"}`."""
        return of_models.source(lab, request["model"])

    widget(NAME, server_functions=[catalogue, portrait, filters, replay, source])


def _titled(row: dict[str, Any]) -> dict[str, Any]:
    """A figure with the words for it."""
    title, meaning = FIGURES.get(row["figure"], (row["figure"].replace("_", " "), ""))
    return {**row, "title": title, "meaning": meaning}
