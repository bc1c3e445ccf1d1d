"""Layers that come again and again, written once in a loop.

`folded` makes a run of equal nodes, or of a few nodes that come over and over, one `Times`; `counted` makes
calls of one function that differ in their values only one `Each`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from gradviz.export.expression import (
    Argument,
    Call,
    Each,
    Items,
    Name,
    Node,
    Times,
    Value,
    calls,
    children,
    rewritten,
    sequential,
    with_children,
)

T = TypeVar("T")

_LONGEST_PERIOD = 16
_WORTH_A_LOOP = 4
"""How many calls a loop must save."""


def folded(node: Node) -> Node:
    """`node` with every run of equal parts in a list or a Sequential as a loop."""
    return rewritten(node, lambda inner: _changed(inner, _fold))


def counted(node: Node, functions: frozenset[str]) -> Node:
    """`node` with neighbouring calls of the same one of `functions` as a loop over what differs."""
    return rewritten(node, lambda inner: _changed(inner, lambda nodes: _count(nodes, functions)))


def _changed(node: Node, change: Any) -> Node:
    listed = isinstance(node, Items) or (isinstance(node, Call) and node.callee == "nn.Sequential")
    if not listed:
        return node
    inside = children(node)
    changed = tuple(change(inside))
    return node if changed == inside else with_children(node, changed)


def _fold(nodes: Sequence[Node]) -> list[Node]:
    out: list[Node] = []
    at = 0
    while at < len(nodes):
        period, times = longest_run(nodes, at, calls)
        if times == 1 or _better_one_later(nodes, at, period, times):
            out.append(nodes[at])
            at += 1
            continue
        part = nodes[at] if period == 1 else sequential(tuple(nodes[at : at + period]), "Block")
        out.append(Times(part, times))
        at += period * times
    return out


def _better_one_later(nodes: Sequence[Node], at: int, period: int, times: int) -> bool:
    """Whether the loop is as long from a later node on that says more: a layer before its activation."""
    said = len(children(nodes[at]))
    return any(
        len(children(nodes[at + later])) > said and longest_run(nodes, at + later, calls) == (period, times)
        for later in range(1, period)
    )


def longest_run(nodes: Sequence[T], at: int, size: Callable[[T], int]) -> tuple[int, int]:
    """(period, times) of what repeats from `at` on and saves the most; (1, 1) where nothing does."""
    best, saved = (1, 1), 0
    for period in range(1, min(_LONGEST_PERIOD, (len(nodes) - at) // 2) + 1):
        head = nodes[at : at + period]
        times = 1
        while tuple(nodes[at + period * times : at + period * (times + 1)]) == tuple(head):
            times += 1
        gain = (times - 1) * sum(map(size, head))
        if times > 1 and gain > saved and (gain >= _WORTH_A_LOOP or times > 2):
            best, saved = (period, times), gain
    return best


def _count(nodes: Sequence[Node], functions: frozenset[str]) -> list[Node]:
    out: list[Node] = []
    at = 0
    while at < len(nodes):
        run = _like_calls(nodes, at, functions)
        out.append(_each(run) if len(run) > 2 else nodes[at])
        at += len(run) if len(run) > 2 else 1
    return out


def _like_calls(nodes: Sequence[Node], at: int, functions: frozenset[str]) -> list[Call]:
    run: list[Call] = []
    for node in nodes[at:]:
        fits = isinstance(node, Call) and node.callee in functions
        if not fits or (run and node.callee != run[0].callee):  # type: ignore[union-attr]
            break
        if any(not isinstance(argument.node, Value) for argument in node.arguments):  # type: ignore[union-attr]
            break
        run.append(node)  # type: ignore[arg-type]
    return run


def _each(run: Sequence[Call]) -> Each:
    columns = list(zip(*(_values(call) for call in run), strict=True))
    varied = [index for index, column in enumerate(columns) if len(set(map(repr, column))) > 1]
    arguments = [
        Argument(Name(argument.parameter), argument.parameter) if index in varied else argument
        for index, argument in enumerate(run[0].arguments)
    ]
    rows = tuple(tuple(_values(call)[index] for index in varied) for call in run)
    variables = tuple(run[0].arguments[index].parameter for index in varied)
    return Each(Call(run[0].callee, tuple(arguments)), variables, rows)


def _values(call: Call) -> list[Any]:
    return [argument.node.value for argument in call.arguments if isinstance(argument.node, Value)]
