"""The scheduled quantities: weight norms, update ratios, histograms of weights and of gradients.

Each knows how to measure itself and nothing of when; `schedule.py` knows when, and `recorder.py` calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gradviz.probes.histogram import histogram
from gradviz.probes.norms import LayerNorms
from gradviz.probes.outbox import Outbox
from gradviz.records.writer import RunWriter


class Quantities:
    """Measures the parameters of each layer together, `layers[i]` being those of layer i."""

    def __init__(
        self, layers: Sequence[Sequence[nn.Parameter]], norms: LayerNorms, writer: RunWriter, outbox: Outbox
    ) -> None:
        self._layers = layers
        self._weights = [parameter.detach() for layer in layers for parameter in layer]
        self._norms = norms
        self._writer = writer
        self._outbox = outbox
        self._before: list[Tensor] = []

    def weight_norm(self, step: int) -> None:
        """“weight_norm” `[layers]`: ‖w‖ as it stands."""
        self._norm_of(self._weights, lambda norms: self._writer.sample("weight_norm", step, norms))

    def keep_weights(self) -> None:
        """Before an update: remember the weights that `update_ratio` compares with."""
        self._before = [weight.clone() for weight in self._weights]

    def update_ratio(self, step: int) -> None:
        """“update_ratio” `[layers]`: ‖Δw‖ / ‖w‖, w from before the update; also “weight_norm” after it.

        A layer whose weights were all zero has Inf, or NaN if they stayed so.
        """
        found: list[NDArray[np.float64]] = []

        def ratio(norms: NDArray[np.float64]) -> None:
            found.append(norms)
            if len(found) == 2:
                with np.errstate(divide="ignore", invalid="ignore"):
                    self._writer.sample("update_ratio", step, found[1] / found[0])

        before, self._before = self._before, []
        change = list(torch._foreach_sub(self._weights, before))  # noqa: SLF001 - not public yet
        self._norm_of(before, ratio)
        self._norm_of(change, ratio)
        self.weight_norm(step)

    def weight_histogram(self, step: int, layer: int) -> None:
        """“weight_histogram” of one layer, counts in the bins of `records.histogram`."""
        self._count(step, layer, "weight_histogram", self._layers[layer])

    def gradient_histogram(self, step: int, layer: int) -> None:
        """“gradient_histogram” of one layer; a layer without any gradient has none."""
        gradients = [parameter.grad for parameter in self._layers[layer]]
        if any(gradient is not None for gradient in gradients):
            self._count(step, layer, "gradient_histogram", gradients)

    def _count(self, step: int, layer: int, quantity: str, tensors: Sequence[Tensor | None]) -> None:
        def deliver(counts: NDArray[np.float64]) -> None:
            self._writer.sample(quantity, step, counts.astype(np.int64), layer)

        self._outbox.put(histogram(tensors), deliver)

    def _norm_of(self, tensors: list[Tensor], deliver: Callable[[NDArray[np.float64]], None]) -> None:
        if tensors[0].is_cpu:
            squares, _ = self._norms.on_host(tensors)
            deliver(self._norms.by_layer(squares))
        else:
            self._outbox.put(
                self._norms.on_device(tensors), lambda values: deliver(self._norms.by_layer(values))
            )
