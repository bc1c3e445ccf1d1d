"""Where an activation is saturated: the inputs at which its slope is below 1 % of its largest.

Found once for each activation by its own derivative on a grid from −1e8 to 1e8, whose ends are then narrowed
down by halving; to measure a layer is to count inputs between them. For the sigmoid that is |x| > 5.99, for
ReLU x ≤ 0. An activation that is random while training is taken as in evaluation.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

SATURATED = 0.01
"""Share of the largest slope below which an activation counts as saturated."""
ACTIVATIONS: tuple[type[nn.Module], ...] = (
    nn.CELU, nn.ELU, nn.GELU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.LeakyReLU,
    nn.LogSigmoid, nn.Mish, nn.PReLU, nn.RReLU, nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Sigmoid, nn.Softplus,
    nn.Softshrink, nn.Softsign, nn.Tanh, nn.Tanhshrink, nn.Threshold,
)  # fmt: skip
"""Those that look at each value alone; it is all that torch.nn has."""
_HALVINGS = 120
_SLACK = 1 - 1e-6
_known: dict[tuple[type[nn.Module], str], tuple[tuple[float, float], ...]] = {}


def is_activation(module: nn.Module) -> bool:
    """Whether it is one that `saturated_share` understands."""
    return isinstance(module, ACTIVATIONS)


def saturated_share(module: nn.Module, inputs: Tensor) -> Tensor:
    """The share of `inputs` (of any shape) at which the activation is saturated, a float64 scalar."""
    if not inputs.numel():
        return torch.full((), torch.nan, dtype=torch.float64, device=inputs.device)
    if isinstance(module, nn.PReLU):
        return _of_prelu(module, inputs)
    count = torch.zeros((), dtype=torch.int64, device=inputs.device)
    for low, high in _ranges(module):  # which do not overlap
        if low == -torch.inf:
            found = inputs <= high
        else:
            found = inputs >= low if high == torch.inf else (inputs >= low) & (inputs <= high)
        count += found.count_nonzero()
    return count.double() / inputs.numel()


def gives_zeros(module: nn.Module) -> bool:
    """Whether a range of inputs, and not one alone, gives exactly zero, so that a unit can die."""
    if isinstance(module, nn.PReLU | nn.RReLU):
        return False
    with torch.no_grad():
        return int((_plain(module)(torch.linspace(-4, 4, 801)) == 0).sum()) > 1


def _ranges(module: nn.Module) -> tuple[tuple[float, float], ...]:
    """The ranges of inputs, both ends included, where it is saturated."""
    key = type(module), repr(module)
    if key not in _known:
        _known[key] = _find_ranges(_plain(module))
    return _known[key]


def _find_ranges(module: nn.Module) -> tuple[tuple[float, float], ...]:
    outer = torch.logspace(-7, 8, 601, dtype=torch.float64)
    inner = torch.linspace(-50, 50, 10_001, dtype=torch.float64)
    grid = torch.cat([-outer.flip(0), inner, torch.zeros(1), outer])  # linspace only comes near 0
    grid = torch.unique(grid)
    slope = _slope(module, grid)
    limit = SATURATED * _SLACK * float(slope.max())
    low = slope < limit
    flips = torch.nonzero(low[1:] != low[:-1]).flatten()
    inside = torch.where(low[flips], grid[flips], grid[flips + 1])
    outside = torch.where(low[flips], grid[flips + 1], grid[flips])
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        still = _slope(module, middle) < limit
        inside, outside = torch.where(still, middle, inside), torch.where(still, outside, middle)
    ends = inside.tolist()
    if bool(low[0]):
        ends.insert(0, -torch.inf)
    if bool(low[-1]):
        ends.append(torch.inf)
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def _slope(module: nn.Module, x: Tensor) -> Tensor:
    # within a forward pass, where activation checkpointing counts what is kept for backward
    uncounted = saved_tensors_hooks(Tensor.detach, Tensor.detach)
    with torch.enable_grad(), torch.autocast("cpu", enabled=False), uncounted:
        points = x.detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(module(points).sum(), points)
    return slope.abs()


def _plain(module: nn.Module) -> nn.Module:
    """The activation by itself: on the CPU, as in evaluation, without hooks, leaving its input alone."""
    twin = copy.copy(module)
    twin.__dict__ = {**module.__dict__, "_forward_hooks": {}, "_forward_pre_hooks": {}, "training": False}
    if "inplace" in twin.__dict__:
        twin.__dict__["inplace"] = False
    return twin


def _of_prelu(module: nn.PReLU, inputs: Tensor) -> Tensor:
    """Below zero the slope is learned, one for all or one for each channel (dimension 1)."""
    slopes = module.weight.detach().abs()
    flat = slopes < SATURATED * _SLACK * slopes.clamp(min=1).max()
    if len(flat) > 1 and inputs.dim() > 1:
        flat = flat.view(1, -1, *(1 for _ in inputs.shape[2:]))
    return ((inputs < 0) & flat).double().mean()
