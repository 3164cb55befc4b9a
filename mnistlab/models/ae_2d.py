"""A deep autoencoder whose code is a point in the plane: all of its latent space can be drawn.

Nothing asks its codes to fill the plane evenly: the map has holes, and that is what it is here to
show beside `vae_2d`. Hinton & Salakhutdinov 2006, Science 313, figure 3.
"""

from dataclasses import dataclass

from mnistlab.models.autoencoder import Autoencoder
from mnistlab.models.multilayer import dense_nets


@dataclass(frozen=True, kw_only=True)
class AE2DConfig:
    """Widths of the hidden layers around a code of two."""

    hidden: tuple[int, ...] = (384, 192, 96)
    code: int = 2


def ae_2d(config: AE2DConfig) -> Autoencoder:
    """784 - hidden - 2 - hidden reversed - 784."""
    encoder, decoder = dense_nets(config.hidden, config.code)
    return Autoencoder(config, encoder, decoder)
