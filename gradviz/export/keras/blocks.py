"""Blocks as Keras has them: variables for the ways through a network, and what brings them together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradviz.export.keras.graph import Graph, Signal, Unless, call
from gradviz.export.registry import ExportError
from gradviz.nets.plan import Block
from gradviz.nets.survey import Placed

Walk = Callable[[Placed, Signal], Signal]
"""Writes a part and gives what leaves it."""

_BEFORE_BODY = ("preactivation", "body", "scale", "drop")
_SHORTCUT = ("shortcut", "shortcut_norm")


def write_block(block: Block, parts: Sequence[Placed], signal: Signal, graph: Graph, walk: Walk) -> Signal:
    """Write a block whose slots are `parts`."""
    if block.kind == "Residual":
        return _residual(parts, signal, graph, walk)
    if block.kind == "Parallel":
        return _parallel(block, parts, signal, graph, walk)
    if block.composed or block.kind in ("Repeat", "Sequential"):
        for part in parts:
            signal = walk(part, signal)
        return signal
    raise ExportError(f"the block “{block.kind}” cannot be written for Keras")


def _residual(parts: Sequence[Placed], signal: Signal, graph: Graph, walk: Walk) -> Signal:
    """shortcut(x) + body(x), in the order in which torch runs them."""
    slots = {part.label: part for part in parts}
    if unknown := set(slots) - {*_SHORTCUT, *_BEFORE_BODY, "activation"}:
        raise ExportError(f"“{min(unknown)}” of a Residual cannot be written for Keras")
    variable = graph.free("shortcut")
    passed = signal
    with graph.into(variable):
        for label in _SHORTCUT:
            if label in slots:
                passed = walk(slots[label], passed)
        passed = graph.keep(passed, variable)
    for label in _BEFORE_BODY:
        if label in slots:
            signal = walk(slots[label], signal)
    graph.release("shortcut")
    added = _joined([passed, signal], call("layers.Add"), graph, signal.shape)
    return walk(slots["activation"], added) if "activation" in slots else added


def _parallel(block: Block, parts: Sequence[Placed], signal: Signal, graph: Graph, walk: Walk) -> Signal:
    """The branches one after the other, each in a variable of its own."""
    results, taken = [], 0
    for part in parts:
        variable = graph.free("branch")
        with graph.into(variable):
            results.append(walk(part, signal))
        if results[-1].variable == variable:
            taken += 1
        else:  # the input itself
            graph.release("branch")
    joined = results[0] if len(results) == 1 else _combined(block, results, graph)
    for _ in range(taken):  # only now: bringing the branches into one order takes variables of its own
        graph.release("branch")
    return joined


def _combined(block: Block, results: list[Signal], graph: Graph) -> Signal:
    made: Any = {"sum": call("layers.Add"), "product": call("layers.Multiply")}
    combine = block.given["combine"]
    if combine != "concatenation":
        return _joined(results, made[combine], graph, block.output_shape)
    results = _alike(results, graph)
    first = results[0]
    differing = [
        dim for dim in range(1, len(first.shape) + 1) if block.output_shape[dim - 1] != first.shape[dim - 1]
    ]
    axis = first.axis(differing[0])
    axis = -1 if axis == len(first.shape) else axis
    return _joined(results, call("layers.Concatenate", axis=Unless(axis, -1)), graph, block.output_shape)


def _joined(results: Sequence[Signal], made: Any, graph: Graph, shape: tuple[int, ...]) -> Signal:
    results = _alike(results, graph)
    together = f"[{', '.join(result.variable for result in results)}]"
    return graph.apply(results[0], made, shape=shape, operand=together)


def _alike(results: Sequence[Signal], graph: Graph) -> list[Signal]:
    """All in one order: channels last if one of them is."""
    if len({result.channels_last for result in results}) == 1:
        return list(results)
    variables = [graph.free("branch") for _ in results]
    alike = []
    for variable, result in zip(variables, results, strict=True):
        with graph.into(variable):
            alike.append(graph.as_channels_last(result))
        graph.release("branch")
    return alike
