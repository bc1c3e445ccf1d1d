from __future__ import annotations

import pytest
import torch

from gradviz.spec.experiment import OptimizerSpec
from gradviz.training.optimizers import build_optimizer, optimizers


def steps(optimizer: torch.optim.Optimizer, weight: torch.nn.Parameter, count: int = 7) -> torch.Tensor:
    for _ in range(count):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    return weight.detach()


def weight() -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.tensor([3.0, -2.0]))


@pytest.mark.parametrize("name", list(optimizers))
def test_every_registered_optimizer_descends_with_its_defaults(name: str) -> None:
    w = weight()
    reached = steps(build_optimizer(OptimizerSpec(name=name, lr=0.05), [w]), w, count=30)
    assert float((reached**2).sum()) < 13


@pytest.mark.parametrize("name", list(optimizers))
def test_defaults_are_torchs(name: str) -> None:
    ours, theirs = weight(), weight()
    reached = steps(build_optimizer(OptimizerSpec(name=name, lr=0.05), [ours]), ours)
    expected = steps(getattr(torch.optim, name)([theirs], lr=0.05), theirs)
    torch.testing.assert_close(reached, expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
        ("SGD", {"momentum": 0.9, "dampening": 0.5}),
        ("Adam", {"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True}),
        ("AdamW", {"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True}),
        ("RAdam", {"betas": [0.8, 0.9], "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ],
)
def test_parameters_reach_torch(name: str, parameters: dict) -> None:
    ours, theirs = weight(), weight()
    spec = OptimizerSpec(name=name, lr=0.05, parameters=parameters)
    torch.testing.assert_close(
        steps(build_optimizer(spec, [ours]), ours),
        steps(getattr(torch.optim, name)([theirs], lr=0.05, **parameters), theirs),
        rtol=1e-6,
        atol=0,
    )


@pytest.mark.parametrize("parameters", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_without_momentum_is_a_sentence(parameters: dict) -> None:
    with pytest.raises(ValueError, match="nesterov needs a momentum"):
        build_optimizer(OptimizerSpec(parameters={"nesterov": True, **parameters}), [weight()])
