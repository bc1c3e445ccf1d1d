"""What can only be seen while a batch passes: outputs of layers, and gradients with respect to them.

Hooks are there for the passes in which something is due, and for the rest of a run there are none. They look
on: the pass is the training's own, nothing is computed twice and nothing is put into its graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from gradviz.probes.activations import PassActivations, first_output, unit_dims
from gradviz.probes.gains import PassGradients
from gradviz.probes.histogram import histogram
from gradviz.probes.hooks import Hooks
from gradviz.probes.outbox import Outbox
from gradviz.probes.residual import Join, ResidualBlock
from gradviz.probes.schedule import Item
from gradviz.probes.slopes import gives_zeros, is_activation
from gradviz.records.layer import LayerInfo
from gradviz.records.writer import RunWriter

HISTOGRAM = "activation_histogram"
STATISTICS = "activation_mean"
"""The item that measures all of ACTIVATION_QUANTITIES."""
GRADIENTS = "gain"
"""The item that measures “output_gradient”, “gain” and what is known of blocks and joins."""
IN_PASSING = frozenset((HISTOGRAM, STATISTICS, GRADIENTS))


class Passing:
    """Measures every layer of `layers`, with parameters or without: their index is that in the RunInfo."""

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[LayerInfo],
        blocks: Sequence[ResidualBlock],
        joins: Sequence[Join],
        *,
        writer: RunWriter,
        outbox: Outbox,
    ) -> None:
        self._modules = [model.get_submodule(layer.module) for layer in layers]
        self._dims = unit_dims(layers)
        self._mortal = [is_activation(module) and gives_zeros(module) for module in self._modules]
        self._blocks = blocks
        self._joins = [join.module for join in joins]
        self._writer, self._outbox = writer, outbox

    @contextmanager
    def watching(self, step: int, items: Sequence[Item], scale: float) -> Iterator[Callable[[], float]]:
        """Around one forward and backward pass: measure these items, and tell each what it cost.

        What is given tells the seconds that all of it took, afterwards.
        """
        start = perf_counter()
        hooks = {item: Hooks(gradients=item.quantity == GRADIENTS) for item in items}
        measured: dict[Item, PassActivations | PassGradients] = {}
        counts: dict[Item, Tensor] = {}
        spent = 0.0
        with ExitStack() as stack:
            for item, own in hooks.items():
                stack.enter_context(own)
                if item.quantity == HISTOGRAM:
                    own.after(self._modules[item.layer], partial(_count, counts, item))
                elif item.quantity == STATISTICS:
                    measured[item] = PassActivations(self._modules, self._dims, self._mortal, own)
                else:
                    measured[item] = PassGradients(self._modules, self._blocks, own, self._joins)
                own.seconds += perf_counter() - start
                start = perf_counter()
            yield lambda: spent
        for item, own in hooks.items():
            start = perf_counter()
            if item in measured:
                deliver = partial(self._tell, step, measured[item], scale)
                self._outbox.put(measured[item].numbers(), deliver)
            elif item in counts:
                self._outbox.put(counts[item], partial(self._tell_counts, step, item.layer))
            seconds = own.seconds + perf_counter() - start
            item.paid(step, seconds)
            spent += seconds

    def _tell_counts(self, step: int, layer: int, counts: NDArray[np.float64]) -> None:
        self._writer.sample(HISTOGRAM, step, counts.astype(np.int64), layer)

    def _tell(
        self,
        step: int,
        measured: PassActivations | PassGradients,
        scale: float,
        numbers: NDArray[np.float64],
    ) -> None:
        def sample(quantity: str, values: NDArray[np.float64]) -> None:
            self._writer.sample(quantity, step, values)

        if isinstance(measured, PassActivations):
            measured.tell(numbers, sample)
        else:
            measured.tell(numbers, scale, sample)


def _count(counts: dict[Item, Tensor], item: Item, result: Any) -> None:
    output = first_output(result)
    if output is not None:
        counts[item] = histogram([output])
