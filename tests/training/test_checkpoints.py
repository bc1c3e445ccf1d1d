"""When checkpoints are made, and that they cost what they may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradviz.probes.recorder import Recorder
from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.run import FinishReason
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import DataSpec, OptimizerSpec, TrainingSpec
from gradviz.training import checkpoints
from gradviz.training.checkpoints import unpack
from gradviz.training.control import RunControl


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[CheckpointKind, ...]]]:
    """Every checkpoint that is written, with its kinds."""
    seen = []
    real = RunWriter.checkpoint

    def noting(writer: RunWriter, written) -> str:
        seen.append((writer.steps, tuple(each.kind for each in written)))
        return real(writer, written)

    monkeypatch.setattr(RunWriter, "checkpoint", noting)
    return seen


LAST, BEST = CheckpointKind.LAST, CheckpointKind.BEST


def test_every_so_many_steps_and_at_the_end(bench, experiment, made) -> None:
    training = TrainingSpec(steps=12, device="cpu", checkpoint_every=5)
    _, reader = bench.train(experiment(training=training))
    assert [step for step, _ in made] == [5, 10, 12]
    assert reader.checkpoints() == {LAST: 12}
    assert reader.samples("checkpoint_seconds")[0].tolist() == [4, 9, 11]


def test_by_the_clock(bench, experiment, made, monkeypatch) -> None:
    now = iter(range(10**6))
    monkeypatch.setattr(checkpoints, "perf_counter", lambda: float(next(now)) * 3)
    step_ends = Recorder.on_train_batch_end

    def take_three_seconds(recorder: Recorder) -> None:
        before = recorder.seconds
        step_ends(recorder)
        recorder.seconds = before + 3

    monkeypatch.setattr(Recorder, "on_train_batch_end", take_three_seconds)
    bench.train(experiment(steps=40))
    steps = [step for step, _ in made]
    assert steps[-1] == 40
    # each costs 3 of these seconds, so the next but one may come after 150
    assert steps[0] == 4
    assert len(steps) == 2


def test_at_a_pause_and_at_a_stop(bench, experiment, made) -> None:
    def poll(waiting: bool) -> None:
        if waiting:
            control.stop()
        elif control.steps_done == 7:
            control.pause()

    control = RunControl(poll)
    status, _ = bench.train(experiment(), control)
    assert status.finish is FinishReason.STOPPED
    assert [step for step, _ in made] == [7, 7]


def test_a_large_network_does_not_let_a_pause_wait(bench, experiment, made, monkeypatch) -> None:
    def poll(waiting: bool) -> None:
        if waiting:
            control.stop()
        elif control.steps_done == 7:
            control.pause()

    monkeypatch.setattr(checkpoints, "_BYTES_A_SECOND", 1)
    control = RunControl(poll)
    bench.train(experiment(), control)
    assert [step for step, _ in made] == [7]  # of the stop


def test_none_before_the_first_step(bench, experiment, made) -> None:
    control = RunControl()
    control.stop()
    _, reader = bench.train(experiment(), control)
    assert (made, reader.checkpoints()) == ([], {})


def test_none_where_the_loss_is_not_finite_but_the_best_weights(bench, experiment, made) -> None:
    training = TrainingSpec(steps=400, device="cpu", keep_best=True)
    spec = experiment(training=training, optimizer=OptimizerSpec(name="SGD", lr=1e37))
    status, reader = bench.train(replace(spec, data=DataSpec(name="moons", batch_size=80)))
    assert status.finish is FinishReason.DIVERGED
    assert LAST not in reader.checkpoints()


def test_the_best_weights_are_those_of_the_lowest_validation_loss(bench, experiment, made) -> None:
    training = TrainingSpec(epochs=12, device="cpu", keep_best=True, checkpoint_every=7)
    _, reader = bench.train(experiment(training=training, optimizer=OptimizerSpec(name="SGD", lr=8.0)))
    steps, losses = reader.samples("val_loss")
    best = reader.checkpoint(BEST)
    assert best.step == steps[losses[:, 0].argmin()] + 1
    assert unpack(best)["loss"] == pytest.approx(losses.min())
    assert best.step <= reader.checkpoint(LAST).step
    # it waits for the next checkpoint, so it is never ahead of what a run would go on from
    assert all(LAST in kinds for _, kinds in made)


def test_a_large_network_waits_longer(bench, experiment, monkeypatch) -> None:
    seen = []
    real = checkpoints.Checkpoints.after_step

    def noting(self, step: int) -> None:
        seen.append(self.seconds)
        real(self, step)

    monkeypatch.setattr(checkpoints.Checkpoints, "after_step", noting)
    monkeypatch.setattr(checkpoints, "_BYTES_A_SECOND", 100)
    bench.train(experiment(steps=3))
    assert seen[0] > 10 * checkpoints.EVERY_SECONDS


def test_a_full_disk_stops_nothing(bench, experiment, monkeypatch) -> None:
    monkeypatch.setattr(RunWriter, "checkpoint", lambda _writer, _written: "disk is full")
    training = TrainingSpec(steps=12, device="cpu", checkpoint_every=5)
    status, reader = bench.train(experiment(training=training))
    assert status.finish is FinishReason.COMPLETED
    warnings = [log.text for log in reader.logs() if log.level == "warning"]
    assert warnings == ["No checkpoint could be written at step 5 (disk is full)."]
