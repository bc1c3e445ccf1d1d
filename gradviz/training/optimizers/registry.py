"""The registry of optimizers, and the one way to make one.

The fastest of torch's kernels is taken. A step on the 40 tensors of a 20 × 64 network takes, in µs, one by
one / for each list / fused: SGD 70 / 48 / 39, Adam 1,120 / 886 / 147, Adagrad 677 / 575 / 132, RMSprop
944 / 327, RAdam 2,633 / 1,052, but ASGD 576 / 1,652 and Adafactor 2,884 / 3,372 (one CPU
thread, `benchmarks/optimizers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from gradviz.spec.catalogue import Parameter
from gradviz.spec.experiment import OptimizerSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.spec.registry import Registry, boolean, number, numbers

Group = dict[str, Any]
"""A parameter group as torch has it: `params`, and `lr_factor`, what its learning rate is times the base."""

optimizers: Registry[Callable[..., torch.optim.Optimizer]] = Registry("optimizer")
"""Each takes groups, the learning rate and its own parameters."""

EPS = number("eps", "Keeps the division by the square’s root finite", default=1e-8, minimum=0)
DECOUPLED = boolean(
    "decoupled_weight_decay", "Weight decay apart from the gradient, as in AdamW", default=False
)


def weight_decay(default: float, how: str = "in the gradient") -> Parameter:
    """The pull to zero; `how` says whether the optimizer's own scaling changes it."""
    return number("weight_decay", f"Pulls weights to zero, {how}", default=default, minimum=0)


def betas() -> Parameter:
    """The memories of Adam and its kin."""
    return numbers(
        "betas",
        "Memory of the mean gradient and of its square, each in [0, 1)",
        length=2,
        default=[0.9, 0.999],
        minimum=0,
        below=1,
    )


def build_optimizer(
    spec: OptimizerSpec, parameters: Iterable[nn.Parameter] | Iterable[Group]
) -> torch.optim.Optimizer:
    """The optimizer that `spec` names, over parameters or over groups of them with an `lr_factor` each.

    Raises SpecError where its own parameters do not go together.
    """
    entry = optimizers.entry(spec.name)
    given: dict[str, Any] = entry.complete(spec.parameters)
    listed = list(parameters)
    if listed and isinstance(listed[0], dict):
        groups = [{**group, "lr": spec.lr * group["lr_factor"]} for group in listed]  # type: ignore[dict-item, index]
    else:
        groups = [{"params": listed, "lr": spec.lr, "lr_factor": 1.0}]
    return optimizers[spec.name](groups, spec.lr, **given)


def check_optimizer(spec: OptimizerSpec) -> None:
    """Raise SpecError where the optimizer's own parameters do not go together."""
    build_optimizer(spec, [nn.Parameter(torch.zeros(1))])


def mismatch(parameter: str, message: str) -> SpecError:
    """The error about a parameter of the optimizer that does not go with the others."""
    return SpecError([Problem(keys=("optimizer", parameter), message=message)])
