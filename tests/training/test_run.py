from __future__ import annotations

import platform
from dataclasses import replace

import pytest
import torch

from gradviz import __version__
from gradviz.records.run import FinishReason, RunState
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import (
    DataSpec,
    GroupSpec,
    InitializerSpec,
    ModelSpec,
    OptimizerSpec,
    ScheduleSpec,
    TrainingSpec,
)
from gradviz.spec.json_codec import from_raw
from gradviz.training import loss
from gradviz.training.control import RunControl
from gradviz.training.run import train
from gradviz.training.trainer import Trainer


def test_store_tells_what_the_run_was(bench, experiment) -> None:
    status, reader = bench.train(experiment(steps=None, epochs=2))
    info = reader.info
    assert reader.status == status == bench.statuses[-1]
    assert (info.steps, info.steps_per_epoch, info.device) == (10, 5, "cpu")
    assert from_raw(info.experiment) == experiment(steps=None, epochs=2)
    assert [layer.name for layer in info.measured] == ["Linear 1", "Linear 2"]
    assert info.versions["gradviz"] == __version__
    assert info.versions["torch"] == torch.__version__
    assert info.versions["python"] == platform.python_version()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": DataSpec(name="moon")}, "did you mean “moons”"),
        ({"model": ModelSpec(layers=())}, "."),
        ({"training": TrainingSpec(steps=3, device="cuda")}, "CUDA"),
    ],
)
def test_bad_experiment_has_a_reason_and_no_store(
    changes: dict, message: str, experiment, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    status = train(experiment(**changes), tmp_path / "run.db", RunControl(), run_id="x")
    assert (status.state, status.finish) == (RunState.FINISHED, FinishReason.FAILED)
    assert message in status.reason
    assert "\n" not in status.reason
    assert not (tmp_path / "run.db").exists()


def test_store_that_cannot_be_made(experiment, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    status = train(experiment(), tmp_path / "file" / "run.db", RunControl(), run_id="x")
    assert status.finish is FinishReason.FAILED
    assert "file" in status.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"optimizer": OptimizerSpec(parameters={"nesterov": True})}, "optimizer.nesterov: needs a momentum"),
        ({"optimizer": OptimizerSpec(groups=(GroupSpec(layers="Linaer 1"),))}, "did you mean “Linear 1”"),
        (
            {"optimizer": OptimizerSpec(name="Rprop"), "schedule": ScheduleSpec(name="cosine")},
            "schedule.name: changes nothing",
        ),
    ],
)
def test_parameters_that_do_not_go_together(tmp_path, experiment, changes, reason) -> None:
    status = train(experiment(**changes), tmp_path / "run.db", RunControl(), run_id="a")
    assert status.finish is FinishReason.FAILED
    assert reason in status.reason
    assert not (tmp_path / "run.db").exists()


def test_an_initializer_that_looks_at_data_sees_the_batch_of_the_first_step(
    bench, experiment, monkeypatch
) -> None:
    real, variances = loss.cross_entropy, []

    def noting(output, target, **how):
        variances.append(output.var(correction=0).item())
        return real(output, target, **how)

    monkeypatch.setattr(loss, "cross_entropy", noting)
    lsuv = InitializerSpec(name="lsuv", parameters={"tolerance": 1e-5})
    bench.train(experiment(model=replace(experiment().model, initializer=lsuv)))
    assert variances[0] == pytest.approx(1, abs=2e-5)
    assert variances[1] != pytest.approx(1, abs=2e-5)


def test_weights_that_cannot_start_are_the_runs_reason(experiment, tmp_path) -> None:
    model = experiment().model
    layers = (replace(model.layers[0], initializer=InitializerSpec(name="zeros")), *model.layers[1:])
    spec = experiment(model=ModelSpec(layers=layers, initializer=InitializerSpec(name="lsuv")))
    status = train(spec, tmp_path / "run.db", RunControl(), run_id="x")
    assert status.finish is FinishReason.FAILED
    assert status.reason.startswith("Linear 2 cannot start by lsuv: its output does not vary")


def test_error_while_training_is_kept_with_what_was_measured(bench, experiment, monkeypatch) -> None:
    real, calls = loss.cross_entropy, []

    def breaking(output, target, **how):
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("the sky fell\nand more")
        return real(output, target, **how)

    monkeypatch.setattr(loss, "cross_entropy", breaking)
    status, reader = bench.train(experiment())
    assert status.finish is FinishReason.FAILED
    assert status.reason == "Training failed at step 3: RuntimeError: the sky fell."
    assert (status.steps, reader.last_step) == (3, 2)
    assert any("the sky fell" in line.text and "Traceback" in line.text for line in reader.logs())


def test_interrupt_is_a_stop_that_loses_nothing(bench, experiment, monkeypatch) -> None:
    real, calls = loss.cross_entropy, []

    def interrupted(output, target, **how):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return real(output, target, **how)

    monkeypatch.setattr(loss, "cross_entropy", interrupted)
    status, reader = bench.train(experiment())
    assert status.finish is FinishReason.STOPPED
    assert reader.status == status
    assert (status.steps, reader.last_step) == (4, 3)


def test_exactly_one_finish_however_it_ends(bench, experiment, monkeypatch) -> None:
    def broken(_self) -> None:
        raise RuntimeError("the sky fell")

    for spec, run in (
        (experiment(), Trainer.run),
        (experiment(optimizer=OptimizerSpec(lr=1e30)), Trainer.run),
        (experiment(), broken),
    ):
        monkeypatch.setattr(Trainer, "run", run)
        status, reader = bench.train(spec)
        finished = [s for s in bench.statuses if s.state is RunState.FINISHED]
        assert finished == [status]
        assert reader.status == status


def test_full_disk_is_said_in_the_reason(experiment, tmp_path, monkeypatch) -> None:
    real = RunWriter.finish

    def finish(self, status):
        real(self, status)
        return "The last 3 steps could not be written."

    monkeypatch.setattr(RunWriter, "finish", finish)
    status = train(experiment(), tmp_path / "run.db", RunControl(), run_id="x")
    assert status.reason.endswith("The last 3 steps could not be written.")


@pytest.mark.parametrize(("seconds", "commits"), [(0.0, range(30, 200)), (1e9, range(1, 12))])
def test_commits_as_often_as_it_is_told(
    seconds: float, commits: range, bench, experiment, monkeypatch
) -> None:
    seen = []
    commit = RunWriter.commit
    monkeypatch.setattr(RunWriter, "commit", lambda self: seen.append(self.steps) or commit(self))
    control = RunControl()
    control.commit_seconds = seconds
    _, reader = bench.train(experiment(steps=30), control)
    assert reader.last_step == 29
    assert len(seen) in commits
