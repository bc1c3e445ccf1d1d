"""What is written while a network is walked: values on their way, and the lines that made them.

Keras keeps the channels of an image last, and on a CPU TensorFlow cannot do otherwise; here they come first.
So every value says which of the two it is. What slides over an image takes it with channels last, what
counts on our order (Flatten, a Linear over the width) gets it back, and all else takes either.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from gradviz.export.expression import Argument, Call, Items, Name, Node, Times, Value
from gradviz.export.keras.statements import Assign, Numbered, Remark, Statement
from gradviz.nets.registry import Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """A value: the variable that holds it, the shape of a sample in our order, and how it lies in Keras."""

    variable: str
    shape: Shape
    channels_last: bool = False

    @property
    def lying(self) -> tuple[int, ...]:
        """The shape of a sample as it lies in Keras."""
        return (*self.shape[1:], self.shape[0]) if self.channels_last else tuple(self.shape)

    def axis(self, dim: int) -> int:
        """Where our dimension `dim` lies in Keras; the batch is 0 in both."""
        if not self.channels_last or dim == 0:
            return dim
        return len(self.shape) if dim == 1 else dim - 1


@dataclass(slots=True)
class Graph:
    """The lines so far, which assign `target`. `needs` are the names that the script must define."""

    statements: list[Statement] = field(default_factory=list)
    needs: dict[str, None] = field(default_factory=dict)
    target: str = "x"
    _taken: dict[str, int] = field(default_factory=dict)

    def apply(
        self,
        signal: Signal,
        call: Call,
        *,
        name: str | None = None,
        shape: Shape | None = None,
        channels_last: bool | None = None,
        operand: str | None = None,
    ) -> Signal:
        """Write target = call(signal), and give its value: as the signal, but for what is said."""
        numbered = None if name is None else Numbered.parse(name)
        self._need(call)
        self.statements.append(Assign(self.target, operand or signal.variable, call, numbered))
        return replace(
            signal,
            variable=self.target,
            shape=signal.shape if shape is None else shape,
            channels_last=signal.channels_last if channels_last is None else channels_last,
        )

    def remark(self, text: str) -> None:
        """Write a comment."""
        self.statements.append(Remark(Numbered.parse(text)))

    def keep(self, signal: Signal, variable: str) -> Signal:
        """The same value under another name, for later."""
        if signal.variable == variable:
            return signal
        self.statements.append(Assign(variable, signal.variable))
        return replace(signal, variable=variable)

    def free(self, variable: str) -> str:
        """A variable of that name, numbered where the name is still in use, until it is released."""
        self._taken[variable] = self._taken.get(variable, 0) + 1
        number = self._taken[variable]
        return variable if number == 1 else f"{variable}_{number}"

    def release(self, variable: str) -> None:
        """The last variable of that name is free again."""
        self._taken[variable] -= 1

    @contextmanager
    def into(self, target: str) -> Iterator[None]:
        """Assign to another variable for a while."""
        before, self.target = self.target, target
        try:
            yield
        finally:
            self.target = before

    def as_ours(self, signal: Signal) -> Signal:
        """The value in our order."""
        if not signal.channels_last:
            return signal
        rank = len(signal.shape)
        order = (rank, *range(1, rank))
        return self.apply(signal, call("layers.Permute", order), channels_last=False)

    def as_channels_last(self, signal: Signal) -> Signal:
        """The value with its channels last."""
        if signal.channels_last or len(signal.shape) == 1:
            return signal
        order = (*range(2, len(signal.shape) + 1), 1)
        return self.apply(signal, call("layers.Permute", order), channels_last=True)

    def _need(self, node: Node) -> None:
        if isinstance(node, Call):
            if "." not in node.callee:
                self.needs[node.callee] = None
            for argument in node.arguments:
                self._need(argument.node)
        elif isinstance(node, Items):
            for item in node.items:
                self._need(item)


def call(callee: str, *positional: Any, **by_keyword: Any) -> Call:
    """A call; whatever is no node is a literal. Keywords that are None or at their default are left out."""
    arguments = [Argument(_node(value)) for value in positional]
    for name, value in by_keyword.items():
        if isinstance(value, Unless):
            if value.value == value.default:
                continue
            value = value.value  # noqa: PLW2901
        if value is not None:
            arguments.append(Argument(_node(value), name, keyword=True))
    return Call(callee, tuple(arguments))


@dataclass(frozen=True, slots=True)
class Unless:
    """An argument that is written only where it is not the callee's default."""

    value: Any
    default: Any


def _node(value: Any) -> Node:
    if isinstance(value, Call | Value | Name | Items | Times):
        return value
    return Value(tuple(value) if isinstance(value, list) else value)
