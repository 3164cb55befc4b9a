"""A graph in which no layout stands between a convolution and what follows it.

Keras keeps channels last, OpenVINO's convolutions have them first, so a traced network turns its
maps around at each convolution. The processor's kernels take bias, activation and residual sum into
the convolution only where they follow it at once. So each turn is let sink behind them, until it
meets the turn back and both go.
"""

import numpy as np
import openvino as ov
from openvino import opset16 as opset
from openvino._offline_transformations import apply_moc_transformations

ELEMENTWISE = {"Add", "Multiply", "Subtract", "Divide", "Relu", "Gelu"}


def without_turns(model: ov.Model) -> ov.Model:
    """The same model with its transpositions behind the elementwise operations; changed in place.

    The common optimisations run before, so that whatever is constant is one constant.
    """
    apply_moc_transformations(model, cf=True)
    for node in model.get_ordered_ops():
        if node.get_type_name() in ELEMENTWISE:
            _sink(node)
        elif node.get_type_name() == "Transpose":
            _merge(node)
    model.validate_nodes_and_infer_types()
    apply_moc_transformations(model, cf=True)  # scales go into the weights before them
    return model


def _order(turn: ov.Node) -> tuple[int, ...]:
    return tuple(turn.input_value(1).get_node().get_data().tolist())


def _merge(turn: ov.Node) -> None:
    """Two turns are one, or none."""
    before = turn.input_value(0).get_node()
    if before.get_type_name() != "Transpose":
        return
    first = _order(before)
    order = [first[axis] for axis in _order(turn)]
    if order == sorted(order):
        for target in turn.output(0).get_target_inputs():
            target.replace_source_output(before.input_value(0))
    else:
        turn.input(0).replace_source_output(before.input_value(0))
        turn.input(1).replace_source_output(opset.constant(np.array(order)).output(0))


def _sink(node: ov.Node) -> None:
    """f(turned a, b, constant) becomes turned f(a, b and constant turned the other way)."""
    sources = [value.get_node() for value in node.input_values()]
    turns = [source for source in sources if source.get_type_name() == "Transpose"]
    orders = {_order(turn) for turn in turns}
    if len(orders) != 1:
        return
    order = np.array(orders.pop())
    back = np.argsort(order)
    for place, source in zip(node.inputs(), sources, strict=True):
        if source in turns:
            place.replace_source_output(source.input_value(0))
        elif source.get_type_name() == "Constant":
            values = source.get_data()
            whole = values.reshape((1,) * (len(order) - values.ndim) + values.shape)
            turned = opset.constant(np.ascontiguousarray(whole.transpose(back)))
            place.replace_source_output(turned.output(0))
        else:
            turned = opset.transpose(place.get_source_output(), back)
            place.replace_source_output(turned.output(0))
    targets = list(node.output(0).get_target_inputs())
    node.constructor_validate_and_infer_types()
    turned = opset.transpose(node.output(0), order).output(0)
    for target in targets:
        target.replace_source_output(turned)
