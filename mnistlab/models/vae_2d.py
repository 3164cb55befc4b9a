"""The variational autoencoder with a code of two: a latent space without holes, on one page.

Kingma & Welling 2013, arXiv:1312.6114, figure 4.
"""

from dataclasses import dataclass

from mnistlab.models.vae import VAE, VAEConfig, vae


@dataclass(frozen=True, kw_only=True)
class VAE2DConfig(VAEConfig):
    """`VAEConfig` with a plane for a latent space."""

    hidden: tuple[int, ...] = (384, 192, 96)
    code: int = 2
    couplings: int = 0
    importance: int = 5
    binarised: float = 0.5


def vae_2d(config: VAE2DConfig) -> VAE:
    """784 - hidden - mean and log-variance of two; 2 - hidden reversed - 784."""
    return vae(config)
