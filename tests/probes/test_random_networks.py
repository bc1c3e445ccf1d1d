"""Every measurement of random networks through the recorder equals the slow way, number after number."""

from __future__ import annotations

import copy
import math
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import random_networks as twin
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from leaf_layers import layer_infos
from random_networks import CLASSES, WIDTH, Called, Step
from slow_twins import SMALLEST, slow_norm
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from gradviz.probes.recorded_series import recorded_series
from gradviz.probes.recorder import Recorder
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.writer import RunWriter

STEPS = 2
Batches = Sequence[tuple[Tensor, Tensor]]
ACTIVATIONS = ("activation_mean", "activation_std", "zero_share", "dead_share", "saturated_share")


def batches_of(seed: int, count: int, dtype: torch.dtype) -> Batches:
    generator = torch.Generator().manual_seed(seed)
    return [
        (
            torch.randn(6, WIDTH, generator=generator, dtype=dtype) * 2,
            torch.randint(0, CLASSES, (6,), generator=generator),
        )
        for _ in range(count)
    ]


def optimizer_of(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1, momentum=0.9)


def record(
    model: Called,
    folder: Path,
    steps: Sequence[Batches],
    *,
    scale: float,
    clip: float,
    around: Callable[[], AbstractContextManager[object]] = nullcontext,
    forward: nn.Module | None = None,
    scaler: torch.amp.GradScaler | None = None,
) -> RunReader:
    """Train it in an ordinary loop that calls the recorder, with everything measured at every step."""
    layers = layer_infos(model)
    info = RunInfo(
        id="random", name="random", created="2025-01-01T00:00:00+00:00", experiment={}, layers=layers,
        series=recorded_series(layers, clipping=True), steps=len(steps), steps_per_epoch=1, device="cpu",
    )  # fmt: skip
    writer = RunWriter.create(folder / "run.db", info)
    recorder = Recorder(model, layers, writer, budget=1.0)
    optimizer = optimizer_of(model)
    trained = model if forward is None else forward
    for step, batches in enumerate(steps):
        optimizer.zero_grad()
        recorder.on_train_batch_start(step)
        if forward is not None:
            with recorder.watching(apart=True):
                _pass(model, batches[-1], scale / len(batches), around)
            optimizer.zero_grad()
        for number, (x, y) in enumerate(batches):
            last = number == len(batches) - 1 and forward is None
            scaled = scaler.get_scale() if scaler is not None else 1.0
            with recorder.watching(lambda by=scaled: by) if last else nullcontext():
                output, loss = _pass(trained, (x, y), scale * scaled / len(batches), around)
            loss = loss / scaled
            if number < len(batches) - 1:
                recorder.on_after_partial_backward(output, y)
        if scaler is not None:
            scaler.scale(loss)  # which makes its numbers
            scaler.unscale_(optimizer)
        recorder.on_after_backward(loss, output.float(), y)
        torch.nn.utils.clip_grad_value_(model.parameters(), clip)
        recorder.on_after_clip()
        recorder.on_before_optimizer_step()
        if scaler is None:
            optimizer.step()
        else:
            scaler.step(optimizer)
            scaler.update()
        recorder.on_train_batch_end()
    recorder.flush()
    writer.close()
    return RunReader(folder / "run.db")


def _pass(model: nn.Module, batch: tuple[Tensor, Tensor], scale: float, around) -> tuple[Tensor, Tensor]:
    with around():
        output = model(batch[0].clone())
        loss = cross_entropy(output.float(), batch[1]) * scale
    loss.backward()
    return output, loss


def check(reader: RunReader, at: int, step: Step, model: Called, near: Callable[[object], object]) -> None:
    """All that was recorded of a step against what the slow way saw."""
    norms = [slow_norm(twin.numbers(group)) for group in step.raw]
    clipped = [slow_norm(twin.numbers(group)) for group in step.clipped]
    weights = [slow_norm(twin.numbers(group)) for group in step.after]
    before = [slow_norm(twin.numbers(group)) for group in step.before]
    moved = [slow_norm(twin.numbers(twin.changes(step, layer))) for layer in range(len(norms))]

    def recorded(quantity: str) -> list[float]:
        return reader.at(quantity, at)[1].tolist()

    def sampled(quantity: str, layer: int = -1) -> np.ndarray:
        found = reader.sample_at(quantity, at, layer)
        assert found is not None, quantity
        assert found[0] == at, quantity
        return found[1]

    assert recorded("train_loss") == near([step.loss])
    assert recorded("grad_norm") == near(norms)
    assert recorded("grad_norm_clipped") == near(clipped)
    assert recorded("global_norm") == near([slow_norm(twin.numbers([t for g in step.raw for t in g]))])
    after = slow_norm(twin.numbers([t for g in step.clipped for t in g]))
    assert recorded("global_norm_clipped") == near([after])
    assert sampled("largest_gradient").tolist() == near([twin.largest(group) for group in step.raw])
    assert sampled("weight_norm").tolist() == near(weights)
    ratios = [twin.ratio(*pair) for pair in zip(moved, before, strict=True)]
    assert sampled("update_ratio").tolist() == near(ratios)
    for layer, gradients in enumerate(step.raw):
        assert np.array_equal(sampled("weight_histogram", layer), twin.counts(step.after[layer]))
        assert np.array_equal(sampled("update_histogram", layer), twin.counts(twin.changes(step, layer)))
        if any(gradient is not None for gradient in gradients):
            assert np.array_equal(sampled("gradient_histogram", layer), twin.counts(gradients))
    shares = [twin.activation(*pair) for pair in zip(model.parts, step.calls, strict=True)]
    for place, quantity in enumerate(ACTIVATIONS):
        assert sampled(quantity).tolist() == near([row[place] for row in shares]), quantity
    passed = [twin.passed(calls) for calls in step.calls]
    assert sampled("output_gradient").tolist() == near([row[0] for row in passed])
    assert sampled("gain").tolist() == near([row[1] for row in passed])
    for layer, calls in enumerate(step.calls):
        if calls:
            assert np.array_equal(sampled("activation_histogram", layer), twin.counts([calls[-1][1]]))


