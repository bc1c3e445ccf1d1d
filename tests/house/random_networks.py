"""Random networks, the same step done the slow way, and every measurement of it number after number.

A network is a list of modules and an order in which they are called: some twice, some never. The slow way
calls each of them with a copy of its input and keeps every tensor, so that nothing is overwritten and nothing
has to be hooked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import numpy as np
import torch
from hypothesis import strategies as st
from slow_twins import exact_norm, slow_norm
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from gradviz.records.histogram import count

WIDTH, CLASSES = 5, 3


class Called(nn.Module):
    """Calls its modules in an order; afterwards one that gives the classes."""

    def __init__(self, modules: Sequence[nn.Module], order: Sequence[int], end: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList([*modules, end])
        self.order = [*order, len(modules)]

    def forward(self, x: Tensor) -> Tensor:
        """What comes out at the end."""
        for place in self.order:
            x = self.parts[place](x)
        return x


def transposed() -> nn.Module:
    """A Linear whose weight does not lie row by row."""
    linear = nn.Linear(WIDTH, WIDTH)
    linear.weight = nn.Parameter(linear.weight.detach().t().contiguous().t())
    return linear


def frozen() -> nn.Module:
    """A Linear that does not learn."""
    return nn.Linear(WIDTH, WIDTH).requires_grad_(requires_grad=False)


KINDS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(WIDTH, WIDTH),
    "no bias": lambda: nn.Linear(WIDTH, WIDTH, bias=False),
    "transposed": transposed,
    "frozen": frozen,
    "norm": lambda: nn.LayerNorm(WIDTH),
    "relu": nn.ReLU,
    "relu in place": lambda: nn.ReLU(inplace=True),
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


_NEED_THEIR_OUTPUT = ("relu", "relu in place", "tanh", "sigmoid")
"""Whose backward pass torch refuses where it was overwritten."""


@st.composite
def networks(draw: st.DrawFn) -> Called:
    """A network of a few modules; those that are not in the order are not used."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=6))
    order: list[int] = []
    for place in draw(st.lists(st.integers(0, len(kinds) - 1), min_size=1, max_size=7)):
        before = kinds[order[-1]] if order else ""
        if kinds[place] != "relu in place" or before not in _NEED_THEIR_OUTPUT:
            order.append(place)
    torch.manual_seed(draw(st.integers(0, 10_000)))
    modules = [KINDS[kind]() for kind in kinds]
    for source in draw(st.lists(st.integers(0, len(kinds) - 1), max_size=1)):  # weights that two layers share
        for target, kind in enumerate(kinds):
            if target != source and kind == kinds[source] == "linear":
                modules[target].weight = modules[source].weight
    return Called(modules, order, nn.Linear(WIDTH, CLASSES))


@dataclass
class Step:
    """What the slow way sees in one step, layer by layer: gradients, weights, and its last pass."""

    loss: float
    before: list[list[Tensor]]
    after: list[list[Tensor]] = field(default_factory=list)
    raw: list[list[Tensor | None]] = field(default_factory=list)
    clipped: list[list[Tensor | None]] = field(default_factory=list)
    calls: list[list[tuple[Tensor, Tensor]]] = field(default_factory=list)
    """Of every module its inputs and outputs, with their gradients."""


def owned(model: Called) -> list[list[nn.Parameter]]:
    """The parameters of each module that has some; a shared one is the first one's."""
    seen: set[int] = set()
    found = []
    for module in model.parts:
        own = [p for p in module.parameters() if id(p) not in seen]
        seen |= {id(p) for p in own}
        if sum(p.numel() for p in module.parameters()):
            found.append(own)
    return found


