"""What training lets its probes see: the last batch of a step, as it is, and never through a compiler."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from gradviz.data.batches import Batches
from gradviz.data.load import load
from gradviz.diagnosis.blame import blame_of_run
from gradviz.nets.model import build
from gradviz.records.factors import FactorKind
from gradviz.spec.experiment import LayerSpec, MeasureSpec, ModelSpec, TrainingSpec


def layer(kind: str, *body: LayerSpec, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters, body=body)


def residual(experiment, *, budget: float = 1.0, **training: object):
    block = layer(
        "Residual",
        layer("Linear", out_features=8),
        layer("BatchNorm1d"),
        layer("ReLU"),
        layer("Dropout", p=0.2),
        activation="Tanh",
    )
    layers = (layer("Linear", out_features=8), block, block, layer("Linear", out_features="classes"))
    return replace(
        experiment(),
        model=ModelSpec(layers=layers),
        measure=MeasureSpec(budget=budget),
        training=TrainingSpec(**{"steps": 6, "device": "cpu", **training}),
    )


def losses(reader) -> list[float]:
    return [float(reader.at("train_loss", step)[1][0]) for step in range(reader.last_step + 1)]


@pytest.mark.parametrize("training", [{}, {"accumulate": 2}, {"precision": "float16"}])
def test_training_is_bit_identical_whatever_is_measured(training, bench, experiment) -> None:
    _, measured = bench.train(residual(experiment, **training))
    _, plain = bench.train(residual(experiment, budget=0.0, **training))
    assert losses(measured) == losses(plain)
    assert measured.samples("gain")[0].tolist() == list(range(6))
    assert plain.samples("gain")[0].tolist() == [0, 5]


def test_blocks_are_told_once_and_measured_in_their_order(bench, experiment) -> None:
    _, reader = bench.train(residual(experiment))
    (event,) = [event for event in reader.events() if event.kind == "blocks"]
    assert event.step == 0
    assert event.detail["names"] == ["Residual 1", "Residual 2"]
    assert event.detail["paths"] == [[1], [2]]
    gains = reader.sample_at("gain", 3)[1]
    for index, inside in enumerate(event.detail["layers"]):
        own = [i for i in inside if reader.info.layers[i].kind != "Tanh"]
        assert reader.sample_at("branch_gain", 3)[1][index] == pytest.approx(np.prod(gains[own]), rel=1e-4)
    assert np.isfinite(reader.sample_at("skip_factor", 3)[1]).all()
    assert reader.sample_at("skip_share", 3)[1].shape == (2,)


def test_of_several_batches_the_last_is_looked_at(bench, experiment) -> None:
    spec = replace(experiment(), measure=MeasureSpec(budget=1.0))
    spec = replace(spec, training=TrainingSpec(steps=2, device="cpu", accumulate=3))
    _, reader = bench.train(spec)
    data = load(spec.data, spec.data_seed)
    model = build(spec.model, data.info, spec.seed).model
    batches = Batches(data.train_x, data.train_y, spec.data.batch_size, spec.seed)
    outputs, losses = [], []
    samples = sum(batches.size(number) for number in range(3))
    for number in range(3):
        x, y = batches.take(number)
        outputs.append(model(x))
        outputs[-1].retain_grad()
        losses.append(cross_entropy(outputs[-1], y) * len(y) / samples)
    sum(losses).backward()
    assert reader.sample_at("activation_mean", 0)[1][-1] == pytest.approx(outputs[-1].mean().item(), rel=1e-5)
    gradient = float(outputs[-1].grad.norm()) * (samples / len(outputs[-1])) ** 0.5
    found = float(reader.sample_at("output_gradient", 0)[1][-1])
    assert found == pytest.approx(gradient, rel=1e-5)
    assert found == pytest.approx(float(torch.cat([each.grad for each in outputs]).norm()), rel=0.05)


def test_a_rehearsal_stands_for_the_whole_step_too(bench, experiment, monkeypatch) -> None:
    monkeypatch.setattr(torch, "compile", lambda model, **_given: model.__call__)
    monkeypatch.setattr("gradviz.training.compiling.import_module", lambda name: name)
    spec = replace(experiment(), measure=MeasureSpec(budget=1.0))
    found = []
    for given in ({"accumulate": 3}, {"accumulate": 3, "compile": True}):
        _, reader = bench.train(replace(spec, training=TrainingSpec(steps=2, device="cpu", **given)))
        found.append(reader.sample_at("output_gradient", 0)[1])
    assert found[1] == pytest.approx(found[0], rel=0.2)  # of another batch


def test_a_scaled_loss_leaves_gradients_as_they_are(bench, experiment) -> None:
    _, exact = bench.train(residual(experiment))
    _, half = bench.train(residual(experiment, precision="float16"))
    for quantity in ("output_gradient", "gain"):
        expected = exact.sample_at(quantity, 0)[1]
        assert half.sample_at(quantity, 0)[1] == pytest.approx(expected, rel=0.05, nan_ok=True)


def test_a_compiled_network_is_looked_at_without_its_compiler(bench, experiment, monkeypatch) -> None:
    seen: list[int] = []

    def compiles(model, **_given):
        def forward(x):
            seen.append(sum(len(each._forward_hooks) for each in model.modules()))
            return model(x)

        return forward

    monkeypatch.setattr(torch, "compile", compiles)
    monkeypatch.setattr("gradviz.training.compiling.import_module", lambda name: name)
    _, compiled = bench.train(residual(experiment, compile=True))
    _, plain = bench.train(residual(experiment))
    assert seen
    assert set(seen) == {0}
    assert losses(compiled) == losses(plain)
    assert [log.text for log in compiled.logs() if "not compiled" in log.text]
    for quantity in ("gain", "activation_mean", "branch_gain"):
        for step in range(6):
            expected = plain.sample_at(quantity, step)[1]
            assert np.array_equal(compiled.sample_at(quantity, step)[1], expected, equal_nan=True)


def test_a_run_tells_whom_to_blame(bench, experiment) -> None:
    sigmoid = (layer("Linear", out_features=16), layer("Sigmoid")) * 12
    spec = replace(
        residual(experiment), model=ModelSpec(layers=(*sigmoid, layer("Linear", out_features="classes")))
    )
    _, reader = bench.train(spec)
    found = blame_of_run(reader, 5)
    assert found.kind is FactorKind.SLOPE
    assert found.factor == pytest.approx(0.24, abs=0.02)
    _, reader = bench.train(residual(experiment))
    blocks = blame_of_run(reader, 5)
    skips = reader.sample_at("skip_factor", 5)[1]
    others = [i for i, each in enumerate(reader.info.layers) if each.kind == "Dropout"]
    logs = np.log([*reader.sample_at("gain", 5)[1][others], *skips])
    assert blocks.factors[FactorKind.OTHER] == pytest.approx(np.exp(logs.mean()), rel=1e-5)
    assert blame_of_run(reader, -1).sentence == "No gains were measured."


def test_ways_side_by_side_are_one_factor(bench, experiment) -> None:
    """Through dense connections and gates, too, the factors multiply to what the gradient does."""
    inner = layer("Residual", layer("Linear", out_features=8), layer("Tanh"))
    dense = layer(
        "Parallel", layer("Identity"), inner, layer("Linear", out_features=4), combine="concatenation"
    )
    gate = layer("Sequential", layer("Linear", out_features=20), layer("Sigmoid"))
    gated = layer("Residual", layer("Parallel", layer("Identity"), gate, combine="product"), layer("Tanh"))
    layers = (
        layer("Linear", out_features=8),
        dense,
        layer("LayerNorm"),
        gated,
        layer("Linear", out_features="classes"),
    )
    _, reader = bench.train(replace(residual(experiment), model=ModelSpec(layers=layers)))
    (event,) = [event for event in reader.events() if event.kind == "joins"]
    assert event.detail["names"] == ["Parallel 1", "Parallel 2"]
    inside = {index for layers in event.detail["layers"] for index in layers}
    chain = [each.index for each in reader.info.layers[1:] if each.index not in inside]
    for step in range(6):
        factors = [reader.sample_at(name, step)[1] for name in ("gain", "join_gain", "skip_factor")]
        arrived = reader.sample_at("output_gradient", step)[1]
        whole = np.prod(factors[0][chain]) * np.prod(factors[1]) * factors[2][1]  # the inner one is inside
        assert whole == pytest.approx(arrived[0] / arrived[-1], rel=1e-4)
        found = blame_of_run(reader, step)
        linears = sum(reader.info.layers[index].kind == "Linear" for index in chain)
        assert found.per_layer == pytest.approx(whole ** (1 / linears), rel=1e-4)
