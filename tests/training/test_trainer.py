from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from gradviz.data.load import load
from gradviz.data.order import epoch_order
from gradviz.nets.model import build
from gradviz.records.run import FinishReason, RunState
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import (
    DataSpec,
    LayerSpec,
    MeasureSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
)
from gradviz.training import run
from gradviz.training.control import RunControl


def losses(reader) -> list[float]:
    return [float(reader.at("train_loss", step)[1][0]) for step in range(reader.last_step + 1)]


def test_losses_are_those_of_a_plain_script(bench, experiment) -> None:
    spec = experiment(steps=12)
    status, reader = bench.train(spec)
    data = load(spec.data, spec.seed)
    model = build(spec.model, DataInfo(input_shape=(2,), classes=2, samples=1), spec.seed).model
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    expected = []
    for step in range(12):
        order = epoch_order(80, spec.seed, step // 5)[step % 5 * 16 : step % 5 * 16 + 16]
        optimizer.zero_grad()
        loss = cross_entropy(model(data.train_x[order]), data.train_y[order])
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    assert losses(reader) == pytest.approx(expected, rel=1e-6)
    assert (status.finish, status.steps) == (FinishReason.COMPLETED, 12)
    steps, values = reader.samples("val_loss")
    assert steps.tolist() == [4, 9, 11]
    model.eval()
    assert values[-1][0] == pytest.approx(cross_entropy(model(data.val_x), data.val_y).item(), rel=1e-5)
    assert reader.samples("val_accuracy")[0].tolist() == [4, 9, 11]


def test_epoch_accuracy_is_the_mean_of_its_steps(bench, experiment) -> None:
    _, reader = bench.train(experiment(steps=None, epochs=2))
    assert reader.last_step == 9
    accuracy = [float(reader.at("train_accuracy", step)[1][0]) for step in range(10)]
    steps, values = reader.samples("epoch_accuracy")
    assert steps.tolist() == [4, 9]
    assert values[:, 0] == pytest.approx([np.mean(accuracy[:5]), np.mean(accuracy[5:])])


def test_run_repeats_exactly_and_the_seed_matters(bench, experiment) -> None:
    dropout = LayerSpec(kind="Dropout", parameters={"p": 0.3})
    spec = experiment()
    spec = replace(
        spec, model=replace(spec.model, layers=(*spec.model.layers[:2], dropout, spec.model.layers[2]))
    )
    first, second, other = (losses(bench.train(s)[1]) for s in (spec, spec, replace(spec, seed=1)))
    assert first == second
    assert first != other


def test_validation_and_measuring_leave_training_alone(bench, experiment) -> None:
    dropout = LayerSpec(kind="Dropout", parameters={"p": 0.3})
    spec = experiment(steps=30, data=DataSpec(name="moons", batch_size=80, parameters={"samples": 100}))
    spec = replace(
        spec, model=replace(spec.model, layers=(*spec.model.layers[:2], dropout, spec.model.layers[2]))
    )
    control = RunControl()
    seen = []

    def pause_often(waiting: bool) -> None:
        seen.append(waiting)
        if waiting:
            control.resume()
        elif control.steps_done % 3 == 0:
            control.pause()

    control.poll = pause_often
    plain = losses(bench.train(replace(spec, measure=MeasureSpec(budget=0.0)))[1])
    busy = losses(bench.train(replace(spec, measure=MeasureSpec(budget=1.0)), control)[1])
    assert True in seen
    assert plain == busy


def test_l2_holds_weights_down(bench, experiment) -> None:
    norms = []
    for l2 in (0.0, 0.5):
        _, reader = bench.train(experiment(steps=60, regularization=RegularizationSpec(l2=l2)))
        norms.append(reader.sample_at("weight_norm", 10**6)[1][0])
    assert norms[1] < 0.5 * norms[0]


def test_pictures_are_there_even_for_one_step(bench, experiment) -> None:
    _, reader = bench.train(experiment(steps=1))
    for quantity in (
        "weight_norm",
        "update_ratio",
        "measuring_cost",
        "steps_per_second",
        "learning_rate",
        "val_loss",
    ):
        assert reader.sample_at(quantity, 0) is not None, quantity
    for layer in range(2):
        assert reader.sample_at("weight_histogram", 0, layer) is not None
        assert reader.sample_at("gradient_histogram", 0, layer) is not None


def test_pause_step_resume_stop_at_step_boundaries(bench, experiment) -> None:
    control = RunControl()
    script = iter([control.step, control.step, control.resume])
    at: list[int] = []

    def poll(waiting: bool) -> None:
        if waiting:
            at.append(control.steps_done)
            next(script)()
        elif control.steps_done == 6:
            control.stop()

    control.poll = poll
    status, reader = bench.train(experiment(), control, paused=True)
    assert at == [0, 1, 2]
    assert (status.finish, status.steps, reader.last_step) == (FinishReason.STOPPED, 6, 5)
    states = [s.state for s in bench.statuses]
    assert states.count(RunState.FINISHED) == 1
    assert states[-1] is RunState.FINISHED
    assert states.count(RunState.PAUSED) == 3
    for step in (0, 1, 5):
        assert reader.sample_at("weight_histogram", step, 0)[0] == step


def test_learning_rate_changes_between_steps_and_is_recorded(bench, experiment) -> None:
    control = RunControl()

    def poll(_waiting: bool) -> None:
        if control.steps_done == 5:
            control.set_lr(0.0)

    control.poll = poll
    spec = experiment(data=DataSpec(name="moons", batch_size=80, parameters={"samples": 100}))
    _, reader = bench.train(spec, control)
    assert np.unique(losses(reader)[6:]).size <= 3  # without a step only the order of the sum changes
    assert losses(reader)[0] > losses(reader)[4]
    steps, values = reader.samples("learning_rate")
    assert steps.tolist() == [0, 5, *range(6, 12)][: len(steps)]
    assert values[1][0] == 0
    events = [e for e in reader.events() if e.kind == "learning_rate"]
    assert (events[0].step, events[0].detail) == (5, {"before": 0.1, "lr": 0.0})


def overflowing(experiment, *, lr: float, std: float = 0.7, depth: int = 20):
    hidden = (LayerSpec(kind="Linear", parameters={"out_features": 64}), LayerSpec(kind="ReLU"))
    spec = experiment(steps=20)
    model = ModelSpec(
        layers=(*hidden * depth, LayerSpec(kind="Linear", parameters={"out_features": "classes"})),
        initializer=replace(spec.model.initializer, name="normal", parameters={"std": std}),
    )
    return replace(spec, model=model, optimizer=OptimizerSpec(lr=lr))


def test_divergence_in_the_forward_pass_names_step_and_layer(bench, experiment) -> None:
    status, reader = bench.train(overflowing(experiment, lr=0.01))
    (event,) = [e for e in reader.events() if e.kind == "nonfinite"]
    assert status.finish is FinishReason.DIVERGED
    assert event.detail == {"direction": "forward"}
    assert event.step == status.steps - 1 == reader.last_step
    assert f"at step {event.step}: " in status.reason
    assert status.reason.endswith(f"forward pass of {event.layer}.")
    assert event.layer.startswith("Linear ")
    assert not np.isfinite(reader.at("train_loss", event.step)[1]).any()
    assert np.isfinite(reader.at("train_loss", event.step - 1)[1]).all()


def test_backward_overflow_with_a_finite_loss_is_the_first_cause(bench, experiment, monkeypatch) -> None:
    def build_faint(*arguments):
        built = build(*arguments)
        with torch.no_grad():
            next(built.model.parameters()).mul_(1e-38)
        return built

    monkeypatch.setattr(run, "build", build_faint)
    status, reader = bench.train(overflowing(experiment, lr=1e-30, std=4.0, depth=30))
    (event,) = [e for e in reader.events() if e.kind == "nonfinite"]
    assert (event.step, event.detail) == (0, {"direction": "backward"})
    assert np.isfinite(reader.at("train_loss", 0)[1]).all()
    norms = reader.at("grad_norm", 0)[1]
    assert not np.isfinite(norms[0])
    assert np.isfinite(norms[-1])
    assert event.layer in {layer.name for layer in reader.info.layers[:6]}
    assert status.finish is FinishReason.DIVERGED
    assert status.reason == (
        "The loss is not finite at step 1: the first non-finite value appears in the backward pass of "
        f"{event.layer} at step 0."
    )
    counts = reader.sample_at("nonfinite_count", 0)[1]
    assert counts[0] > 0
    assert counts[-1] == 0
    assert reader.last_step == 1
