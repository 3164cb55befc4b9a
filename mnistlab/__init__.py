"""mnistlab: a laboratory for encoder-decoder models on handwritten digits.

    from mnistlab import Lab, normalize_drawing

Both are imported when they are first asked for: `Lab` brings Keras with it.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnistlab.data.drawing import normalize_drawing
    from mnistlab.inference.lab import Lab

__all__ = ["Lab", "normalize_drawing"]

# When OpenVINO is imported it reports that to its makers, unless this part of it cannot be.
sys.modules.setdefault("openvino_telemetry", None)  # pyright: ignore[reportArgumentType]

_HOMES = {"Lab": "mnistlab.inference.lab", "normalize_drawing": "mnistlab.data.drawing"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
