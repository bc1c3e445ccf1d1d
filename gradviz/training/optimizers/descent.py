"""Optimizers that look at the gradient itself, or at nothing but its signs: SGD, ASGD and Rprop."""

from __future__ import annotations

from typing import Any

import torch

from gradviz.spec.registry import boolean, number, numbers
from gradviz.training.optimizers.registry import Group, mismatch, optimizers, weight_decay

_FULL = {torch.float32, torch.float64}


@optimizers.register(
    "SGD",
    group="Gradient descent",
    doc="Stochastic gradient descent, with momentum if wanted",
    parameters=(
        number("momentum", "Share of the last update that is kept", default=0.0, minimum=0),
        boolean("nesterov", "Look ahead along the momentum (Nesterov)", default=False),
        number("dampening", "Share of the new gradient that momentum leaves out", default=0.0),
        weight_decay(0.0),
    ),
)
def sgd(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.SGD`. Raises SpecError for Nesterov without momentum or with dampening.

    Its fused kernel leaves weights of 16 bits as they are on a CPU (torch 2.13), and takes no complex ones.
    """
    if given["nesterov"] and (given["momentum"] <= 0 or given["dampening"] != 0):
        raise mismatch("nesterov", "needs a momentum above 0 and a dampening of 0")
    full = all(weight.dtype in _FULL for group in groups for weight in group["params"])
    return torch.optim.SGD(groups, lr, **given, **({"fused": True} if full else {"foreach": True}))


@optimizers.register(
    "ASGD",
    group="Gradient descent",
    doc="Gradient descent with a falling step, its weights averaged beside it (Polyak & Juditsky, 1992)",
    parameters=(
        number("lambd", "How fast the step falls, and a pull to zero", default=1e-4, minimum=0),
        number("alpha", "Power of the fall", default=0.75, minimum=0),
        number("t0", "The step from which weights are averaged", default=1e6, minimum=0),
        weight_decay(0.0),
    ),
)
def asgd(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.ASGD`. The average lies in its state (`ax`); what is shown and tested are the weights."""
    return torch.optim.ASGD(groups, lr, **given)


@optimizers.register(
    "Rprop",
    group="Gradient descent",
    doc="Steps by the gradient’s signs only; for whole data sets, not batches (Riedmiller & Braun, 1993)",
    parameters=(
        numbers(
            "etas",
            "Factors of a weight’s step: below 1 after its sign changed, above 1 while it stays",
            length=2,
            default=[0.5, 1.2],
            above=0,
        ),
        numbers(
            "step_sizes", "Shortest and longest step of a weight", length=2, default=[1e-6, 50.0], above=0
        ),
    ),
)
def rprop(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Rprop`; the learning rate is only every weight's first step. Raises SpecError."""
    shrink, grow = given["etas"]
    if not shrink < 1 < grow:
        raise mismatch("etas", f"must be one factor below 1 and one above, not {shrink:g} and {grow:g}")
    shortest, longest = given["step_sizes"]
    if shortest > longest:
        raise mismatch(
            "step_sizes", f"must be the shortest and then the longest, not {shortest:g}, {longest:g}"
        )
    return torch.optim.Rprop(groups, lr, etas=(shrink, grow), step_sizes=(shortest, longest), foreach=True)
