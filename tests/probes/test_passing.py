"""What is measured in passing, through the recorder, against a pass that is taken apart by hand."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from gradviz.probes.recorder import Recorder
from gradviz.records.histogram import count

QUANTITIES = ("activation_mean", "activation_std", "zero_share", "dead_share", "saturated_share")


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(4, 8),
        nn.ReLU(inplace=True),
        nn.Linear(8, 8),
        nn.Sigmoid(),
        nn.Dropout(0.3),
        nn.Linear(8, 3),
    )


def batches(count: int = 4) -> Iterator[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        yield torch.randn(16, 4, generator=generator) * 5, torch.randint(0, 3, (16,), generator=generator)


def train(
    model: nn.Module, recorder: Recorder | None, *, everything: bool = True, scale: float = 1.0
) -> None:
    torch.manual_seed(7)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    for step, (x, y) in enumerate(batches()):
        optimizer.zero_grad()
        if recorder is None:
            cross_entropy(model(x), y).backward()
            optimizer.step()
            continue
        recorder.on_train_batch_start(step, everything=everything)
        with recorder.watching(lambda: scale):
            output = model(x)
            loss = cross_entropy(output, y) * scale
            loss.backward()
        for parameter in model.parameters():
            parameter.grad /= scale
        recorder.on_after_backward(loss, output, y)
        recorder.on_before_optimizer_step()
        optimizer.step()
        recorder.on_train_batch_end()


def taken_apart(model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """Inputs and outputs of every layer in the first step's pass, with their gradients."""
    torch.manual_seed(7)
    x, y = next(batches())
    inputs, outputs = [], []
    for module in model:
        inputs.append(x)
        x = module(x.clone())
        x.retain_grad()
        outputs.append(x)
    cross_entropy(x, y).backward()
    return inputs, outputs


def test_the_first_step_is_what_the_slow_twin_sees(network, lab) -> None:
    inputs, outputs = taken_apart(copy.deepcopy(network))
    labor = lab(network)
    train(network, labor.recorder, scale=1024.0)
    reader = labor.read()
    seen = {name: reader.sample_at(name, 0)[1] for name in (*QUANTITIES, "output_gradient", "gain")}
    for index, output in enumerate(outputs):
        rows = output.detach().double().numpy()
        assert seen["activation_mean"][index] == pytest.approx(rows.mean(), rel=1e-5)
        assert seen["activation_std"][index] == pytest.approx(rows.std(), rel=1e-5)
        assert seen["zero_share"][index] == pytest.approx((rows == 0).mean())
        assert seen["output_gradient"][index] == pytest.approx(float(output.grad.norm()), rel=1e-5)
        before = inputs[index].grad
        gain = math.nan if before is None else float(before.norm() / output.grad.norm())
        assert seen["gain"][index] == pytest.approx(gain, rel=1e-5, nan_ok=True)
        assert np.array_equal(reader.sample_at("activation_histogram", 0, index)[1], count(rows))
    dead = float((outputs[1] == 0).all(0).double().mean())
    assert seen["dead_share"] == pytest.approx([math.nan, dead, *[math.nan] * 4], nan_ok=True)
    relu = float((inputs[1] <= 0).double().mean())
    sigmoid = float((inputs[3].abs() > 5.98645).double().mean())
    expected = [math.nan, relu, math.nan, sigmoid, math.nan, math.nan]
    assert seen["saturated_share"] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("budget", [1.0, 0.3])
def test_trained_weights_are_bit_identical_without_it(budget: float, network, lab) -> None:
    twin = copy.deepcopy(network)
    train(network, lab(network, budget=budget).recorder, everything=budget < 1)
    train(twin, None)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), twin.parameters(), strict=True))


def test_a_budget_of_one_measures_everything_at_every_step(network, lab) -> None:
    labor = lab(network, budget=1.0)
    labor.recorder.expect_replays("again")
    replayed: list[int] = []
    labor.recorder.on_train_batch_start(0)
    labor.recorder.replay("again", lambda: replayed.append(0))
    assert replayed
    train(network, labor.recorder, everything=False)
    reader = labor.read()
    steps = list(range(4))
    assert all(
        reader.samples(name)[0].tolist() == steps for name in (*QUANTITIES, "gain", "largest_gradient")
    )
    for layer in range(6):
        assert reader.samples("activation_histogram", layer)[0].tolist() == steps


def hooks_on(model: nn.Module) -> int:
    return sum(len(each._forward_hooks) + len(each._forward_pre_hooks) for each in model.modules())


def test_hooks_are_there_only_when_something_is_due_and_go_whatever_happens(network, lab) -> None:
    recorder = lab(network, budget=0.0).recorder
    recorder.on_train_batch_start(0)
    assert not recorder.watches
    with recorder.watching():
        assert not hooks_on(network)
    recorder.on_train_batch_start(1, everything=True)
    with recorder.watching():
        assert hooks_on(network)
    assert not hooks_on(network)
    with pytest.raises(RuntimeError, match="shapes"), recorder.watching():
        network(torch.ones(2, 5))
    assert not hooks_on(network)


def test_a_pass_apart_is_counted_as_measuring(network, lab) -> None:
    recorder = lab(network).recorder
    recorder.on_train_batch_start(0, everything=True)
    x, y = next(batches())
    with recorder.watching(apart=True):
        for _ in range(5):
            cross_entropy(network(x), y).backward()
    whole = recorder._scheduled
    recorder.on_train_batch_start(1, everything=True)
    with recorder.watching():
        cross_entropy(network(x), y).backward()
    assert 0 < recorder._scheduled < whole


def test_several_calls_and_layers_without_tensors(lab) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused, self.ids = nn.Linear(4, 4), nn.Linear(4, 4), nn.Identity()
            self.last = nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            self.ids(torch.zeros(3, dtype=torch.int64))
            return self.last(self.used(self.used(x)))

    model = Odd()
    labor = lab(model)
    recorder = labor.recorder
    x, y = next(batches())
    recorder.on_train_batch_start(0, everything=True)
    with recorder.watching():
        output = model(x)
        loss = cross_entropy(output, y)
        loss.backward()
    recorder.on_after_backward(loss, output, y)
    recorder.on_before_optimizer_step()
    recorder.on_train_batch_end()
    reader = labor.read()
    second = model.used(model.used(x)).detach().numpy()
    assert np.array_equal(reader.sample_at("activation_histogram", 0, 0)[1], count(second))
    assert len(reader.samples("activation_histogram", 0)[0]) == 1
    mean = reader.sample_at("activation_mean", 0)[1]
    assert mean[0] == pytest.approx(second.mean(), rel=1e-4)
    assert np.isnan(mean).tolist() == [False, True, True, False]
    assert reader.sample_at("activation_histogram", 0, 1) is None
