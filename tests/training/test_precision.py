from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import LayerSpec, ModelSpec, TrainingSpec
from gradviz.training.precision import in_precision

CPU = torch.device("cpu")


def in_numbers(experiment, precision: str):
    return replace(experiment(), training=TrainingSpec(steps=12, device="cpu", precision=precision))


def losses(reader) -> list[float]:
    return [float(reader.at("train_loss", step)[1][0]) for step in range(reader.last_step + 1)]


@pytest.mark.parametrize(("precision", "rounding"), [("bfloat16", 2.0**-8), ("float16", 2.0**-11)])
def test_the_pass_is_rounded_and_what_comes_out_is_float32(precision: str, rounding: float) -> None:
    torch.manual_seed(0)
    model, x = nn.Linear(64, 3), torch.randn(5, 64)
    exact, output = model(x), in_precision(model, precision, CPU)(x)
    assert output.dtype == torch.float32
    error = float((output - exact).detach().abs().max())
    assert 0 < error <= 8 * rounding * float(exact.detach().abs().max())
    output.sum().backward()
    assert model.weight.grad.dtype == torch.float32


def test_float32_is_the_network_itself() -> None:
    model = nn.Linear(2, 2)
    assert in_precision(model, "float32", CPU) is model


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_training_is_near_that_in_float32_and_its_gradients_are_unscaled(
    precision: str, bench, experiment
) -> None:
    _, exact = bench.train(experiment())
    status, reader = bench.train(in_numbers(experiment, precision))
    assert status.finish is FinishReason.COMPLETED
    assert losses(reader) != losses(exact)
    assert losses(reader) == pytest.approx(losses(exact), rel=0.02)
    for step in (0, 11):
        assert reader.at("grad_norm", step)[1] == pytest.approx(exact.at("grad_norm", step)[1], rel=0.05)
    val = [r.sample_at("val_loss", 11)[1][0] for r in (exact, reader)]
    assert val[1] == pytest.approx(val[0], rel=0.02)
    assert val[1] != val[0]


def test_every_kind_of_number_trains_a_network_of_convolutions(bench, experiment) -> None:
    spec = experiment(steps=4)
    layers = (
        LayerSpec(kind="Conv2d", parameters={"out_channels": 4, "kernel_size": 3}),
        LayerSpec(kind="BatchNorm2d"),
        LayerSpec(kind="ReLU"),
        LayerSpec(kind="Flatten"),
        LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
    )
    spec = replace(
        spec, data=replace(spec.data, name="digits", parameters={}), model=ModelSpec(layers=layers)
    )
    first = []
    for precision in ("float32", "bfloat16", "float16"):
        spec = replace(spec, training=TrainingSpec(steps=4, device="cpu", precision=precision))
        status, reader = bench.train(spec)
        assert status.finish is FinishReason.COMPLETED, status.reason
        first.append(losses(reader)[0])
    assert first[1:] == pytest.approx([first[0]] * 2, rel=0.05)
    assert len(set(first)) == 3
