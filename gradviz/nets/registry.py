"""The registries of this room, and what a registered function may count on.

A layer's function is called with the input shape (without the batch) and all of its parameters, checked
against their ranges, and returns the torch module; it raises `ShapeError` where the input does not fit.
A block's function gets a `BlockPlan` as well (see `gradviz.nets.plan`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradviz.spec.registry import Registry

Shape = tuple[int, ...]
"""The size of one sample: [features], [channels, height, width], …; the batch is not part of it."""

layers: Registry[Callable[..., Any]] = Registry("layer")
initializers: Registry[Callable[..., None]] = Registry("initializer")


class ShapeError(ValueError):
    """A layer cannot take this input. The message says what it needs: it ends “… got [64] and needs ”."""


def shown(shape: Shape) -> str:
    """A shape as messages write it: [1, 8, 8]."""
    return f"[{', '.join(map(str, shape))}]"
