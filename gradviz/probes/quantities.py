"""The scheduled quantities of parameters: norms, update ratios, largest entries, histograms.

Each knows how to measure itself and nothing of when; `schedule.py` knows when, and `recorder.py` calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gradviz.probes.histogram import histogram
from gradviz.probes.norms import LayerNorms
from gradviz.probes.outbox import Outbox
from gradviz.records.writer import RunWriter

AFTER_BACKWARD = ("gradient_histogram", "largest_gradient")
AFTER_UPDATE = ("update_ratio", "update_histogram", "weight_histogram")
"""What is measured at which moment of a step, in this order."""


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
        self._starts = [0, *accumulate(len(layer) for layer in layers)]
        self._before: dict[int, Tensor] = {}

    def measure(self, quantity: str, step: int, layer: int) -> None:
        """One quantity of AFTER_BACKWARD or AFTER_UPDATE; `layer` is -1 for those of all layers."""
        match quantity:
            case "largest_gradient":
                self.largest_gradient(step)
            case "update_ratio":
                self.update_ratio(step)
            case "update_histogram":
                self.update_histogram(step, layer)
            case "weight_histogram":
                self.weight_histogram(step, layer)
            case _:
                self.gradient_histogram(step, layer)

    def weight_norm(self, step: int) -> None:
        """“weight_norm” `[layers]`: ‖w‖ as it stands."""
        self._norm_of(self._weights, lambda norms: self._writer.sample("weight_norm", step, norms))

    def keep_weights(self, layers: Iterable[int]) -> None:
        """Before an update: remember the weights that it is compared with, of these layers; -1: of all."""
        for layer in layers:
            places = range(len(self._weights)) if layer < 0 else self._places(layer)
            for place in places:
                if place not in self._before:
                    self._before[place] = self._weights[place].clone()

    def forget_weights(self) -> None:
        """After the last comparison."""
        self._before = {}

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

        before = [self._before[place] for place in range(len(self._weights))]
        change = list(torch._foreach_sub(self._weights, before))  # noqa: SLF001 - not public yet
        self._norm_of(before, ratio)
        self._norm_of(change, ratio)
        self.weight_norm(step)

    def update_histogram(self, step: int, layer: int) -> None:
        """“update_histogram” of one layer: what the update added to each weight."""
        places = self._places(layer)
        before = [self._before[place] for place in places]
        now = [self._weights[place] for place in places]
        self._count(step, layer, "update_histogram", torch._foreach_sub(now, before))  # noqa: SLF001

    def largest_gradient(self, step: int) -> None:
        """“largest_gradient” `[layers]`: the largest magnitude of an entry; NaN if one is NaN.

        0 where a layer has no gradient.
        """
        gradients = [p.grad for layer in self._layers for p in layer if p.grad is not None and p.grad.numel()]
        if not gradients:
            self._writer.sample("largest_gradient", step, np.zeros(len(self._layers)))
            return
        largest = torch.stack(torch._foreach_norm(gradients, torch.inf))  # noqa: SLF001 - not public yet
        owners = [
            index
            for index, layer in enumerate(self._layers)
            for p in layer
            if p.grad is not None and p.grad.numel()
        ]

        def deliver(values: NDArray[np.float64]) -> None:
            found = np.zeros(len(self._layers))
            with np.errstate(invalid="ignore"):  # NaN is what is to be told
                np.maximum.at(found, owners, values)
            self._writer.sample("largest_gradient", step, found)

        self._outbox.put(largest, deliver)

    def weight_histogram(self, step: int, layer: int) -> None:
        """“weight_histogram” of one layer, counts in the bins of `records.histogram`."""
        self._count(step, layer, "weight_histogram", self._layers[layer])

    def gradient_histogram(self, step: int, layer: int) -> None:
        """“gradient_histogram” of one layer; a layer without any gradient has none."""
        gradients = [parameter.grad for parameter in self._layers[layer]]
        if any(gradient is not None for gradient in gradients):
            self._count(step, layer, "gradient_histogram", gradients)

    def _places(self, layer: int) -> range:
        return range(self._starts[layer], self._starts[layer + 1])

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
