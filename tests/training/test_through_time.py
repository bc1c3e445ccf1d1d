"""Gradients through time: against the slow twin, as the textbook says, and without a trace in training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gradviz.nets.recurrent import LSTM, RNN
from gradviz.nets.sequence import LastStep
from gradviz.probes.recorded_series import recorded_series
from gradviz.probes.recorder import Recorder
from gradviz.probes.unrolled import unrolled
from gradviz.records.layer import LayerInfo
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo
from gradviz.records.writer import RunWriter
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, LossSpec, MeasureSpec
from gradviz.training import run, through_time
from gradviz.training.loss import Objective, build_objective
from gradviz.training.replay import Moment, RandomState
from gradviz.training.through_time import ThroughTime
from gradviz.training.trainer import Trainer


def layer(kind: str, **parameters: Any) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)


def objective() -> Objective:
    return build_objective(LossSpec(name="auto"), DataInfo(input_shape=(1,), classes=3, samples=9))


def infos(model: nn.Sequential, length: int) -> tuple[LayerInfo, ...]:
    return tuple(
        LayerInfo(
            index=index,
            name=f"layer {index}",
            kind=type(module).__name__,
            path=(index,),
            repeat=(),
            module=str(index),
            output_shape=(length, 1),
            parameters=sum(p.numel() for p in module.parameters()),
        )
        for index, module in enumerate(model)
    )


class Measured:
    """One moment of a network, measured once."""

    def __init__(self, model: nn.Sequential, x: torch.Tensor, y: torch.Tensor, folder: Path) -> None:
        layers = infos(model, x.shape[1])
        info = RunInfo(
            id="t", name="t", created="2025-01-01T00:00:00+00:00", experiment={}, layers=layers,
            series=recorded_series(layers, clipping=False), steps=1, steps_per_epoch=1, device="cpu",
        )  # fmt: skip
        self.path = folder / "run.db"
        writer = RunWriter.create(self.path, info)
        recorder = Recorder(model, layers, writer)
        measure = ThroughTime(model, layers, objective(), recorder, writer)
        moment = Moment(step=0, x=x, y=y, random=RandomState.take(torch.device("cpu")))
        recorder.on_train_batch_start(0, everything=True)
        measure(0, (moment,))
        writer.close()

    def read(self, quantity: str, layer: int) -> np.ndarray | None:
        reader = RunReader(self.path)
        try:
            found = reader.sample_at(quantity, 0, layer)
            return None if found is None else found[1]
        finally:
            reader.close()


def test_norms_are_those_of_the_slow_twin(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(
        LSTM(2, 4, num_layers=2, bidirectional=True, batch_first=True), LastStep(), nn.Linear(8, 3)
    )
    x, y = torch.randn(6, 5, 2), torch.randint(3, (6,))
    measured = Measured(model, x, y, tmp_path)
    with unrolled([model[0]]) as (tape,):
        loss = objective()(model(x), y)[0]
    rows: tuple[list[float], list[float]] = ([], [])
    for number, states in enumerate(tape[0]):
        for state in states.hidden:
            gradient = torch.autograd.grad(loss, state, retain_graph=True, allow_unused=True)[0]
            rows[number % 2].append(0.0 if gradient is None else float((gradient.double() ** 2).sum().sqrt()))
    np.testing.assert_allclose(measured.read("time_gradient_h", 0), rows[0], rtol=1e-5)
    np.testing.assert_allclose(measured.read("time_gradient_h_backwards", 0), rows[1], rtol=1e-5)
    assert (
        np.array(rows[1][-5:]) == 0
    ).sum() == 4  # above, of the states that read backwards one is looked at
    assert measured.read("time_gradient_c", 0) is not None
    assert measured.read("time_gradient_h", 1) is None


def test_a_sample_estimates_the_whole_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(RNN(2, 8, batch_first=True), LastStep(), nn.Linear(8, 3))
    x, y = torch.randn(512, 6, 2), torch.randint(3, (512,))
    sampled = Measured(model, x, y, tmp_path).read("time_gradient_h", 0)
    monkeypatch.setattr(through_time, "_MOST_SAMPLES", 512)
    (tmp_path / "all").mkdir()
    whole = Measured(model, x, y, tmp_path / "all").read("time_gradient_h", 0)
    np.testing.assert_allclose(sampled, whole, rtol=0.25)
    assert not np.array_equal(sampled, whole)


def long_memory(module: nn.Module, folder: Path) -> tuple[float, float]:
    """How much of the last state's gradient is left 100 positions before, for h and for c."""
    model = nn.Sequential(module, LastStep(), nn.Linear(32, 3))
    measured = Measured(model, torch.randn(16, 101, 2), torch.randint(3, (16,)), folder)
    kept = []
    for name in ("h", "c"):
        norms = measured.read(f"time_gradient_{name}", 0)
        kept.append(float("nan") if norms is None else float(norms[0] / norms[-1]))
    return kept[0], kept[1]


