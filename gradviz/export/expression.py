"""Python expressions as data: what a network is written with, before it is text.

Only what a model needs: calls, literal values, names, lists, and two loops. A `Value` knows the parameter
that it is given for, so that a function made of several like calls can name its own after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: a number, a text, a truth, None, or a tuple of them."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a function that is handed on and not called; `like` is a value that it may have."""

    name: str
    like: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, by keyword where it has one.

    `parameter` is what the callee calls it. An argument that may be `left_out` equals the callee's own
    default; it is kept, since a like call elsewhere may give another value.
    """

    node: Node
    parameter: str = ""
    keyword: bool = False
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call. `title` is the kind of block that it makes, empty for a single layer."""

    callee: str
    arguments: tuple[Argument, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """The same, made anew `times` times: *[node for _ in range(times)]."""

    node: Node
    times: int


@dataclass(frozen=True, slots=True)
class Each:
    """One for each row of values: *[node for variables in rows]; `rows` has a value for each variable."""

    node: Node
    variables: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


Node = Value | Name | Call | Items | Times | Each


def sequential(nodes: tuple[Node, ...], title: str = "") -> Call:
    """Modules one after the other."""
    return Call("nn.Sequential", tuple(Argument(node) for node in nodes), title)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right inside, those that are not printed too."""
    if isinstance(node, Call):
        return tuple(argument.node for argument in node.arguments)
    if isinstance(node, Items):
        return node.items
    return (node.node,) if isinstance(node, Times | Each) else ()


def with_children(node: Node, changed: tuple[Node, ...]) -> Node:
    """`node` with other nodes right inside."""
    if isinstance(node, Call):
        if len(changed) != len(node.arguments):
            return replace(node, arguments=tuple(Argument(child) for child in changed))
        pairs = zip(node.arguments, changed, strict=True)
        return replace(node, arguments=tuple(replace(argument, node=child) for argument, child in pairs))
    if isinstance(node, Items):
        return Items(changed)
    return replace(node, node=changed[0]) if isinstance(node, Times | Each) else node


def walk(node: Node) -> Iterator[Node]:
    """`node` and all inside it, from the outside in."""
    yield node
    for child in children(node):
        yield from walk(child)


def rewritten(node: Node, change: Callable[[Node], Node]) -> Node:
    """`node` with `change` done to everything inside it, from the inside out."""
    inside = children(node)
    changed = tuple(rewritten(child, change) for child in inside)
    return change(node if changed == inside else with_children(node, changed))


def calls(node: Node) -> int:
    """How many calls there are to read in it."""
    return sum(isinstance(inner, Call) for inner in walk(node))


def layers(node: Node) -> int:
    """How many of its calls are more than a row of others."""
    return sum(isinstance(inner, Call) and inner.callee != "nn.Sequential" for inner in walk(node))
