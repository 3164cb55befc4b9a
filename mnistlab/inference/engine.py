"""What the networks run on: Keras says what they compute, OpenVINO computes it.

A function of Keras operations is traced once, for any number of rows, and compiled for the
processor in float32. A row comes out the same, bit for bit, whatever rows it shares its batch with.

Where Keras itself runs on OpenVINO (KERAS_BACKEND=openvino, as `app.py` has it) tracing needs
nothing else, and TensorFlow, which takes seconds to import, is never touched. Beside training,
Keras runs on TensorFlow, and OpenVINO reads the graph of a `tf.function`.
"""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import openvino as ov
from openvino import opset16 as opset
from openvino.frontend import FrontEndManager

from mnistlab.inference.sinking import without_turns

CORE = ov.Core()
CORES = min(4, os.cpu_count() or 1)  # beyond these a digit gains nothing
SETTINGS = {
    "INFERENCE_PRECISION_HINT": "f32",  # processors with bfloat16 would round to it
    "NUM_STREAMS": 1,  # one call at a time, on all the cores: the rest wait less than side by side
    "INFERENCE_NUM_THREADS": CORES,
    "ENABLE_CPU_PINNING": False,  # the cores are shared with whoever else is at work
}


class Compiled:
    """A function of Keras operations, compiled; safe to call from many threads.

    Args:
        function: takes tensors, gives a tensor or any nest of lists, tuples and dicts of them.
        shapes: of one row of each argument; arguments are float32 (rows, *shape).
    """

    def __init__(self, function: Callable[..., Any], *shapes: tuple[int, ...]) -> None:
        self._structure: Any = None

        def flat(*tensors: Any) -> list[Any]:
            nest = function(*tensors)
            self._structure = keras.tree.map_structure(lambda _: 0, nest)  # not the graph itself
            return keras.tree.flatten(nest)

        trace = _TRACES.get(keras.backend.backend())
        if trace is None:
            raise ImportError(
                f"Keras runs on {keras.backend.backend()}; mnistlab needs it on "
                f"{' or '.join(_TRACES)}: set KERAS_BACKEND."
            )
        model = CORE.compile_model(trace(flat, shapes), "CPU", SETTINGS)
        self._request, self._turn = model.create_infer_request(), threading.Lock()

    def __call__(self, *arrays: np.ndarray) -> Any:
        """Arrays (rows, *shape) -> what the function gives, as arrays."""
        inputs = [np.ascontiguousarray(array, np.float32) for array in arrays]
        with self._turn:
            outputs = self._request.infer(inputs).to_tuple()
        return keras.tree.pack_sequence_as(self._structure, outputs)


def _from_openvino(function: Callable[..., list[Any]], shapes: tuple) -> ov.Model:
    inputs = [opset.parameter([-1, *shape], ov.Type.f32) for shape in shapes]
    tensors = [keras.ops.convert_to_tensor(node.output(0)) for node in inputs]
    results = [opset.result(tensor.output) for tensor in function(*tensors)]
    return without_turns(_model(results, inputs))


def _from_tensorflow(function: Callable[..., list[Any]], shapes: tuple) -> ov.Model:
    import tensorflow as tf
    from openvino.frontend.tensorflow.graph_iterator import GraphIteratorTFGraph

    signature = [tf.TensorSpec((None, *shape), tf.float32) for shape in shapes]
    concrete = tf.function(function, signature, autograph=False).get_concrete_function()
    # what ov.convert_model does in seconds, and reports; nothing but this name keeps `graph` alive
    reader = FrontEndManager().load_by_framework("tf")
    graph = GraphIteratorTFGraph(concrete.graph, share_weights=False)
    model = reader.convert(reader.load(graph))
    results = model.get_results()
    if len(results) > 1:  # in an order of their own, but by name
        named = {name: node for node in results for name in node.output(0).names}
        results = [named[tensor.name] for tensor in concrete.outputs]
    return _model(results, model.get_parameters())


def _model(results: Sequence[ov.Node], inputs: Sequence[ov.Node]) -> ov.Model:
    return ov.Model(results, inputs)  # pyright: ignore[reportGeneralTypeIssues], a slip in its stubs


_TRACES: dict[str, Callable[[Callable[..., list[Any]], tuple], ov.Model]] = {
    "openvino": _from_openvino,
    "tensorflow": _from_tensorflow,
}
