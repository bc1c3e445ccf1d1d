"""Adam and its kin: a running mean of the gradient, scaled by how large the gradient usually is."""

from __future__ import annotations

from typing import Any

import torch

from gradviz.spec.registry import boolean, number
from gradviz.training.optimizers.registry import DECOUPLED, EPS, Group, betas, optimizers, weight_decay

_AMSGRAD = boolean("amsgrad", "Never lets the mean square shrink (AMSGrad)", default=False)


@optimizers.register(
    "Adam",
    group="Adaptive",
    doc="Steps scaled by running means of the gradient and its square (Kingma & Ba, 2015)",
    parameters=(betas(), EPS, weight_decay(0.0), _AMSGRAD),
)
def adam(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Adam`."""
    return torch.optim.Adam(groups, lr, **_tuples(given), fused=True)


@optimizers.register(
    "AdamW",
    group="Adaptive",
    doc="Adam with weight decay apart from the gradient (Loshchilov & Hutter, 2019)",
    parameters=(betas(), EPS, weight_decay(0.01, "apart from the gradient"), _AMSGRAD),
)
def adamw(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.AdamW`."""
    return torch.optim.AdamW(groups, lr, **_tuples(given), fused=True)


@optimizers.register(
    "RAdam",
    group="Adaptive",
    doc="Adam that waits with adapting until its variance is known (Liu et al., 2020)",
    parameters=(betas(), EPS, weight_decay(0.0), DECOUPLED),
)
def radam(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.RAdam`."""
    return torch.optim.RAdam(groups, lr, **_tuples(given), foreach=True)


@optimizers.register(
    "NAdam",
    group="Adaptive",
    doc="Adam that looks ahead along its momentum (Dozat, 2016)",
    parameters=(
        betas(),
        EPS,
        weight_decay(0.0),
        number("momentum_decay", "How fast the momentum reaches its full strength", default=4e-3, minimum=0),
        DECOUPLED,
    ),
)
def nadam(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.NAdam`."""
    return torch.optim.NAdam(groups, lr, **_tuples(given), foreach=True)


@optimizers.register(
    "Adamax",
    group="Adaptive",
    doc="Adam scaled by the largest recent gradient instead of the mean square (Kingma & Ba, 2015)",
    parameters=(betas(), EPS, weight_decay(0.0)),
)
def adamax(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Adamax`."""
    return torch.optim.Adamax(groups, lr, **_tuples(given), foreach=True)


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "betas": tuple(given["betas"])}