def test_an_lstm_that_keeps_lets_the_gradient_through_100_steps(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = LSTM(2, 32, batch_first=True)
    with torch.no_grad():
        module.bias_ih_l0[32:64], module.bias_hh_l0[32:64] = 3.0, 0.0
    assert long_memory(module, tmp_path)[1] > 1e-2


def test_a_plain_rnn_and_an_lstm_as_it_comes_let_it_vanish(tmp_path: Path) -> None:
    torch.manual_seed(0)
    for name, module in (("rnn", RNN(2, 32, batch_first=True)), ("lstm", LSTM(2, 32, batch_first=True))):
        (tmp_path / name).mkdir()
        assert long_memory(module, tmp_path / name)[0] < 1e-15


def recurrent(experiment: Callable[..., ExperimentSpec]) -> ExperimentSpec:
    """An LSTM of two layers with dropout between them, which draws random numbers."""
    layers = (
        layer("Embedding", embedding_dim=4),
        layer("LSTM", hidden_size=6, num_layers=2, dropout=0.4),
        layer("LastStep"),
        layer("Linear", out_features="classes"),
    )
    spec = experiment(
        steps=12,
        data=DataSpec(name="temporal_order", batch_size=16, parameters={"samples": 100, "length": 20}),
        measure=MeasureSpec(budget=50.0),
    )
    return replace(spec, model=replace(spec.model, layers=layers))


def test_training_does_not_feel_it(bench, experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights are bit-identical with it and without, and all hooks are gone."""
    trainers = []

    class Watched(Trainer):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            if trainers:
                self.through_time = lambda *_: None
            trainers.append(self)

    monkeypatch.setattr(run, "Trainer", Watched)
    status, reader = bench.train(recurrent(experiment))
    _, without = bench.train(recurrent(experiment))
    assert status.finish is FinishReason.COMPLETED
    measured, plain = (trainer.model.state_dict() for trainer in trainers)
    assert all(torch.equal(measured[name], plain[name]) for name in plain)
    steps, norms = reader.samples("time_gradient_h", 1)
    assert len(steps) >= 2
    assert norms.shape[1] == 2 * 20
    assert (norms > 0).all()
    assert len(without.samples("time_gradient_h", 1)[0]) == 0
    assert type(trainers[0].model.get_submodule(reader.info.layers[1].module)) is LSTM


def test_a_network_without_recurrence_has_all_of_the_budget(bench, experiment) -> None:
    _, reader = bench.train(experiment())
    assert all(len(reader.samples("time_gradient_h", index.index)[0]) == 0 for index in reader.info.layers)


def test_what_cannot_be_measured_is_said_once_and_training_goes_on(bench, experiment, monkeypatch) -> None:
    def full(*_unused: object) -> None:
        raise torch.OutOfMemoryError("no more memory")

    monkeypatch.setattr(ThroughTime, "_measure", full)
    status, reader = bench.train(recurrent(experiment))
    assert status.finish is FinishReason.COMPLETED
    said = [log.text for log in reader.logs() if "through time" in log.text]
    assert said == ["The gradient through time cannot be measured here (no more memory)."]
