from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from leaf_layers import layer_infos
from torch import Tensor, nn

from gradviz.nets.blocks.residual import Residual
from gradviz.probes.gains import PassGradients
from gradviz.probes.hooks import Hooks
from gradviz.probes.residual import BLOCK_QUANTITIES
from gradviz.training.residual_blocks import residual_blocks

WIDTH = 5
leaves = st.sampled_from(["linear", "tanh", "relu", "norm", "softplus", "identity"])
trees = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {
            "body": st.lists(inner, min_size=1, max_size=3),
            "skip": st.sampled_from([None, "linear", "linear and norm"]),
            "end": st.sampled_from([None, "relu", "tanh"]),
            "scale": st.booleans(),
        }
    ),
    max_leaves=8,
)


def build(tree) -> nn.Module:
    if isinstance(tree, str):
        return {
            "linear": lambda: nn.Linear(WIDTH, WIDTH),
            "tanh": nn.Tanh,
            "relu": lambda: nn.LeakyReLU(0.1),
            "norm": lambda: nn.LayerNorm(WIDTH),
            "softplus": nn.Softplus,
            "identity": nn.Identity,
        }[tree]()
    return Residual(
        nn.Sequential(*map(build, tree["body"])),
        None if tree["skip"] is None else nn.Linear(WIDTH, WIDTH),
        shortcut_norm=nn.LayerNorm(WIDTH) if tree["skip"] == "linear and norm" else None,
        scale=nn.Linear(WIDTH, WIDTH) if tree["scale"] else None,
        activation=None if tree["end"] is None else build(tree["end"]),
    )


@dataclass
class Measured:
    gains: dict[nn.Module, float]
    blocks: dict[nn.Module, dict[str, float]]
    whole: float


def measure(model: nn.Module, x: Tensor) -> Measured:
    layers = layer_infos(model)
    modules = [model.get_submodule(layer.module) for layer in layers]
    blocks = residual_blocks(model, layers)
    found: dict[str, np.ndarray] = {}
    x = x.clone().requires_grad_()
    with Hooks() as hooks:
        watched = PassGradients(modules, blocks, hooks)
        y = model(x * 1)
        y.retain_grad()
        (y * torch.linspace(-1, 1, y.numel()).reshape(y.shape)).sum().backward()
    watched.tell(watched.numbers().numpy(), 1.0, lambda name, values: found.update({name: values}))
    return Measured(
        gains=dict(zip(modules, found["gain"].tolist(), strict=True)),
        blocks={
            block.module: {name: float(found[name][i]) for name in BLOCK_QUANTITIES}
            for i, block in enumerate(blocks)
        },
        whole=float(x.grad.norm() / y.grad.norm()),
    )


def product(module: nn.Module, seen: Measured) -> float:
    """The factors along the way, as the chain rule has them; a block's branch must be such a product too."""
    if isinstance(module, nn.Sequential):
        return math.prod(product(part, seen) for part in module)
    if not isinstance(module, Residual):
        return seen.gains[module]
    block = seen.blocks[module]
    branch = product(module.body, seen) * (1 if module.scale is None else seen.gains[module.scale])
    assert branch == pytest.approx(block["branch_gain"], rel=1e-4)
    after = 1 if module.activation is None else seen.gains[module.activation]
    return block["branch_gain"] * block["skip_factor"] * after


@settings(max_examples=40)
@given(parts=st.lists(trees, min_size=1, max_size=4), seed=st.integers(0, 1000))
def test_factors_multiply_to_the_measured_gain(parts: list[object], seed: int) -> None:
    torch.manual_seed(seed)
    model = nn.Sequential(*map(build, parts))
    seen = measure(model, torch.randn(4, WIDTH))
    assert product(model, seen) == pytest.approx(seen.whole, rel=1e-4)


@settings(max_examples=25)
@given(tree=trees.filter(lambda tree: not isinstance(tree, str)), seed=st.integers(0, 1000))
def test_a_block_is_what_the_slow_twin_sees(tree, seed: int) -> None:
    torch.manual_seed(seed)
    block = build(tree)
    x = torch.randn(4, WIDTH)
    seen = measure(block, x).blocks[block]
    skip_x, branch_x = (x.clone().requires_grad_() for _ in range(2))
    skip = skip_x * 1 if block.shortcut is None else block.shortcut(skip_x)
    branch = block.body(branch_x)
    skip = block.shortcut_norm(skip) if block.shortcut_norm else skip
    branch = block.scale(branch) if block.scale else branch
    total = (skip + branch).detach().requires_grad_()
    end = block.activation(total) if block.activation else total
    (end * torch.linspace(-1, 1, end.numel()).reshape(end.shape)).sum().backward()
    y = total.grad
    (s,) = torch.autograd.grad(skip, skip_x, y)
    (f,) = torch.autograd.grad(branch, branch_x, y)
    whole = (s + f).double()
    assert seen["branch_gain"] == pytest.approx(float(f.norm() / y.norm()), rel=1e-4)
    assert seen["skip_factor"] == pytest.approx(float(whole.norm() / f.norm()), rel=1e-3)
    share = float((s.double() * whole).sum() / whole.square().sum())
    assert seen["skip_share"] == pytest.approx(share, rel=1e-3, abs=1e-3)
    other = float((f.double() * whole).sum() / whole.square().sum())
    assert seen["skip_share"] + other == pytest.approx(1, abs=1e-4)


def test_a_zero_branch_leaves_the_skip_alone() -> None:
    block = Residual(nn.Sequential(nn.Linear(WIDTH, WIDTH)))
    nn.init.zeros_(block.body[0].weight)
    seen = measure(block, torch.randn(3, WIDTH)).blocks[block]
    assert seen == {"branch_gain": 0, "skip_factor": math.inf, "skip_share": 1}


def test_a_block_that_no_gradient_reaches_is_not_a_number() -> None:
    block = Residual(nn.Sequential(nn.Linear(WIDTH, WIDTH)))
    layers = layer_infos(block)
    with Hooks() as hooks:
        watched = PassGradients([block.body[0]], residual_blocks(block, layers), hooks)
        block(torch.randn(3, WIDTH)).sum().backward()
    assert torch.isnan(watched.numbers()[-3:]).all()


def test_a_branch_that_is_the_input_itself() -> None:
    block = Residual(nn.Identity())
    seen = measure(block, torch.randn(3, WIDTH)).blocks[block]
    assert seen == pytest.approx({"branch_gain": 1, "skip_factor": 2, "skip_share": 0.5})


def test_a_branch_that_gives_no_gradient_beside_a_projection() -> None:
    class Cut(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.detach()[:, :2]

    block = Residual(Cut(), nn.Linear(WIDTH, 2))
    seen = measure(block, torch.randn(3, WIDTH)).blocks[block]
    assert seen == pytest.approx({"branch_gain": 0, "skip_factor": math.inf, "skip_share": 1})
