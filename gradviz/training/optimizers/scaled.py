"""Optimizers without a mean gradient: each weight's step is scaled by its own past gradients."""

from __future__ import annotations

from typing import Any

import torch

from gradviz.spec.registry import boolean, number
from gradviz.training.optimizers.registry import EPS, Group, optimizers, weight_decay


@optimizers.register(
    "RMSprop",
    group="Adaptive",
    doc="Steps scaled by a running mean of the gradient’s square (Hinton, 2012)",
    parameters=(
        number("alpha", "Memory of the mean square", default=0.99, minimum=0, below=1),
        EPS,
        weight_decay(0.0),
        number("momentum", "Share of the last update that is kept", default=0.0, minimum=0),
        boolean("centered", "Scale by the variance, not by the mean square", default=False),
    ),
)
def rmsprop(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.RMSprop`."""
    return torch.optim.RMSprop(groups, lr, **given, foreach=True)


@optimizers.register(
    "Adagrad",
    group="Adaptive",
    doc="Steps that shrink with the sum of all past squares (Duchi et al., 2011)",
    parameters=(
        number("lr_decay", "How fast the learning rate falls with the steps", default=0.0, minimum=0),
        weight_decay(0.0),
        number("initial_accumulator_value", "What the sum of squares starts from", default=0.0, minimum=0),
        number("eps", "Keeps the division by the sum’s root finite", default=1e-10, minimum=0),
    ),
)
def adagrad(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Adagrad`."""
    return torch.optim.Adagrad(groups, lr, **given, fused=True)


@optimizers.register(
    "Adadelta",
    group="Adaptive",
    doc="Steps as long as past ones, in the weights’ own unit; meant for lr = 1 (Zeiler, 2012)",
    parameters=(
        number("rho", "Memory of both mean squares", default=0.9, minimum=0, maximum=1),
        number("eps", "Starts the steps and keeps the division finite", default=1e-6, minimum=0),
        weight_decay(0.0),
    ),
)
def adadelta(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Adadelta`."""
    return torch.optim.Adadelta(groups, lr, **given, foreach=True)


@optimizers.register(
    "Adafactor",
    group="Adaptive",
    doc="Keeps squares by rows and columns only, for little memory (Shazeer & Stern, 2018)",
    parameters=(
        number("beta2_decay", "Exponent with which the memory of squares grows", default=-0.8, maximum=0),
        number("eps", "Smallest size of a tensor’s weights that steps count with", default=1e-3, minimum=0),
        number(
            "d", "Largest root mean square of an update; larger ones are scaled down", default=1.0, minimum=1
        ),
        weight_decay(0.0, "apart from the gradient"),
    ),
)
def adafactor(groups: list[Group], lr: float, **given: Any) -> torch.optim.Optimizer:
    """`torch.optim.Adafactor`; its first eps stays the smallest number of the weights' type."""
    return torch.optim.Adafactor(groups, lr, **{**given, "eps": (None, given["eps"])})
