"""A recorded step done again: the same step, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.happenings import Event
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource
from gradviz.spec.experiment import LayerSpec, OptimizerSpec, TrainingSpec
from gradviz.training.control import RunControl
from gradviz.training.step_replay import Replayed, ReplayError, replay_step, telling_step


def source(reader) -> RunSource:
    return RunSource(id=reader.info.id, path=Path(reader.path))


def with_dropout(spec, **training):
    layers = (*spec.model.layers[:2], LayerSpec(kind="Dropout"), spec.model.layers[2])
    return replace(
        spec,
        model=replace(spec.model, layers=layers),
        training=TrainingSpec(steps=30, device="cpu", **training),
    )


@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("step", [0, 5, 29])
def test_it_is_the_same_step(bench, experiment, accumulate: int, step: int) -> None:
    _, reader = bench.train(with_dropout(experiment(), accumulate=accumulate))
    found = replay_step(source(reader), step)
    assert found.same
    assert found.loss == pytest.approx(float(reader.at("train_loss", step)[1][0]))
    assert found.gradient_norm == pytest.approx(float(reader.at("global_norm", step)[1][0]), rel=1e-5)
    assert (found.step, found.start) == (step, 0)
    assert found.forward is found.backward is None
    assert "every value was finite" in found.sentence


def test_only_what_was_recorded_can_be_done_again(bench, experiment) -> None:
    _, reader = bench.train(experiment(steps=20))
    for step in (-1, 20):
        with pytest.raises(ReplayError, match=f"Step {step} was not recorded: the run has the steps 0 to 19"):
            replay_step(source(reader), step)


def test_a_run_that_diverged_is_explained_from_its_checkpoint(bench, experiment) -> None:
    spec = replace(
        experiment(),
        optimizer=OptimizerSpec(name="SGD", lr=1e12),
        training=TrainingSpec(steps=200, device="cpu", checkpoint_every=2),
    )
    spec = replace(spec, model=replace(spec.model, layers=(spec.model.layers[0], spec.model.layers[2])))
    status, reader = bench.train(spec)
    assert status.finish is FinishReason.DIVERGED
    step = telling_step(reader.events())
    assert step is not None
    found = replay_step(source(reader), step)
    (event,) = [event for event in reader.events() if event.kind == "nonfinite"]
    assert found.start > 0
    seen = found.forward or found.backward
    assert found.update is not None or (seen is not None and seen.layer == event.layer)
    assert found.same or not np.isfinite(found.loss)
    assert found.sentence.startswith(f"Step {step:,}: ")
    first = replay_step(source(reader), found.start)
    assert (first.start, first.same) == (found.start, True)


def test_nothing_is_left_behind(bench, experiment, tmp_path) -> None:
    _, reader = bench.train(with_dropout(experiment()))
    before = Path(reader.path).read_bytes()
    files = set(tmp_path.rglob("*"))
    replay_step(source(reader), 3)
    assert Path(reader.path).read_bytes() == before
    assert set(tmp_path.rglob("*")) == files


def test_it_can_be_stopped(bench, experiment) -> None:
    _, reader = bench.train(with_dropout(experiment()))
    control = RunControl()
    control.stop()
    with pytest.raises(ReplayError, match="Stopped before step 7 was reached"):
        replay_step(source(reader), 7, control=control)


def test_the_telling_step() -> None:
    def event(step: int, kind: str, **detail: float) -> Event:
        return Event(step=step, kind=kind, layer=None, detail=detail)

    spikes = [
        event(5, "spike", factor=11.0),
        event(50, "spike", factor=40.0),
        event(80, "spike", factor=12.0),
    ]
    assert telling_step([event(1, "learning_rate"), *spikes]) == 50
    assert telling_step([*spikes, event(90, "nonfinite"), event(95, "nonfinite")]) == 90
    assert telling_step([event(1, "learning_rate")]) is None


def test_what_was_broken_before_is_said() -> None:
    found = Replayed(step=8, start=4, loss=float("nan"), recorded_loss=None, same=False, update="Linear 2")
    assert found.sentence == (
        "Step 8: the weights of Linear 2 were not finite before it began; "
        "replay step 7, whose update left them so."
    )
