"""Averaged stochastic gradient descent: steps that shrink by Polyak & Juditsky's rule."""

from __future__ import annotations

from typing import Any

import torch

from gradviz.spec.registry import number
from gradviz.training.optimizers.registry import Group, optimizers, weight_decay


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
