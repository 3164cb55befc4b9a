# TensorFlow ships no types, and the stubs that pyright brings know a part of it, wrongly in places.
from typing import Any

def __getattr__(name: str) -> Any: ...
