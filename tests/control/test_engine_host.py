"""The real engine, owned from the window's thread."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import EngineState, TrainRequest
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec, TrainingSpec

PATIENCE = 60_000


def experiment(steps: int, seed: int = 0) -> ExperimentSpec:
    return ExperimentSpec(
        seed=seed,
        data=DataSpec(name="moons", parameters={"samples": 64}, batch_size=16),
        model=ModelSpec(
            layers=(
                LayerSpec(kind="Linear", parameters={"out_features": 4 + seed}),
                LayerSpec(kind="Sigmoid"),
                LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
            )
        ),
        training=TrainingSpec(steps=steps),
    )


class Watched:
    """A host and everything that it says."""

    def __init__(self, qtbot, engine: str = "process") -> None:
        self.qtbot = qtbot
        self.host = EngineHost(engine=engine)
        self.statuses, self.replies, self.changes, self.logs = [], [], [], []
        self.host.engine_changed.connect(self.statuses.append)
        self.host.inspected.connect(self.replies.append)
        self.host.run_changed.connect(self.changes.append)
        self.host.logged.connect(self.logs.append)

    def until(self, check: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(check, timeout=PATIENCE)

    def until_state(self, state: EngineState) -> None:
        self.until(lambda: self.host.status.state is state)

    def train(self, request: TrainRequest) -> None:
        self.changes.clear()
        self.host.train(request)

    @property
    def finishes(self) -> list[FinishReason | None]:
        return [c.status.finish for c in self.changes if c.status.state is RunState.FINISHED]


@pytest.fixture
def watched(qtbot, monkeypatch, tmp_path_factory) -> Iterator[Watched]:
    monkeypatch.setenv("GRADVIZ_THREADS", "1")
    folder = tmp_path_factory.mktemp("somewhere")
    for module in ("torch", "random", "gradviz"):  # whatever lies where the program was started
        (folder / f"{module}.py").write_text("raise SystemExit('the wrong module')\n", "utf-8")
    monkeypatch.chdir(folder)
    watched = Watched(qtbot)
    watched.host.start()
    yield watched
    watched.host.close()


def engines() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "engine" in child.cmdline()]


def test_it_starts_inspects_and_trains(watched: Watched, tmp_path: Path) -> None:
    numbers = [watched.host.inspect(experiment(1, seed)) for seed in (1, 2, 3)]
    watched.until(lambda: bool(watched.replies))
    assert [reply.id for reply in watched.replies] == [numbers[-1]]
    assert watched.replies[0].inspection.layers[0].output_shape == (7,)
    assert [status.state for status in watched.statuses] == [EngineState.STARTING, EngineState.READY]
    assert watched.host.status.devices[0] == "cpu"

    request = TrainRequest(run_id="r", store=tmp_path / "r", experiment=experiment(20))
    watched.train(request)
    watched.until(lambda: bool(watched.finishes))
    assert watched.finishes == [FinishReason.COMPLETED]
    with RunReader(tmp_path / "r") as reader:
        assert reader.last_step == 19
    watched.until_state(EngineState.READY)

    watched.train(TrainRequest(run_id="s", store=tmp_path / "s", experiment=experiment(10**6), paused=True))
    watched.until_state(EngineState.PAUSED)
    watched.host.step()
    watched.until(lambda: bool(watched.changes) and watched.changes[-1].status.steps == 1)
    watched.host.resume()
    watched.until_state(EngineState.TRAINING)
    watched.host.set_lr(0.5)
    watched.host.pause()
    watched.until_state(EngineState.PAUSED)
    watched.host.stop()
    watched.until(lambda: bool(watched.finishes))
    assert watched.finishes == [FinishReason.STOPPED]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_engine_loses_no_committed_step_and_is_replaced(watched: Watched, tmp_path: Path) -> None:
    watched.until_state(EngineState.READY)
    (engine,) = engines()
    store = tmp_path / "r"
    watched.train(TrainRequest(run_id="r", store=store, experiment=experiment(10**6)))
    watched.until(store.exists)
    watched.qtbot.wait(300)
    with RunReader(store) as reader:
        seen = reader.last_step
        assert seen > 0
        os.kill(engine.pid, signal.SIGKILL)
        watched.until(lambda: bool(watched.finishes))
        reader.refresh()
        assert reader.last_step >= seen
        assert reader.status.state is RunState.FINISHED
        assert reader.status.finish is FinishReason.FAILED
        last = reader.last_step
    assert watched.finishes == [FinishReason.FAILED]
    reason = watched.changes[-1].status.reason
    assert f"killed (signal 9) at step {last:,}" in reason
    watched.until_state(EngineState.READY)
    states = [status.state for status in watched.statuses]
    assert states.count(EngineState.RESTARTING) == 1
    assert [child.pid for child in engines()] != [engine.pid]
    watched.train(TrainRequest(run_id="s", store=tmp_path / "s", experiment=experiment(3)))
    watched.until(lambda: bool(watched.finishes))
    assert watched.finishes == [FinishReason.COMPLETED]


def test_closing_while_training_keeps_the_run_and_has_told_so(watched: Watched, tmp_path: Path) -> None:
    store = tmp_path / "r"
    watched.host.train(TrainRequest(run_id="r", store=store, experiment=experiment(10**6)))
    watched.until(store.exists)
    watched.host.close()
    assert watched.finishes == [FinishReason.STOPPED]
    assert engines() == []
    with RunReader(store) as reader:
        assert reader.status.finish is FinishReason.STOPPED
    watched.host.close()


def test_twenty_cycles_leave_nothing(qtbot) -> None:
    # The fixture around every test fails on a thread or process that stays.
    for _ in range(20):
        watched = Watched(qtbot)
        watched.host.start()
        qtbot.wait(10)
        watched.host.close()
        assert engines() == []


def test_a_host_that_never_started_closes(qtbot) -> None:
    EngineHost().close()


def test_the_engine_in_a_thread(qtbot, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADVIZ_THREADS", "1")
    watched = Watched(qtbot, engine="thread")
    watched.host.start()
    try:
        watched.host.inspect(experiment(1))
        watched.train(TrainRequest(run_id="r", store=tmp_path / "r", experiment=experiment(5)))
        watched.until(lambda: bool(watched.finishes) and bool(watched.replies))
        assert watched.finishes == [FinishReason.COMPLETED]
        watched.train(TrainRequest(run_id="s", store=tmp_path / "s", experiment=experiment(10**6)))
        watched.until_state(EngineState.TRAINING)
    finally:
        watched.host.close()
    assert watched.finishes == [FinishReason.STOPPED]
