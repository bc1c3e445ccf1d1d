"""The engine's life in this process, between two in-memory streams."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradviz.engine import machine
from gradviz.engine.serve import serve
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.writer import COMMIT_SECONDS
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec, TrainingSpec
from gradviz.spec.json_codec import to_raw
from gradviz.training.control import RunControl

LONG = to_raw(
    ExperimentSpec(
        data=DataSpec(name="moons", parameters={"samples": 64}, batch_size=16),
        model=ModelSpec(layers=(LayerSpec(kind="Linear", parameters={"out_features": "classes"}),)),
        training=TrainingSpec(steps=1_000_000),
    )
)


class Streams:
    """What `serve` reads from and writes to; `broken` makes writing fail from then on."""

    def __init__(self) -> None:
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        self.broken = False
        self._came = threading.Condition()

    def __iter__(self) -> Iterator[str]:
        while (line := self.lines.get()) is not None:
            yield line

    def write(self, text: str) -> None:
        if self.broken:
            raise BrokenPipeError
        with self._came:
            self.events += [json.loads(line) for line in text.splitlines()]
            self._came.notify_all()

    def flush(self) -> None:
        pass

    def send(self, do: str, **content: Any) -> None:
        self.lines.put(json.dumps({"do": do, **content}) + "\n")

    def until(self, check: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        with self._came:
            assert self._came.wait_for(lambda: any(map(check, self.events)), 30), self.events
        return next(filter(check, self.events))


@pytest.fixture
def streams(monkeypatch) -> Iterator[Streams]:
    monkeypatch.setenv("GRADVIZ_THREADS", "1")
    streams = Streams()
    thread = threading.Thread(target=serve, args=(streams, streams))
    thread.start()
    streams.thread = thread
    yield streams
    streams.lines.put(None)
    thread.join(30)
    assert not thread.is_alive()


def test_the_end_of_its_lines_ends_it(streams) -> None:
    streams.until(lambda e: e["event"] == "ready")
    streams.lines.put(None)
    streams.thread.join(10)
    assert not streams.thread.is_alive()


def test_quit_ends_it_while_training_and_nothing_after_is_done(streams, tmp_path: Path) -> None:
    streams.send("train", run="r", store=str(tmp_path / "r"), experiment=LONG)
    streams.until(lambda e: e.get("state") == "running")
    streams.send("quit")
    streams.send("inspect", id=1, experiment=LONG)
    streams.thread.join(20)
    assert not streams.thread.is_alive()
    assert streams.events[-1]["finish"] == "stopped"
    with RunReader(tmp_path / "r") as reader:
        assert reader.status.state is RunState.FINISHED


def test_a_listener_that_left_ends_it(streams, tmp_path: Path) -> None:
    streams.send("train", run="r", store=str(tmp_path / "r"), experiment=LONG)
    streams.until(lambda e: e.get("state") == "running")
    streams.broken = True
    streams.send("inspect", id=1, experiment=LONG)
    streams.thread.join(20)
    assert not streams.thread.is_alive()
    with RunReader(tmp_path / "r") as reader:
        assert reader.status.finish is FinishReason.STOPPED


def test_lines_that_break_off_end_it(monkeypatch) -> None:
    monkeypatch.setenv("GRADVIZ_THREADS", "1")

    class Broken(Streams):
        def __iter__(self) -> Iterator[str]:
            raise OSError("gone")
            yield ""

    streams = Broken()
    serve(streams, streams)
    assert streams.events[0]["event"] == "ready"


def test_an_augmentation_that_does_not_fit_is_answered_at_its_section(streams) -> None:
    streams.send("inspect", id=1, experiment={**LONG, "augmentation": {"flip": True}})
    answer = streams.until(lambda e: e["event"] == "inspected")
    assert answer["where"] == "augmentation"
    assert answer["error"].startswith("augmentation is for images")


def test_a_loss_that_does_not_fit_is_answered_at_its_name(streams) -> None:
    streams.send("inspect", id=1, experiment={**LONG, "loss": {"name": "mae"}})
    answer = streams.until(lambda e: e["event"] == "inspected")
    assert answer["where"] == "loss.name"
    assert answer["error"].startswith("mae is for numbers")


def test_a_surprise_while_inspecting_is_answered(streams, monkeypatch) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("unheard of")

    monkeypatch.setattr("gradviz.engine.serve.inspect", explode)
    streams.send("inspect", id=1, experiment=LONG)
    answer = streams.until(lambda e: e["event"] == "inspected")
    assert "unheard of" in answer["error"]


def test_a_surprise_while_training_is_one_failed_finish(streams, monkeypatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("unheard of")

    monkeypatch.setattr("gradviz.engine.serve.train", explode)
    streams.send("train", run="r", store="s", experiment=LONG)
    finish = streams.until(lambda e: e["event"] == "status")
    assert (finish["state"], finish["finish"]) == ("finished", "failed")
    assert "unheard of" in finish["reason"]


def answer_to(streams: Streams, number: int) -> dict[str, Any]:
    return streams.until(lambda e: e["event"] == "answered" and e["id"] == number)


def test_a_range_test_is_answered_and_the_engine_is_ready_again(streams) -> None:
    streams.send("lr_range", id=1, experiment=LONG, low=1e-4, high=1e3, steps=60)
    found = answer_to(streams, 1)["answer"]
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) > 20
    assert found["proposal"] == pytest.approx(found["lowest"] / 10, rel=0.06)
    assert "take" in found["sentence"]
    streams.send("inspect", id=2, experiment=LONG)
    assert "inspection" in streams.until(lambda e: e["event"] == "inspected")


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"low": 1.0, "high": 0.1}, "must rise"),
        ({"steps": "many"}, "as numbers"),
        ({"experiment": {**LONG, "optimizer": {"name": "Rprop"}}}, "no learning rate"),
        ({"experiment": {**LONG, "data": {"name": "moon"}}}, "did you mean “moons”"),
    ],
)
def test_a_range_test_that_cannot_be_made_is_a_sentence(streams, details: dict, said: str) -> None:
    streams.send("lr_range", id=1, **{"experiment": LONG, **details})
    assert said in answer_to(streams, 1)["error"]


def test_a_run_comes_before_a_range_test(streams, tmp_path: Path) -> None:
    streams.send("train", run="r", store=str(tmp_path / "r"), experiment=LONG)
    streams.until(lambda e: e.get("state") == "running")
    streams.send("lr_range", id=1, experiment=LONG)
    assert answer_to(streams, 1)["error"].startswith("A run is training")
    streams.send("stop")
    streams.until(lambda e: e.get("state") == "finished")


def test_what_is_asked_during_a_range_test_is_answered_and_a_run_ends_it(streams, tmp_path: Path) -> None:
    streams.send("lr_range", id=1, experiment=LONG, steps=10_000, high=1e-6)
    streams.send("inspect", id=2, experiment=LONG)
    streams.send("set_lr", lr=1e9)
    streams.send("pause")
    streams.send("train", run="r", store=str(tmp_path / "r"), experiment=LONG)
    streams.until(lambda e: e.get("state") == "running")
    kinds = [e["event"] for e in streams.events]
    assert kinds.index("inspected") < kinds.index("answered") < kinds.index("status")
    assert "stopped" in str(answer_to(streams, 1))
    streams.send("quit")
    streams.until(lambda e: e.get("state") == "finished")


def test_a_step_of_a_run_is_replayed_when_no_run_is_training(streams, tmp_path: Path) -> None:
    asked = {"run": "r", "path": str(tmp_path / "r"), "step": 2}
    streams.send("train", run="r", store=asked["path"], experiment=LONG)
    streams.until(lambda e: e.get("state") == "running")
    streams.send("replay", id=1, **asked)
    assert answer_to(streams, 1)["error"] == "A run is training; a step can be replayed when it has ended."
    streams.send("step")
    streams.send("stop")
    streams.until(lambda e: e.get("state") == "finished")
    streams.send("replay", id=2, **{**asked, "step": 0})
    found = answer_to(streams, 2)["answer"]
    assert (found["step"], found["start"], found["same"], found["forward"]) == (0, 0, True, None)
    assert "every value was finite" in found["sentence"]
    for number, (changes, said) in enumerate(
        (
            ({"step": 10**6}, "was not recorded"),
            ({"step": "2"}, "“step” as a whole number"),
            ({"run": "other"}, "no such run"),
            ({"path": str(tmp_path / "none")}, "none"),
        ),
        start=3,
    ):
        streams.send("replay", id=number, **{**asked, **changes})
        assert said in answer_to(streams, number)["error"]


def test_quit_ends_a_range_test(streams) -> None:
    streams.send("lr_range", id=1, experiment=LONG, steps=10_000, high=1e-6)
    streams.send("quit")
    streams.thread.join(15)
    assert not streams.thread.is_alive()


def test_threads(monkeypatch) -> None:
    monkeypatch.setenv("GRADVIZ_THREADS", "3")
    assert machine.thread_count() == 3
    monkeypatch.delenv("GRADVIZ_THREADS")
    monkeypatch.setattr(machine, "_cores", lambda: 8)
    assert machine.thread_count() == 7
    monkeypatch.setattr(machine, "_cores", lambda: 1)
    assert machine.thread_count() == 1
    for bad in ("0", "-1", "x", "1.5"):
        monkeypatch.setenv("GRADVIZ_THREADS", bad)
        with pytest.raises(ValueError, match="GRADVIZ_THREADS"):
            machine.thread_count()


def test_what_a_window_trains_is_committed_as_fast_as_it_is_drawn(
    streams, tmp_path: Path, monkeypatch
) -> None:
    seconds = []

    def look(_experiment: ExperimentSpec, _store: Path, control: RunControl, **_others: Any) -> RunStatus:
        seconds.append(control.commit_seconds)
        return RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED)

    monkeypatch.setattr("gradviz.engine.serve.train", look)
    streams.send("train", run="a", store=str(tmp_path / "a.db"), experiment=LONG)
    streams.until(lambda e: e.get("state") == "finished")
    assert seconds == [COMMIT_SECONDS]
    assert RunControl().commit_seconds > COMMIT_SECONDS