def slow_step(
    model: Called,
    optimizer: torch.optim.Optimizer,
    batches: Sequence[tuple[Tensor, Tensor]],
    *,
    scale: float,
    clip: float,
    around: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Step:
    """One step of the twin, which learns from it."""
    optimizer.zero_grad()
    groups = owned(model)
    step = Step(loss=math.nan, before=_copies(groups))
    for x, y in batches:
        step.calls = [[] for _ in model.parts]
        with around():
            flowing = x
            for place in model.order:
                start = flowing * 1
                if start.requires_grad:
                    start.retain_grad()
                kept = model.parts[place](start.clone()) * 1  # a copy, as a module in place overwrites
                if kept.requires_grad:
                    kept.retain_grad()
                step.calls[place].append((start, kept))
                flowing = kept
            loss = cross_entropy(flowing.float(), y) * (scale / len(batches))
        loss.backward()
        step.loss = float(loss.detach())
    step.raw = [[None if p.grad is None else p.grad.clone() for p in group] for group in groups]
    torch.nn.utils.clip_grad_value_(model.parameters(), clip)
    step.clipped = [[None if p.grad is None else p.grad.clone() for p in group] for group in groups]
    optimizer.step()
    step.after = _copies(groups)
    return step


def _copies(groups: list[list[nn.Parameter]]) -> list[list[Tensor]]:
    return [[p.detach().clone() for p in group] for group in groups]


def numbers(tensors: Sequence[Tensor | None]) -> list[float]:
    """All entries, as Python's floats."""
    return [v for t in tensors if t is not None for v in t.detach().double().flatten().tolist()]


def counts(tensors: Sequence[Tensor | None]) -> np.ndarray:
    """Their histogram."""
    return count(np.array(numbers(tensors), np.float32))


def changes(step: Step, layer: int) -> list[Tensor]:
    """What the update added to each weight."""
    return [b - a for a, b in zip(step.before[layer], step.after[layer], strict=True)]


def ratio(above: float, below: float) -> float:
    """Of norms; NaN of 0 / 0, Inf of anything else over 0."""
    if math.isnan(above) or math.isnan(below) or (above == below and (below == 0 or math.isinf(below))):
        return math.nan
    return math.inf if below == 0 else above / below


def largest(tensors: Sequence[Tensor | None]) -> float:
    """The largest magnitude; NaN if there is one, 0 of nothing."""
    found = [abs(v) for v in numbers(tensors)]
    return math.nan if any(math.isnan(v) for v in found) else max(found, default=0.0)


def activation(module: nn.Module, calls: list[tuple[Tensor, Tensor]]) -> list[float]:
    """Mean, spread, zeros, dead units and saturation in the last call."""
    if not calls:
        return [math.nan] * 5
    entries = np.array(numbers([calls[-1][1]]))
    if not len(entries):
        return [math.nan] * 5
    with np.errstate(invalid="ignore"):
        found = [entries.mean(), entries.std(), (entries == 0).mean()]
    relu = isinstance(module, nn.ReLU)
    units = calls[-1][1].detach().double().movedim(1, 0).flatten(1).tolist()
    dead = sum(all(v == 0 for v in unit) for unit in units) / len(units) if relu else math.nan
    inputs = numbers([calls[-1][0]])
    return [*found, dead, _saturated(module, inputs)]


def _saturated(module: nn.Module, inputs: list[float]) -> float:
    """Where the slope is below a hundredth of its largest, by the formula of the slope."""
    if isinstance(module, nn.ReLU):
        low = [v <= 0 for v in inputs]
    elif isinstance(module, nn.Tanh):
        low = [1 - math.tanh(v) ** 2 < 0.01 for v in inputs]
    elif isinstance(module, nn.Sigmoid):
        low = [(s := 1 / (1 + math.exp(-max(min(v, 700), -700)))) * (1 - s) < 0.0025 for v in inputs]
    else:
        return math.nan
    return sum(low) / len(low)


def passed(calls: list[tuple[Tensor, Tensor]]) -> tuple[float, float]:
    """The gradient at the outputs of all calls together, and its gain on the way to the inputs."""
    arrived = [kept for _, kept in calls if kept.requires_grad]
    if not arrived:
        return math.nan, math.nan
    at_outputs = exact_norm(numbers([kept.grad for kept in arrived]))
    told = slow_norm(numbers([kept.grad for kept in arrived]))
    starts = [start for start, kept in calls if start.requires_grad and kept.requires_grad]
    if not starts:
        return told, math.nan
    return told, ratio(exact_norm(numbers([start.grad for start in starts])), at_outputs)
