"""Activation checkpointing, both of torch's kinds, against the same network without it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from gradviz.probes import slopes
from gradviz.probes.gains import PassGradients
from gradviz.probes.hooks import Hooks
from gradviz.probes.recorder import Recorder
from gradviz.probes.residual import BLOCK_QUANTITIES, ResidualBlock

STEPS = 3
QUANTITIES = (
    "activation_mean", "activation_std", "zero_share", "dead_share", "saturated_share",
    "output_gradient", "gain", "largest_gradient",
)  # fmt: skip
KINDS = pytest.mark.parametrize("reentrant", [False, True])


class Net(nn.Module):
    """Three parts that can be computed twice; one layer is in all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.shared = nn.Linear(8, 8)
        self.parts = nn.ModuleList(
            [
                nn.Sequential(self.shared, nn.Tanh(), nn.Linear(8, 8), nn.ELU(), nn.Dropout(0.2))
                for _ in range(3)
            ]
        )
        self.last = nn.Linear(8, 3)
        self.reentrant: bool | None = None

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x))
        for part in self.parts:
            x = part(x) if self.reentrant is None else checkpoint(part, x, use_reentrant=self.reentrant)
        return self.last(x)


@pytest.fixture
def network() -> Net:
    torch.manual_seed(0)
    return Net()


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch) -> None:
    """As in a new process: what is found once for each activation is found in the first pass."""
    monkeypatch.setattr(slopes, "_known", {})


def train(model: nn.Module, recorder: Recorder | None) -> None:
    torch.manual_seed(7)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    for step in range(STEPS):
        x, y = torch.randn(16, 4) * 3, torch.randint(0, 3, (16,))
        optimizer.zero_grad()
        if recorder is None:
            cross_entropy(model(x), y).backward()
            optimizer.step()
            continue
        recorder.on_train_batch_start(step)
        with recorder.watching():
            output = model(x)
            loss = cross_entropy(output, y)
            loss.backward()
        recorder.on_after_backward(loss, output, y)
        recorder.on_before_optimizer_step()
        optimizer.step()
        recorder.on_train_batch_end()


def numbers(model: Net, labor: Any) -> dict[str, np.ndarray]:
    """Everything that the steps of a training brought."""
    train(model, labor.recorder)
    reader = labor.read()
    found = {name: np.stack([reader.sample_at(name, at)[1] for at in range(STEPS)]) for name in QUANTITIES}
    layers = range(len(reader.info.layers))
    found["activation_histogram"] = np.stack(
        [reader.sample_at("activation_histogram", STEPS - 1, layer)[1] for layer in layers]
    )
    return found


@KINDS
def test_the_numbers_are_those_without_it(reentrant: bool, network, lab) -> None:
    twin = copy.deepcopy(network)
    network.reentrant = reentrant
    found, expected = (numbers(model, lab(model, budget=1.0)) for model in (network, twin))
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, rel=1e-5, nan_ok=True), name
    assert np.isfinite(found["gain"][:, 1:]).all()


@KINDS
def test_weights_are_bit_identical_whether_or_not_it_is_measured(reentrant: bool, network, lab) -> None:
    network.reentrant = reentrant
    twin = copy.deepcopy(network)
    train(network, lab(network, budget=1.0).recorder)
    train(twin, None)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), twin.parameters(), strict=True))


@KINDS
def test_a_block_that_is_computed_twice(reentrant: bool) -> None:
    torch.manual_seed(0)
    branch, last = nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Linear(4, 2)

    class Block(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + branch(x)

    block = Block()
    asked = ResidualBlock(name="block", label="block", module=block, branch_end=branch)
    x = torch.randn(5, 4, requires_grad=True)

    def measured(run: Any) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        with Hooks(gradients=True) as hooks:
            gradients = PassGradients([*branch], [asked], hooks)
            last(run(x)).square().sum().backward()
        gradients.tell(gradients.numbers().numpy(), 1.0, found.__setitem__)
        return found

    expected = measured(block)
    found = measured(lambda x: checkpoint(block, x, use_reentrant=reentrant))
    assert set(found) >= set(BLOCK_QUANTITIES)
    for name, values in expected.items():
        assert np.isfinite(values).all()
        assert found[name] == pytest.approx(values, rel=1e-6), name
