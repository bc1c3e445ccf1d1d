"""Every optimizer against torch's own, step by step, and its groups."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from gradviz.spec.experiment import OptimizerSpec
from gradviz.spec.problem import SpecError
from gradviz.training.optimizers import build_optimizer, check_optimizer, optimizers

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"momentum": 0.9, "dampening": 0.5},
    ],
    "Rprop": [{"etas": [0.4, 1.3], "step_sizes": [1e-4, 0.1]}],
    "ASGD": [{"lambd": 0.01, "alpha": 0.5, "t0": 3.0, "weight_decay": 0.1}],
    "Adam": [{"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True}],
    "AdamW": [{"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True}],
    "RAdam": [{"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "decoupled_weight_decay": True}],
    "NAdam": [
        {"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1, "momentum_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
    ],
    "Adamax": [{"betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.1}],
    "RMSprop": [{"alpha": 0.8, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.5, "centered": True}],
    "Adagrad": [{"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3}],
    "Adadelta": [{"rho": 0.5, "eps": 1e-3, "weight_decay": 0.1}],
    "Adafactor": [{"beta2_decay": -0.5, "eps": 0.01, "d": 2.0, "weight_decay": 0.1}],
    "Muon": [
        {"momentum": 0.8, "nesterov": False, "weight_decay": 0.2, "adjust_lr_fn": "original", "ns_steps": 3},
        {"adamw_lr_factor": 0.5, "betas": [0.8, 0.9], "eps": 1e-3, "ns_coefficients": [3.0, -4.0, 2.0]},
    ],
}
CASES = [(name, given) for name in optimizers for given in [{}, *VARIANTS[name]]]


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 2))


def descend(model: nn.Module, *stepping: torch.optim.Optimizer, count: int = 12) -> list[float]:
    """So many steps on fixed data; the losses."""
    generator = torch.Generator().manual_seed(1)
    x, y = torch.randn(20, 3, generator=generator), torch.randn(20, 2, generator=generator)
    losses = []
    for _ in range(count):
        model.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        for optimizer in stepping:
            optimizer.step()
    return losses


def torchs(name: str, model: nn.Module, lr: float, given: dict[str, Any]) -> list[torch.optim.Optimizer]:
    """Torch's own, by its plain loop over tensors."""
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    if name == "Muon":
        full: dict[str, Any] = optimizers.entry("Muon").complete(given)
        halves: dict[bool, list[nn.Parameter]] = {True: [], False: []}
        for parameter in model.parameters():
            halves[parameter.dim() == 2].append(parameter)
        own = ("momentum", "nesterov", "ns_steps", "adjust_lr_fn", "weight_decay", "ns_coefficients")
        matrices = torch.optim.Muon(halves[True], lr, **{k: full[k] for k in own})
        rest = torch.optim.AdamW(
            halves[False],
            lr * full["adamw_lr_factor"],
            betas=tuple(full["betas"]),
            eps=full["eps"],
            weight_decay=full["weight_decay"],
            foreach=False,
        )
        return [matrices, rest]
    if name == "Adafactor" and "eps" in given:
        given["eps"] = (None, given["eps"])
    return [getattr(torch.optim, name)(model.parameters(), lr, **given, foreach=False)]


@pytest.mark.parametrize(("name", "given"), CASES)
def test_every_step_is_torchs(name: str, given: dict) -> None:
    ours, theirs = network(), network()
    descend(ours, build_optimizer(OptimizerSpec(name=name, lr=0.03, parameters=given), ours.parameters()))
    descend(theirs, *torchs(name, theirs, 0.03, given))
    for mine, wanted in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", list(optimizers))
