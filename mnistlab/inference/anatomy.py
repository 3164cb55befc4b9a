"""The layers of a network, as it itself has them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

PARTS = (  # of a model, by the attribute that holds them, in the order of the signal
    ("encoder", "encoder"),
    ("encoder", "select"),
    ("network", "net"),
    ("generator", "generator"),
    ("decoder", "decoder"),
    ("prior", "prior"),
)


def describe(net: Any) -> list[dict[str, Any]]:
    """The layers of a model in order, as the network itself has them.

    Returns:
        For each layer its `part` (such as "encoder"), `name`, `kind` (its class), `shape` of
        what it gives for one digit, and number of `parameters`, each counted where it comes
        first. The inputs of a part come first.
    """
    counted: set[int] = set()

    def fresh(layer: Any) -> int:
        """How many numbers of a layer no earlier layer has."""
        own = [v for v in getattr(layer, "weights", ()) if id(v) not in counted]
        counted.update(id(v) for v in own)
        return sum(int(np.prod(v.shape)) for v in own)

    return [
        {
            "part": part,
            "name": "input" if layer is None else layer.name,
            "kind": "Input" if layer is None else type(layer).__name__,
            "shape": shape,
            "parameters": fresh(layer),
        }
        for part, layer, shape in _layers(net)
    ]


def _layers(net: Any) -> Iterator[tuple[str, Any, tuple[int, ...]]]:
    """Part, layer (None for an input of the part) and output shape, in the order of the signal."""
    for part, attribute in PARTS:
        stack = getattr(net, attribute, None)
        if stack is None or (attribute in ("encoder", "decoder") and hasattr(net, "net")):
            continue
        if attribute in ("select", "prior"):  # never called on their own, so they know no output
            for layer in stack.nets if attribute == "prior" else [stack]:
                yield part, layer, (net.config.code,)
            continue
        for tensor in stack.inputs:
            yield part, None, tuple(tensor.shape[1:])
        for layer in stack.layers:
            if type(layer).__name__ != "InputLayer":
                yield part, layer, tuple(layer.output.shape[1:])
