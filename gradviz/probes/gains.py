"""The gradient at every layer's output, and the factor by which each layer changes it on its way back.

A layer's gain is ‖∂L/∂h‖ at its input over that at its output, Frobenius norms over the whole batch. At the
input only what comes through this layer counts, so that in a chain, and in the branch of a residual block,
the gains multiply to what the gradient does from one end to the other (the chain rule, norm by norm).
Several calls of one layer count together, as if their inputs and outputs stood side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gradviz.probes.hooks import Hooks
from gradviz.probes.passage import Edge, edges_of, follow, norm, tensors_in
from gradviz.probes.residual import BLOCK_QUANTITIES, BlockGradients, ResidualBlock

Sample = Callable[[str, NDArray[np.float64]], None]
"""Takes a quantity and its values over layers or over blocks."""


class PassGradients:
    """Watches every layer, block and join in one pass; `tell` afterwards gives their numbers.

    A join is a module whose layers stand side by side: its gain, “join_gain”, is that of all of it.

    NaN stands where nothing was measured: a layer that was not called, the gain of one whose input needs no
    gradient (the first), or 0 / 0. An output that nothing used has a gradient of 0.
    """

    def __init__(
        self,
        layers: Sequence[nn.Module],
        blocks: Sequence[ResidualBlock],
        hooks: Hooks,
        joins: Sequence[nn.Module] = (),
    ) -> None:
        self._hooks = hooks
        self._count = len(layers)
        layers = (*layers, *joins)
        self._called: list[list[Edge]] = [[] for _ in layers]
        self._arrived: list[list[Tensor]] = [[] for _ in layers]
        self._handed_on: list[list[Tensor]] = [[] for _ in layers]
        self._needed = [False for _ in layers]
        self._through = [False for _ in layers]
        for index, module in enumerate(layers):
            hooks.before(module, partial(self._enter, index))
            hooks.after(module, partial(self._leave, index))
        self._blocks = [BlockGradients(block, hooks) for block in blocks]

    def _enter(self, index: int, arguments: Any) -> None:
        self._called[index] = edges_of(arguments)

    def _leave(self, index: int, result: Any) -> None:
        outputs = [tensor for tensor in tensors_in(result) if tensor.requires_grad]
        if not outputs:
            return
        self._needed[index] = True
        inputs, ends = self._called[index], edges_of(outputs)
        unchanged = [edge for edge in ends if edge in inputs]
        for tensor in outputs:
            self._hooks.on_gradient(tensor, partial(self._arrive, index, whole=bool(unchanged)))
        self._called[index] = []
        if inputs:
            self._through[index] = True
            if len(unchanged) < len(ends):
                follow(ends, inputs, partial(self._hand_on, index), self._hooks)

    def _arrive(self, index: int, gradient: Tensor, *, whole: bool) -> None:
        size = norm([gradient])
        self._arrived[index].append(size)
        if whole:  # a layer that gives back what it got
            self._handed_on[index].append(size)

    def _hand_on(self, index: int, gradients: list[Tensor]) -> None:
        self._handed_on[index].append(norm(gradients))

    def numbers(self) -> Tensor:
        """All that was measured, float64 `[2 · (layers + joins) + 3 · blocks]` where it lies; for `tell`."""
        known = (*self._needed, *self._through)
        values = [norm(found) if found else None for found in (*self._arrived, *self._handed_on)]
        blocks = [block.values for block in self._blocks]
        device = next((each.device for each in (*values, *blocks) if each is not None), None)
        nothing = torch.full((), torch.nan, dtype=torch.float64, device=device)
        zero, unknown = torch.zeros_like(nothing), nothing.expand(len(BLOCK_QUANTITIES))
        scalars = [
            (zero if there else nothing) if value is None else value
            for there, value in zip(known, values, strict=True)
        ]
        triples = [unknown if block is None else block for block in blocks]
        return torch.cat([torch.stack(scalars) if scalars else nothing.new_empty(0), *triples])

    def tell(self, numbers: NDArray[np.float64], scale: float, sample: Sample) -> None:
        """Hand on the quantities; `scale` is what the loss was multiplied by before its pass."""
        count = len(self._needed)
        arrived, handed_on = numbers[:count], numbers[count : 2 * count]
        sample("output_gradient", arrived[: self._count] / scale)
        with np.errstate(divide="ignore", invalid="ignore"):
            gains = handed_on / arrived
        sample("gain", gains[: self._count])
        if count > self._count:
            sample("join_gain", gains[self._count :])
        for quantity, values in zip(BLOCK_QUANTITIES, numbers[2 * count :].reshape(-1, 3).T, strict=True):
            if self._blocks:
                sample(quantity, values)
