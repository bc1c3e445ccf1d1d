"""Blocks that differ in their numbers only, written once as a function of those numbers.

Nodes of the same build are laid over each other. Where all have the same value it stays in the function;
where they differ it becomes a parameter, and values that differ in the same way become the same one. This
is anti-unification (Plotkin 1970), the opposite of matching a pattern.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradviz.export.expression import (
    Argument,
    Call,
    Items,
    Name,
    Node,
    Times,
    Value,
    calls,
    layers,
    rewritten,
    walk,
)
from gradviz.export.pytorch.loops import counted, folded

_WORTH_A_FUNCTION = 4
"""How many layers it must save."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function that returns `node`; `parameters` are names with the values that they are called with."""

    name: str
    title: str
    parameters: tuple[tuple[str, tuple[Any, ...]], ...]
    node: Node


def shared(root: Node) -> tuple[Node, tuple[Function, ...]]:
    """`root` as short as it gets, and the functions that it calls, each after those that it needs."""
    trees: list[Node] = [folded(root)]
    functions: list[Function] = []
    names: Counter[str] = Counter()
    while (group := _most_worth(trees)) is not None:
        title = next((node.title for node in group if node.title), "Block")
        name = _function_name(title, names)
        function, arguments = _unified(name, title, group)
        call: dict[Node, Node] = {
            node: Call(name, given) for node, given in zip(group, arguments, strict=True)
        }
        trees = [_replaced(tree, call) for tree in trees]
        trees.append(function.node)
        functions.append(function)
    called = frozenset(function.name for function in functions)
    finished = [counted(folded(tree), called) for tree in trees]
    written = [replace(f, node=node) for f, node in zip(functions, finished[1:], strict=True)]
    return _numbered(finished[0], written[::-1])


def _numbered(root: Node, functions: Sequence[Function]) -> tuple[Node, tuple[Function, ...]]:
    """Both with the functions of one title counted in the order in which they are written."""
    taken: Counter[str] = Counter()
    names = {function.name: _function_name(function.title, taken) for function in functions}

    def change(node: Node) -> Node:
        return replace(node, callee=names.get(node.callee, node.callee)) if isinstance(node, Call) else node

    return rewritten(root, change), tuple(
        replace(function, name=names[function.name], node=rewritten(function.node, change))
        for function in functions
    )


def _replaced(tree: Node, other: Mapping[Node, Node]) -> Node:
    return rewritten(tree, lambda node: other.get(node, node))


def _most_worth(trees: Sequence[Node]) -> list[Call] | None:
    """Different nodes of one build, the largest of which more than one is printed."""
    groups: dict[Any, dict[Call, int]] = {}
    for tree in trees:
        for node in _candidates(tree):
            found = groups.setdefault(_build(node), {})
            found[node] = found.get(node, 0) + 1
    worth = [
        list(found)
        for found in groups.values()
        if (sum(found.values()) - 1) * layers(next(iter(found))) >= _WORTH_A_FUNCTION
    ]
    return max(worth, key=lambda group: calls(group[0]), default=None)


def _candidates(tree: Node) -> Iterator[Call]:
    """The calls that can become functions: blocks and groups of layers, but not a whole tree."""
    for node in walk(tree):
        if isinstance(node, Call) and node is not tree and (node.title or node.callee == "nn.Sequential"):
            yield node


def _build(node: Node) -> Any:
    """What two nodes have in common that differ in their values only."""
    if isinstance(node, Value | Name):
        return "value"
    if isinstance(node, Call):
        parts = tuple((a.parameter, a.keyword, _build(a.node)) for a in node.arguments)
        return (node.callee, parts)
    if isinstance(node, Items):
        return ("list", tuple(map(_build, node.items)))
    return (type(node).__name__, node.times if isinstance(node, Times) else node, _build(node.node))


def _unified(name: str, title: str, group: Sequence[Call]) -> tuple[Function, list[tuple[Argument, ...]]]:
    """The function of all in the group, and the arguments that make each of them."""
    columns = list(zip(*(list(_values(node)) for node in group), strict=True))
    parameters: dict[tuple[Any, ...], str] = {}
    taken: Counter[str] = Counter()
    for column in columns:
        key = tuple(argument.node for argument in column)
        if _varies(key) and _key(key) not in parameters:
            parameters[_key(key)] = _parameter_name(column[0].parameter, taken)
    names = iter(parameters.get(_key(tuple(argument.node for argument in column)), "") for column in columns)
    body = _with_names(group[0], names, iter(columns))
    order = list(parameters.items())
    function = Function(
        name=name,
        title=title,
        parameters=tuple((text, tuple(_like(node) for _, node in key)) for key, text in order),
        node=replace(body, title=""),
    )
    arguments = [tuple(Argument(key[index][1], text) for key, text in order) for index in range(len(group))]
    return function, arguments


def _varies(column: tuple[Node, ...]) -> bool:
    return any(isinstance(node, Name) for node in column) or len({repr(node) for node in column}) > 1


def _key(column: tuple[Node, ...]) -> tuple[Any, ...]:
    """Columns are the same if their values are, of the same type: True is not 1."""
    return tuple((repr(node), node) for node in column)


def _like(node: Node) -> Any:
    return node.value if isinstance(node, Value) else node.like if isinstance(node, Name) else None


def _values(node: Node) -> Iterator[Argument]:
    """Every value in it, as the argument that it is, in an order that all of one build share."""
    if isinstance(node, Call):
        for argument in node.arguments:
            if isinstance(argument.node, Value | Name):
                yield argument
            else:
                yield from _values(argument.node)
    elif isinstance(node, Items):
        for item in node.items:
            yield from _values(item)
    elif not isinstance(node, Value | Name):
        yield from _values(node.node)


def _with_names(node: Any, names: Iterator[str], columns: Iterator[tuple[Argument, ...]]) -> Any:
    """`node` with a name wherever `names` has one."""
    if isinstance(node, Call):
        arguments = []
        for argument in node.arguments:
            if isinstance(argument.node, Value | Name):
                text, column = next(names), next(columns)
                changed = Name(text, _like(argument.node)) if text else argument.node
                left_out = not text and all(other.left_out for other in column)
                arguments.append(replace(argument, node=changed, left_out=left_out))
            else:
                arguments.append(replace(argument, node=_with_names(argument.node, names, columns)))
        return replace(node, arguments=tuple(arguments))
    if isinstance(node, Items):
        return Items(tuple(_with_names(item, names, columns) for item in node.items))
    return replace(node, node=_with_names(node.node, names, columns))


def _function_name(title: str, taken: Counter[str]) -> str:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", title).lower()
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}_{taken[name]}"


def _parameter_name(wanted: str, taken: Counter[str]) -> str:
    name = wanted or "value"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}_{taken[name]}"
