"""A run that was stopped and goes on is the run that was never stopped, to the last bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource
from gradviz.spec.experiment import (
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    GroupSpec,
    LayerSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
    TrainingSpec,
)
from gradviz.spec.json_codec import to_json
from gradviz.training.checkpoints import unpack
from gradviz.training.clipping import clips
from gradviz.training.control import RunControl
from gradviz.training.optimizers import optimizers
from gradviz.training.run import train

STEPS = 60


def layer(kind: str, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)


LAYERS = {
    "plain": (layer("Linear", out_features=8), layer("Tanh"), layer("Linear", out_features="classes")),
    "dropout and normalisation": (
        layer("Linear", out_features=8),
        layer("BatchNorm1d"),
        layer("ReLU"),
        layer("Dropout", p=0.3),
        layer("Linear", out_features="classes"),
    ),
}


def make(layers: str = "plain", **changes: object) -> ExperimentSpec:
    spec = ExperimentSpec(
        seed=3,
        data=DataSpec(name="moons", batch_size=16, parameters={"samples": 100}),
        model=ModelSpec(layers=LAYERS[layers]),
        optimizer=OptimizerSpec(name="SGD", lr=0.1, parameters={"momentum": 0.9}),
        training=TrainingSpec(steps=STEPS, device="cpu"),
    )
    return replace(spec, **changes)


def whole(path: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Every series at full resolution and the state at the end, as bytes."""
    with RunReader(path) as reader:
        assert reader.damage == ()
        last = reader.last_step
        series = {name: reader.series(name, 0, last, 10**9).mean.tobytes() for name in reader.slices}
        checkpoint = reader.checkpoint()
        assert checkpoint is not None
        assert checkpoint.step == last + 1
    states = unpack(checkpoint)
    for name in ("python", "numpy"):  # which nothing here draws from, so they are each process's own
        del states["chance"][name]
    return series, dict(flat(states))


def flat(value: object, place: str = "") -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in flat(part, f"{place}/{key}")]
    if isinstance(value, list | tuple):
        return [pair for key, part in enumerate(value) for pair in flat(part, f"{place}/{key}")]
    if isinstance(value, torch.Tensor):
        return [(place, (value.dtype, tuple(value.shape), value.numpy().tobytes()))]
    return [(place, value.tobytes() if isinstance(value, np.ndarray) else repr(value))]


def stop_after(steps: int) -> RunControl:
    def poll(_waiting: bool) -> None:
        if control.steps_done >= steps:
            control.stop()

    control = RunControl(poll)
    return control


def assert_exact(spec: ExperimentSpec, folder: Path, *stops: int) -> None:
    status = train(spec, folder / "straight.db", RunControl(), run_id="straight")
    assert status.finish is FinishReason.COMPLETED, status
    source = None
    for number, stop in enumerate((*stops, STEPS + 1)):
        store = folder / f"{number}.db"
        status = train(spec, store, stop_after(stop), run_id=f"run-{number}", resume=source)
        source = RunSource(id=f"run-{number}", path=store)
    assert status.finish is FinishReason.COMPLETED, status
    straight, cut = whole(folder / "straight.db"), whole(source.path)
    assert straight[0] == cut[0]
    assert straight[1] == cut[1]


@pytest.mark.parametrize("name", [entry.name for entry in optimizers.entries()])
def test_every_optimizer_goes_on_exactly(name: str, tmp_path) -> None:
    spec = make("dropout and normalisation", optimizer=OptimizerSpec(name=name, lr=0.01))
    assert_exact(spec, tmp_path, 23)


def test_several_stops_in_the_middle_of_epochs(tmp_path) -> None:
    assert_exact(make("dropout and normalisation"), tmp_path, 7, 31, 44)


@pytest.mark.parametrize("method", [entry.name for entry in clips.entries()])
def test_with_every_clipping_and_penalties(method: str, tmp_path) -> None:
    spec = make(
        clip=ClipSpec(method=method), regularization=RegularizationSpec(l1=1e-3, l2=1e-3, max_norm=2.0)
    )
    assert_exact(spec, tmp_path, 33)


