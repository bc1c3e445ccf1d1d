"""What a layer's output looks like: mean, spread, zeros, dead units, and how much of it is saturated.

Of an output of more than 65,536 entries a sample is looked at (see `sampling.py`). Dead units are exact all
the same: a sample shows which units are alive, and of the others all entries are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gradviz.probes.gains import Sample
from gradviz.probes.hooks import Hooks
from gradviz.probes.passage import tensors_in
from gradviz.probes.sampling import MOST, sampled
from gradviz.probes.slopes import is_activation, saturated_share
from gradviz.records.layer import LayerInfo

ACTIVATION_QUANTITIES = ("activation_mean", "activation_std", "zero_share", "dead_share", "saturated_share")
_IN_NUMPY = (torch.float32, torch.float64)
"""On a CPU NumPy takes half of the time that torch does for so little."""
_CHANNELS_FIRST = ("Conv1d", "Pool1d", "BatchNorm1d", "InstanceNorm1d")
_FEATURES_LAST = ("Linear", "LayerNorm", "RMSNorm", "RNN", "LSTM", "GRU", "Attention", "Embedding")


def first_output(result: Any) -> Tensor | None:
    """The tensor that counts as a layer's output: the first one of real numbers."""
    return next((tensor for tensor in tensors_in(result) if tensor.is_floating_point()), None)


def moments(output: Tensor) -> Tensor:
    """Mean, standard deviation (of the entries, divided by their number) and share of exact zeros.

    float64 `[3]`; NaN of nothing.
    """
    values = sampled(output)
    if not values.numel():
        return torch.full((3,), torch.nan, dtype=torch.float64, device=output.device)
    if values.is_cpu and values.dtype in _IN_NUMPY:
        return torch.tensor(_moments(values.numpy()), dtype=torch.float64)
    doubles = values.double()
    mean, spread = doubles.mean(), doubles.std(correction=0)  # std_mean makes NaN of an infinite mean
    return torch.stack([mean, spread, (values == 0).double().mean()])


def _moments(values: NDArray[np.floating]) -> tuple[float, float, float]:
    with np.errstate(invalid="ignore"):
        mean = float(values.mean(dtype=np.float64))
        away = values - mean if values.dtype == np.float64 else np.subtract(values, mean, dtype=np.float64)
        spread = math.sqrt(np.vdot(away, away) / values.size)
    return mean, spread, 1 - np.count_nonzero(values) / values.size


def dead_share(output: Tensor, dim: int) -> Tensor:
    """The share of units (along `dim`) that are exactly zero everywhere in the batch, a float64 scalar."""
    if not output.numel():
        return torch.full((), torch.nan, dtype=torch.float64, device=output.device)
    units = output.detach().movedim(dim, 0)
    if not units.is_cpu:
        return 1 - _alive(units).double().mean()
    alive = _alive(_thinned(units))
    if units.numel() > MOST:
        silent = (~alive).nonzero().flatten()
        alive[silent] = _alive(units[silent])
    return 1 - alive.double().mean()


def _alive(units: Tensor) -> Tensor:
    """Which rows of `[units, …]` are not zero everywhere."""
    others = tuple(range(1, units.dim()))
    if units.is_cpu and units.dtype in _IN_NUMPY:
        return torch.from_numpy(np.asarray(units.numpy().any(axis=others)))
    return (units != 0).any(dim=others) if others else units != 0


def _thinned(units: Tensor) -> Tensor:
    """Of `[units, …]` all units, at about MOST entries."""
    excess = -(-units.numel() // MOST)
    for dim in range(1, units.dim()):
        step = min(excess, units.shape[dim])
        units = units.movedim(dim, 0)[::step].movedim(0, dim)
        excess = -(-excess // step)
    return units


def unit_dims(layers: Sequence[LayerInfo]) -> list[int]:
    """Where the units of each layer's output are, counted with the batch: channels of images, else features.

    Of a sequence it is the layers before that tell whether it is [channels, length] or [length, features].
    """
    dims = []
    channels_first = False
    for layer in layers:
        if layer.kind.endswith(_CHANNELS_FIRST):
            channels_first = True
        elif layer.kind.endswith(_FEATURES_LAST) or len(layer.output_shape) != 2:
            channels_first = False
        dims.append(2 if len(layer.output_shape) == 2 and not channels_first else 1)
    return dims


class PassActivations:
    """Watches every layer's output in one pass; of several calls of a layer the last one counts.

    NaN stands where a quantity has no meaning: dead units of what is never zero over a range of inputs,
    saturation of what is no activation.
    """

    def __init__(
        self, layers: Sequence[nn.Module], dims: Sequence[int], mortal: Sequence[bool], hooks: Hooks
    ) -> None:
        self._found: list[list[Tensor | None]] = [[None, None, None] for _ in layers]
        for index, module in enumerate(layers):
            if is_activation(module):
                hooks.before(module, partial(self._enter, index, module))
            hooks.after(module, partial(self._leave, index, dims[index] if mortal[index] else None))

    def _enter(self, index: int, module: nn.Module, arguments: Any) -> None:
        inputs = first_output(arguments)  # looked at now: it may be overwritten
        if inputs is not None:
            values = inputs.detach() if isinstance(module, nn.PReLU) else sampled(inputs)
            self._found[index][2] = saturated_share(module, values)

    def _leave(self, index: int, dim: int | None, result: Any) -> None:
        output = first_output(result)
        if output is not None:
            self._found[index][0] = moments(output)
            if dim is not None and dim < output.dim():
                self._found[index][1] = dead_share(output, dim)

    def numbers(self) -> Tensor:
        """All of it, float64 `[5 · layers]`, layer by layer, where the outputs lie."""
        known = [value for row in self._found for value in row if value is not None]
        nothing = torch.full((), torch.nan, dtype=torch.float64, device=known[0].device if known else None)
        rows = [
            torch.cat(
                [
                    nothing.expand(3) if row[0] is None else row[0],
                    *((nothing if value is None else value).reshape(1) for value in row[1:]),
                ]
            )
            for row in self._found
        ]
        return torch.cat(rows) if rows else nothing.new_empty(0)

    @staticmethod
    def tell(numbers: NDArray[np.float64], sample: Sample) -> None:
        """Hand on the quantities."""
        for quantity, values in zip(ACTIVATION_QUANTITIES, numbers.reshape(-1, 5).T, strict=True):
            sample(quantity, values)