def test_every_parameter_has_a_variant_and_torchs_default(name: str) -> None:
    parameters = {parameter.name: parameter for parameter in optimizers.entry(name).parameters}
    assert set(parameters) == {key for given in VARIANTS[name] for key in given}
    made = build_optimizer(OptimizerSpec(name=name, lr=0.1), network().parameters())
    if name in ("Muon", "Adafactor"):
        return  # two optimizers' defaults; the second of two eps
    for key, parameter in parameters.items():
        default = getattr(torch.optim, name)([torch.zeros(1)]).defaults[key]
        wanted = list(default) if isinstance(default, tuple) else default
        assert (key, parameter.default) == (key, wanted)
    assert made.defaults["lr"] == 0.1


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_learns(name: str) -> None:
    model = network()
    lr = {"Adadelta": 1.0, "SGD": 0.3, "ASGD": 0.3}.get(name, 0.02)
    losses = descend(model, build_optimizer(OptimizerSpec(name=name, lr=lr), model.parameters()), count=80)
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_moves_weights_of_16_bits(name: str, kind: torch.dtype) -> None:
    """As many as fill the registers of a kernel: one that does nothing to these does the rest right."""
    weight = nn.Parameter(torch.zeros(8, 40, dtype=kind))
    weight.grad = torch.ones_like(weight)
    build_optimizer(OptimizerSpec(name=name, lr=0.1), [weight]).step()
    moved = weight < 0
    assert moved.all()


@pytest.mark.parametrize("name", list(optimizers))
def test_groups_have_rates_of_their_own_and_a_frozen_parameter_stays(name: str) -> None:
    model = network()
    first, second, third = model[0], model[2], model[4]
    for parameter in second.parameters():
        parameter.requires_grad = False
    groups = [
        {"params": list(first.parameters()), "lr_factor": 1.0},
        {"params": [*second.parameters(), *third.parameters()], "lr_factor": 0.5},
    ]
    before = [parameter.clone() for parameter in model.parameters()]
    made = build_optimizer(OptimizerSpec(name=name, lr=0.1), groups)
    assert {group["lr"] for group in made.param_groups} == {0.1, 0.05}
    assert all(group["lr"] == 0.1 * group["lr_factor"] for group in made.param_groups)
    descend(model, made, count=3)
    moved = [not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert moved == [True, True, False, False, True, True]


@pytest.mark.parametrize("name", list(optimizers))
def test_a_state_goes_on_where_it_was_taken(name: str) -> None:
    spec = OptimizerSpec(name=name, lr=0.03)
    whole, parts = network(), network()
    descend(whole, build_optimizer(spec, whole.parameters()), count=8)
    first = build_optimizer(spec, parts.parameters())
    descend(parts, first, count=5)
    second = build_optimizer(spec, parts.parameters())
    second.load_state_dict(first.state_dict())
    descend(parts, second, count=3)
    for mine, wanted in zip(parts.parameters(), whole.parameters(), strict=True):
        assert torch.equal(mine, wanted)


def test_muon_takes_hidden_matrices_only() -> None:
    model = network()
    groups = [
        {"params": [*model[0].parameters(), *model[2].parameters()], "lr_factor": 1.0},
        {"params": list(model[4].parameters()), "lr_factor": 1.0, "hidden": False},
    ]
    made = build_optimizer(OptimizerSpec(name="Muon", lr=0.1, parameters={"adamw_lr_factor": 0.2}), groups)
    by_muon = [p for group in made.param_groups if "ns_steps" in group for p in group["params"]]
    assert [tuple(p.shape) for p in by_muon] == [(6, 3), (4, 6)]
    assert [group["lr"] for group in made.param_groups] == [0.1, pytest.approx(0.02), pytest.approx(0.02)]
    for group in made.param_groups:
        group["lr"] = 0.0  # as a schedule does: both halves must see it
    before = [parameter.clone() for parameter in model.parameters()]
    descend(model, made, count=2)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize("parameters", [[torch.zeros(3)], [torch.zeros(2, 2)], [torch.zeros(2, 2, 1, 1)]])
def test_muon_does_with_one_half(parameters: list[torch.Tensor]) -> None:
    weight = nn.Parameter(parameters[0])
    made = build_optimizer(OptimizerSpec(name="Muon", lr=0.1), [weight])
    weight.grad = torch.ones_like(weight)
    made.step()
    assert bool((weight < 0).any())


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("SGD", {"nesterov": True}, "optimizer.nesterov: needs a momentum above 0"),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "and a dampening of 0"),
        ("Rprop", {"etas": [1.2, 0.5]}, "optimizer.etas: must be one factor below 1"),
        ("Rprop", {"step_sizes": [1.0, 0.5]}, "optimizer.step_sizes: must be the shortest"),
    ],
)
def test_parameters_that_do_not_go_together_are_a_sentence(name: str, given: dict, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        check_optimizer(OptimizerSpec(name=name, parameters=given))
