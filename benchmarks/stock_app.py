"""The stock way, against which everything is measured: as the guides of Gradio and Keras have it.

A `gr.Sketchpad`, `model.predict` for each network, a `gr.Image` for each answer, the queue between
them. Every network that reconstructs is here, and the referee; no figures, no codes, and no
normalisation but the resizing that such apps do.
"""

import sys
from typing import Any

import gradio as gr
import keras
import numpy as np
from PIL import Image

from mnistlab.inference.lab import Lab

SIDE = 28


def networks() -> tuple[dict[str, keras.Model], keras.Model]:
    """Each reconstructing network as a plain model from digit to digit, and the referee."""
    nets = Lab.load().networks
    digits = keras.Input((SIDE, SIDE))
    plain = {
        name: keras.Model(digits, net.reconstruct(digits))
        for name, net in nets.items()
        if name not in ("gan", "classifier")
    }
    return plain, nets["classifier"].net


def digit_of(sketch: dict[str, Any]) -> np.ndarray:
    """What a Sketchpad gives -> (1, 28, 28) float32 in [0, 1], 1 = ink."""
    picture = Image.fromarray(sketch["composite"]).convert("L").resize((SIDE, SIDE))
    return 1 - np.asarray(picture, np.float32)[None] / 255


def build() -> gr.Blocks:
    """Lay out the page and wire it."""
    plain, referee = networks()

    def examine(sketch: dict[str, Any]) -> list[Any]:
        digit = digit_of(sketch)
        pictures = [model.predict(digit, verbose=0)[0] for model in plain.values()]
        chances = referee.predict(digit, verbose=0)["logits"][0]
        return [*pictures, {str(label): float(p) for label, p in enumerate(chances)}]

    with gr.Blocks(analytics_enabled=False) as demo:
        sketch = gr.Sketchpad()
        with gr.Row():
            pictures = [gr.Image(label=name, elem_classes=["answer"]) for name in plain]
        label = gr.Label()
        sketch.change(examine, sketch, [*pictures, label], api_name="examine")
    return demo


def main() -> None:
    """Serve it on the port of the command line until the process is ended."""
    demo = build()
    demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), ssr_mode=False, quiet=True)


if __name__ == "__main__":
    main()