@pytest.mark.parametrize("window", [None, 9])
def test_a_threshold_that_moves_remembers_the_norms(window: int | None, tmp_path) -> None:
    clip = ClipSpec(method="percentile", parameters={"percentile": 50.0, "window": window})
    assert_exact(make(clip=clip, regularization=RegularizationSpec(max_norm=0.5)), tmp_path, 21, 40)


def test_with_groups_a_schedule_and_a_layer_that_learns_later(tmp_path) -> None:
    groups = (GroupSpec(layers="Linear 1", lr_factor=0.5, frozen=True, unfreeze_at=20),)
    spec = make("dropout and normalisation", schedule=ScheduleSpec(name="cosine", warmup=5))
    spec = replace(spec, optimizer=replace(spec.optimizer, groups=groups))
    for stop in (10, 20, 33):
        folder = tmp_path / str(stop)
        folder.mkdir()
        assert_exact(spec, folder, stop)
    with RunReader(tmp_path / "33" / "1.db") as reader:
        assert [event.step for event in reader.events() if event.kind == "unfrozen"] == [20]


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_in_half_precision_with_accumulation_and_patience(precision: str, tmp_path) -> None:
    training = TrainingSpec(steps=STEPS, device="cpu", precision=precision, accumulate=2, patience=50)
    assert_exact(make("dropout and normalisation", training=training), tmp_path, 21)


def test_a_plateau_remembers_its_validations(tmp_path) -> None:
    schedule = ScheduleSpec(name="plateau", parameters={"patience": 1})
    assert_exact(make(schedule=schedule, optimizer=OptimizerSpec(name="SGD", lr=3.0)), tmp_path, 23)


def test_patience_goes_on_counting(tmp_path) -> None:
    training = TrainingSpec(steps=STEPS, device="cpu", patience=3)
    spec = make(training=training, optimizer=OptimizerSpec(name="SGD", lr=5.0))
    straight = train(spec, tmp_path / "straight.db", RunControl(), run_id="straight")
    assert straight.steps < STEPS
    train(spec, tmp_path / "a.db", stop_after(straight.steps - 7), run_id="a")
    source = RunSource(id="a", path=tmp_path / "a.db")
    status = train(spec, tmp_path / "b.db", RunControl(), run_id="b", resume=source)
    assert status == straight
    assert whole(tmp_path / "straight.db") == whole(tmp_path / "b.db")


def test_with_the_best_weights_kept(tmp_path) -> None:
    spec = make(training=TrainingSpec(steps=STEPS, device="cpu", keep_best=True))
    assert_exact(spec, tmp_path, 33)
    kept = []
    for name in ("straight.db", "1.db"):
        with RunReader(tmp_path / name) as reader:
            kept.append(reader.checkpoint(CheckpointKind.BEST))
            steps, losses = reader.samples("val_loss")
            assert kept[-1].step == steps[losses[:, 0].argmin()] + 1
    assert kept[0] == kept[1]


def test_what_was_asked_to_go_on_longer_is_as_if_asked_at_once(tmp_path) -> None:
    long, short = make(), make(training=TrainingSpec(steps=40, device="cpu"))
    train(long, tmp_path / "straight.db", RunControl(), run_id="a")
    train(short, tmp_path / "short.db", RunControl(), run_id="b")
    source = RunSource(id="b", path=tmp_path / "short.db")
    status = train(long, tmp_path / "long.db", RunControl(), run_id="c", resume=source)
    assert (status.finish, status.steps) == (FinishReason.COMPLETED, STEPS)
    straight, longer = whole(tmp_path / "straight.db"), whole(tmp_path / "long.db")
    assert straight[0] == longer[0]
    assert straight[1]["/network/linear_1.weight"] == longer[1]["/network/linear_1.weight"]