near = partial(pytest.approx, rel=2e-4, abs=SMALLEST, nan_ok=True)


def both_ways(model: Called, *, seed: int, accumulate: int = 1, dtype=torch.float32, **options) -> None:
    """Train and record a network, its twin beside it the slow way; then compare everything."""
    model = model.to(dtype)
    slow = copy.deepcopy(model)
    steps = [batches_of(seed + step, accumulate, dtype) for step in range(STEPS)]
    with tempfile.TemporaryDirectory() as folder, record(model, Path(folder), steps, **options) as reader:
        options = {name: value for name, value in options.items() if name not in {"forward", "scaler"}}
        optimizer = optimizer_of(slow)
        for at, batches in enumerate(steps):
            step = twin.slow_step(slow, optimizer, batches, **options)
            check(reader, at, step, slow, near)
    for one, other in zip(model.parameters(), slow.parameters(), strict=True):
        assert torch.equal(one.nan_to_num(), other.nan_to_num())


@settings(max_examples=40)
@given(
    network=twin.networks(),
    seed=st.integers(0, 1000),
    accumulate=st.integers(1, 3),
    scale=st.sampled_from([1.0, 1.0, 1e-25, 1e-38, 1e20, 0.0, math.inf, math.nan]),
    clip=st.sampled_from([1e-3, 1e30]),
)
def test_a_random_network(network: Called, seed: int, accumulate: int, scale: float, clip: float) -> None:
    both_ways(network, seed=seed, accumulate=accumulate, scale=scale, clip=clip)


@settings(max_examples=12)
@given(
    network=twin.networks(),
    seed=st.integers(0, 1000),
    dtype=st.sampled_from([torch.float64, torch.bfloat16, torch.float16]),
)
def test_in_other_precisions(network: Called, seed: int, dtype: torch.dtype) -> None:
    both_ways(network, seed=seed, dtype=dtype, scale=1.0, clip=1e-2)


@settings(max_examples=12)
@given(network=twin.networks(), seed=st.integers(0, 1000))
def test_under_autocast(network: Called, seed: int) -> None:
    around = partial(torch.autocast, "cpu", torch.bfloat16)
    both_ways(network, seed=seed, scale=1.0, clip=1e-2, around=around)


@settings(max_examples=12)
@given(network=twin.networks(), seed=st.integers(0, 1000), accumulate=st.integers(1, 2))
def test_under_autocast_with_a_scaler(network: Called, seed: int, accumulate: int) -> None:
    """What is measured is unscaled; a power of two as a scale changes no digit."""
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    around = partial(torch.autocast, "cpu", torch.bfloat16)
    both_ways(network, seed=seed, accumulate=accumulate, scale=1.0, clip=1e-2, around=around, scaler=scaler)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_compiled_network_is_measured_in_a_pass_without_its_compiler(seed: int) -> None:
    torch.manual_seed(seed)
    parts = [twin.KINDS[kind]() for kind in ("linear", "relu", "norm", "linear", "tanh")]
    model = Called(parts, [0, 1, 2, 0, 1, 3, 4], nn.Linear(WIDTH, CLASSES))
    compiled = torch.compile(model, backend="eager")
    both_ways(model, seed=seed, scale=1.0, clip=1e-2, forward=compiled)


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_images_in_either_memory_order(order: torch.memory_format) -> None:
    torch.manual_seed(0)
    parts = [nn.Unflatten(1, (WIDTH, 1, 1)), nn.ConvTranspose2d(WIDTH, 6, 4), nn.ReLU(), nn.Conv2d(6, 4, 3)]
    parts += [nn.ReLU(inplace=True), nn.Flatten()]
    model = Called(parts, range(6), nn.Linear(16, CLASSES)).to(memory_format=order)
    with torch.no_grad():
        model.parts[1].bias[2] = -10.0  # a channel that is dead
    both_ways(model, seed=3, scale=1.0, clip=1e-2)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors is a no-op")
def test_layers_that_hold_nothing() -> None:
    torch.manual_seed(0)
    model = Called(
        [nn.Linear(WIDTH, 0), nn.Linear(0, WIDTH), nn.Linear(0, 2)], [0, 1], nn.Linear(WIDTH, CLASSES)
    )
    both_ways(model, seed=4, scale=1.0, clip=1e-2)
