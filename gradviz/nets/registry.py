"""The registries of this room, and what a registered function may count on.

A layer's function is called with the input shape (without the batch) and all of its parameters, checked
against their ranges, and returns the torch module; it raises `ShapeError` where the input does not fit.
A block with a body gets a `BlockPlan` as well, a composed block returns the layers that it stands for (see
`gradviz.nets.plan`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from gradviz.spec.data_info import DataInfo
from gradviz.spec.registry import Registry

if TYPE_CHECKING:
    from gradviz.nets.initializer import Initializer

Shape = tuple[int, ...]
"""The size of one sample: [features], [length, features], [channels, height, width]; without the batch."""

layers: Registry[Callable[..., Any]] = Registry("layer")
initializers: Registry[Initializer] = Registry("initializer")


class Tokens(Shape):
    """The shape of a sample that is token ids, 0 … `vocabulary` − 1, and no numbers to calculate with."""

    vocabulary: int

    def __new__(cls, sizes: Iterable[int], vocabulary: int) -> Self:
        """Ids of these sizes, most often one: the length of a text."""
        tokens = super().__new__(cls, sizes)
        tokens.vocabulary = vocabulary
        return tokens

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tokens) and self._key() == other._key()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, ...]:
        return (-1, self.vocabulary, *self)


class ShapeError(ValueError):
    """A layer cannot take this input. The message says what it needs: it ends “… got [64] and needs ”."""


def sample_shape(info: DataInfo) -> Shape:
    """The shape of one sample of the data, as ids where the data are text."""
    return info.input_shape if info.vocabulary is None else Tokens(info.input_shape, info.vocabulary)


def shown(shape: Shape) -> str:
    """A shape as messages write it: [1, 8, 8]."""
    return f"[{', '.join(map(str, shape))}]"