def test_it_says_where_it_went_on(tmp_path) -> None:
    spec = make()
    train(spec, tmp_path / "a.db", stop_after(20), run_id="a")
    before = (tmp_path / "a.db").read_bytes()
    train(spec, tmp_path / "b.db", RunControl(), run_id="b", resume=RunSource(id="a", path=tmp_path / "a.db"))
    assert (tmp_path / "a.db").read_bytes() == before
    with RunReader(tmp_path / "b.db") as reader:
        assert [(e.step, e.kind, e.detail) for e in reader.events()] == [(20, "resumed", {"recorded": 20})]
        assert any(log.text == "Goes on after step 20." for log in reader.logs())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimizer": OptimizerSpec(name="Adam", lr=0.2)}, "optimizer.name is SGD there and Adam here"),
        (
            {"model": ModelSpec(layers=LAYERS["dropout and normalisation"])},
            "model.layers has 3 entries there and 5 here",
        ),
        ({"clip": ClipSpec(method="value")}, "clip.method is not set there and value here"),
        ({"training": TrainingSpec(steps=20, device="cpu")}, "has done its 20 steps; to go on, ask for more"),
        ({"training": TrainingSpec(epochs=1, device="cpu")}, "as with --set training.epochs=2."),
    ],
)
def test_another_experiment_is_refused_and_nothing_is_lost(changes, message: str, tmp_path) -> None:
    train(make(), tmp_path / "a.db", stop_after(20), run_id="a")
    before = (tmp_path / "a.db").read_bytes()
    source = RunSource(id="a", path=tmp_path / "a.db")
    status = train(make(**changes), tmp_path / "b.db", RunControl(), run_id="b", resume=source)
    assert status.finish is FinishReason.FAILED
    assert message in status.reason
    assert not list(tmp_path.glob("b.db*"))
    assert (tmp_path / "a.db").read_bytes() == before


def test_without_a_checkpoint_there_is_a_sentence(tmp_path) -> None:
    control = RunControl()
    control.stop()
    train(make(), tmp_path / "a.db", control, run_id="a")
    for path, message in ((tmp_path / "a.db", "no checkpoint"), (tmp_path / "none.db", "does not exist")):
        source = RunSource(id="a", path=path)
        status = train(make(), tmp_path / "b.db", RunControl(), run_id="b", resume=source)
        assert (status.finish, message in status.reason) == (FinishReason.FAILED, True)
        assert not (tmp_path / "b.db").exists()


CHILD = textwrap.dedent("""
    import sys
    import torch
    torch.set_num_threads(1)
    from gradviz.engine.catalogue import full_catalogue
    from gradviz.records.session import RunSource
    from gradviz.spec.json_codec import from_json
    from gradviz.training.control import RunControl
    from gradviz.training.run import train
    from pathlib import Path
    import time

    def slowly(_waiting):
        print(control.steps_done, flush=True)
        time.sleep(0.002)

    control = RunControl(slowly)
    store, spec, *source = sys.argv[1:]
    resume = RunSource(id=Path(source[0]).stem, path=Path(source[0])) if source else None
    train(from_json(spec, full_catalogue()), store, control, run_id=Path(store).stem, resume=resume)
""")


def killed_after(steps: int, store: Path, spec: ExperimentSpec, source: Path | None) -> None:
    command = [sys.executable, "-c", CHILD, str(store), to_json(spec), *([str(source)] if source else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            if int(line) >= steps:
                time.sleep(0.001)
                os.kill(child.pid, signal.SIGKILL)
                break


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_killed_twice(tmp_path) -> None:
    training = TrainingSpec(steps=STEPS, device="cpu", checkpoint_every=4)
    spec = make("dropout and normalisation", training=training)
    train(spec, tmp_path / "straight.db", RunControl(), run_id="straight")
    killed_after(17, tmp_path / "a.db", spec, None)
    killed_after(39, tmp_path / "b.db", spec, tmp_path / "a.db")
    source = RunSource(id="b", path=tmp_path / "b.db")
    status = train(spec, tmp_path / "c.db", RunControl(), run_id="c", resume=source)
    assert status.finish is FinishReason.COMPLETED, status
    with RunReader(tmp_path / "b.db") as reader:
        assert 4 <= reader.checkpoints()[CheckpointKind.LAST] < STEPS
    assert whole(tmp_path / "straight.db") == whole(tmp_path / "c.db")
