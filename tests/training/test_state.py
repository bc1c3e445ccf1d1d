from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from gradviz.training.state import Chance, NetworkState, OptimizerState
from gradviz.training.state_codec import StateError, decode, encode


def network() -> nn.Module:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    model.register_buffer("hidden", torch.rand(2), persistent=False)
    return model


def copied(state: object) -> dict:
    return decode(*encode(state))


def test_a_network_goes_on_in_its_own_tensors() -> None:
    first, second = network(), network()
    first(torch.rand(8, 3))
    places = [tensor.data_ptr() for tensor in (*second.parameters(), *second.buffers())]
    NetworkState(second).load_state_dict(copied(NetworkState(first).state_dict()))
    assert [tensor.data_ptr() for tensor in (*second.parameters(), *second.buffers())] == places
    for name, tensor in (*first.named_parameters(), *first.named_buffers()):
        assert torch.equal(tensor, dict((*second.named_parameters(), *second.named_buffers()))[name])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("0.weight"), "0.weight is missing"),
        (lambda s: s.update(more=torch.rand(1)), "more is not in this network"),
        (
            lambda s: s.update({"2.bias": torch.rand(3)}),
            r"float32 \[3\] there and float32 \[2\] here",
        ),
        (lambda s: s.update({"2.bias": torch.rand(2).double()}), r"2.bias is float64 \[2\] there"),
        (lambda s: s.update({"2.bias": 3}), "2.bias is int there"),
        (lambda s: s.clear(), r"0.weight is missing; .*; and \d+ more"),
    ],
)
def test_another_networks_state_is_refused_before_anything_changes(change, message: str) -> None:
    model = network()
    state = copied(NetworkState(network()).state_dict())
    change(state)
    before = [tensor.clone() for tensor in (*model.parameters(), *model.buffers())]
    with pytest.raises(StateError, match=f"The checkpoint is of another network: .*{message}"):
        NetworkState(model).load_state_dict(state)
    assert all(map(torch.equal, before, (*model.parameters(), *model.buffers())))


def stepped(model: nn.Module, **given: object) -> torch.optim.Optimizer:
    optimizer = torch.optim.Adam(model.parameters(), fused=True, **given)
    model(torch.rand(8, 3)).sum().backward()
    optimizer.step()
    return optimizer


def test_an_optimizer_goes_on_in_the_types_that_its_kernel_needs() -> None:
    model = network()
    first = stepped(model)
    second = torch.optim.Adam(model.parameters(), fused=True)
    OptimizerState(second).load_state_dict(copied(OptimizerState(first).state_dict()))
    for parameter, state in first.state.items():
        for name, value in state.items():
            other = second.state[parameter][name]
            assert (other.dtype, other.stride()) == (value.dtype, value.stride())
            assert torch.equal(other, value)
            assert other.data_ptr() != value.data_ptr()
    assert second.param_groups[0]["betas"] == (0.9, 0.999)


def test_another_optimizers_state_is_refused() -> None:
    model = network()
    optimizer = stepped(model)
    state = copied(optimizer.state_dict())
    state["state"][0]["exp_avg"] = torch.rand(4, 4)
    with pytest.raises(StateError, match=r"exp_avg float32 \[4, 4\] for"):
        OptimizerState(optimizer).load_state_dict(state)
    state["param_groups"][0]["params"].pop()
    with pytest.raises(StateError, match="other groups of parameters"):
        OptimizerState(optimizer).load_state_dict(state)


def test_chance_goes_on_everywhere() -> None:
    chance = Chance(torch.device("cpu"))
    random.gauss(0, 1)
    state = copied(chance.state_dict())
    drawn = torch.rand(3).tolist(), random.gauss(0, 1), np.random.rand(3).tolist()  # noqa: NPY002
    chance.load_state_dict(state)
    again = torch.rand(3).tolist(), random.gauss(0, 1), np.random.rand(3).tolist()  # noqa: NPY002
    assert drawn == again
