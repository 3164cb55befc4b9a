"""mnistlab: a laboratory for encoder-decoder models on handwritten digits.

    from mnistlab import Lab, normalize_drawing

`Lab` brings TensorFlow with it, so it is imported when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from mnistlab.data.drawing import normalize_drawing

if TYPE_CHECKING:
    from mnistlab.inference.lab import Lab

__all__ = ["Lab", "normalize_drawing"]


def __getattr__(name: str) -> Any:
    if name == "Lab":
        from mnistlab.inference.lab import Lab

        return Lab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
