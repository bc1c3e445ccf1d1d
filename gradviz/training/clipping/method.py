"""What a clipping method is given, what it answers, and the registry of all of them.

A method writes the gradients in place with fused calls. On a CPU its arithmetic is on plain floats, which is
the cheapest there; on CUDA it stays on the device, since looking at a number would wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gradviz.probes.norms import LayerNorms
from gradviz.spec.registry import Registry, number

State = dict[str, NDArray[np.float64]]
"""What a method remembers from step to step, by name; empty for most."""

clips: Registry[Callable[..., Method]] = Registry("clipping method")
"""Each takes its own parameters and makes a method."""

THRESHOLD = number("threshold", "Largest norm or value that passes unchanged", default=1.0, above=0)


class Gradients(NamedTuple):
    """The gradients of one step, at least one, and the weights that they are of.

    `kept` says of each whether the last linear layer holds it. `norms` takes their squares.
    """

    tensors: list[Tensor]
    weights: list[Tensor]
    kept: list[bool]
    norms: LayerNorms
    on_host: bool

    def squares(self) -> list[float] | Tensor:
        """g·g of each, floats or a float64 tensor `[tensors]`, right at every magnitude."""
        if self.on_host:
            return self.norms.on_host(self.tensors)[0]
        return self.norms.on_device(self.tensors)

    def scaling_squares(self) -> list[float] | Tensor:
        """The same to scale gradients by: by torch alone, or weights would depend on the C extension."""
        return self.norms.by_torch(self.tensors) if self.on_host else self.squares()


class Change(NamedTuple):
    """What a method did: g·g and c·c of each tensor, g·c of all (None: c is g times one factor)."""

    squares: list[float] | Tensor
    clipped: list[float] | Tensor
    dot: float | Tensor | None = None
    threshold: float | Tensor | None = None


class Method(Protocol):
    """A way of clipping. `moving` says whether its threshold moves from step to step."""

    moving: bool

    def __call__(self, gradients: Gradients) -> Change:
        """Clip in place."""

    def state_dict(self) -> State:
        """What must be kept to go on exactly."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave. Raises ValueError where it is no such thing."""


class Fixed:
    """A method that remembers nothing."""

    moving = False

    def state_dict(self) -> State:
        """Nothing."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Nothing to load. Raises ValueError where there is something."""
        if state:
            raise ValueError(f"this clipping method keeps nothing, but {', '.join(state)} was saved")
