from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from gradviz.nets.attention import MultiheadAttention
from gradviz.nets.recurrent import LSTM
from gradviz.nets.sequence import LastStep
from gradviz.records.layer import LayerInfo
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import LossSpec
from gradviz.training.loss import build_objective
from gradviz.training.nonfinite import Direction, Origin, find_in_backward, find_in_forward
from gradviz.training.replay import Moment, RandomState

OBJECTIVE = build_objective(LossSpec(), DataInfo(input_shape=(4,), classes=4, samples=5))


class Root(nn.Module):
    """Its forward is finite at zero, its backward is not."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x * 0).sqrt() + x


def build(*modules: nn.Module) -> tuple[nn.Module, tuple[LayerInfo, ...], Moment]:
    model = nn.Sequential(*modules)
    layers = tuple(
        LayerInfo(
            index=i,
            name=f"{type(m).__name__} {i}",
            kind=type(m).__name__,
            path=(i,),
            repeat=(),
            module=str(i),
            output_shape=(4,),
            parameters=sum(p.numel() for p in m.parameters()),
        )
        for i, m in enumerate(modules)
    )
    generator = torch.Generator().manual_seed(0)
    moment = Moment(
        step=7,
        x=torch.randn(5, 4, generator=generator),
        y=torch.randint(0, 4, (5,), generator=generator),
        random=RandomState.take(torch.device("cpu")),
    )
    return model, layers, moment


def linear(scale: float = 1.0) -> nn.Linear:
    module = nn.Linear(4, 4)
    with torch.no_grad():
        module.weight.fill_(scale)
        module.bias.zero_()
    return module


def test_overflow_in_the_forward_pass() -> None:
    model, layers, moment = build(linear(), nn.Identity(), linear(1e30), linear(1e30), linear())
    assert find_in_forward(model, layers, moment) == Origin(
        step=7, direction=Direction.FORWARD, layer="Linear 3"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_weights_that_an_update_broke(bad: float) -> None:
    broken = linear()
    with torch.no_grad():
        broken.bias[1] = bad
    model, layers, moment = build(linear(), broken, linear())
    assert find_in_forward(model, layers, moment) == Origin(
        step=6, direction=Direction.UPDATE, layer="Linear 1"
    )


def test_loss_alone() -> None:
    model, layers, moment = build(linear(), linear(1e-3))
    assert find_in_forward(model, layers, moment) == Origin(step=7, direction=Direction.LOSS)


def test_backward_of_a_layer_without_parameters() -> None:
    model, layers, moment = build(linear(), Root(), linear())
    assert find_in_backward(model, layers, moment, OBJECTIVE) == Origin(
        step=7, direction=Direction.BACKWARD, layer="Root 1"
    )


def test_backward_overflow_names_the_layer_whose_weights_it_meets() -> None:
    model, layers, moment = build(linear(1e-38), linear(), linear(1e20), linear(1e20))
    model[3].weight.data *= torch.tensor([[1.0], [2.0], [3.0], [4.0]])  # or the gradients would cancel
    origin = find_in_backward(model, layers, moment, OBJECTIVE)
    assert origin == Origin(step=7, direction=Direction.BACKWARD, layer="Linear 2")


def test_finite_gradients_have_no_origin() -> None:
    model, layers, moment = build(linear(0.1), nn.ReLU(), linear(0.1))
    assert find_in_backward(model, layers, moment, OBJECTIVE) is None


@pytest.mark.parametrize("reentrant", [False, True])
@pytest.mark.parametrize("root", [1, 2, 3])
def test_backward_of_a_network_whose_parts_are_computed_twice(reentrant: bool, root: int) -> None:
    class Twice(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self[0](x)
            for module in list(self)[1:-1]:
                x = checkpoint(module, x, use_reentrant=reentrant)
            return self[-1](x)

    modules: list[nn.Module] = [linear() for _ in range(3)]
    modules.insert(root, Root())
    _, layers, moment = build(*modules)
    origin = find_in_backward(Twice(*modules), layers, moment, OBJECTIVE)
    assert origin == Origin(step=7, direction=Direction.BACKWARD, layer=f"Root {root}")


def test_hooks_are_gone_afterwards() -> None:
    model, layers, moment = build(linear(), Root(), linear())
    find_in_forward(model, layers, moment)
    find_in_backward(model, layers, moment, OBJECTIVE)
    assert not any(module._forward_hooks for module in model.modules())
    assert not any(parameter._backward_hooks for parameter in model.parameters())
    assert all(parameter.grad is None for parameter in model.parameters())


SENTENCES = {
    Origin(step=1, direction=Direction.FORWARD, layer="Linear 4"): (
        ": the first non-finite value appears in the forward pass of Linear 4"
    ),
    Origin(step=0, direction=Direction.BACKWARD, layer="Linear 4"): (
        ": the first non-finite value appears in the backward pass of Linear 4 at step 0"
    ),
    Origin(step=0, direction=Direction.UPDATE, layer="Linear 4"): (
        ": the update of step 0 left weights of Linear 4 that are not finite"
    ),
    Origin(step=1, direction=Direction.LOSS): ", though the output of every layer is",
}


@pytest.mark.parametrize("origin", list(SENTENCES))
def test_sentences(origin: Origin) -> None:
    assert origin.sentence(1) == "The loss is not finite at step 1" + SENTENCES[origin]


def text_net() -> tuple[nn.Module, tuple[LayerInfo, ...], Moment]:
    """Token ids through every module that is more than one weight, to one row of 4 scores."""
    attention = MultiheadAttention(4, 2, dropout=0.5, bias=True, causal=True)
    lstm = LSTM(4, 4, 2, dropout=0.5, batch_first=True)
    model, layers, moment = build(nn.Embedding(7, 4), attention, lstm, Root(), LastStep())
    ids = torch.randint(0, 7, (5, 6), generator=torch.Generator().manual_seed(0))
    return model, layers, replace(moment, x=ids)


@pytest.mark.parametrize(
    ("parameter", "layer"),
    [
        ("0.weight", "Embedding 0"),
        ("1.out_proj.weight", "MultiheadAttention 1"),
        ("2.weight_hh_l1", "LSTM 2"),
    ],
)
def test_weights_of_a_text_net_that_an_update_broke(parameter: str, layer: str) -> None:
    model, layers, moment = text_net()
    with torch.no_grad():
        model.get_parameter(parameter).fill_(math.nan)
    origin = find_in_forward(model, layers, moment)
    assert origin == Origin(step=6, direction=Direction.UPDATE, layer=layer)


def test_backward_of_a_text_net() -> None:
    model, layers, moment = text_net()
    before = torch.get_rng_state()
    assert find_in_backward(model, layers, moment, OBJECTIVE) == Origin(
        step=7, direction=Direction.BACKWARD, layer="Root 3"
    )
    assert torch.equal(torch.get_rng_state(), before)
