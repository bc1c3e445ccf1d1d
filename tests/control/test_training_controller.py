"""The controller's side of an engine's life, with an engine that can die on demand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from gradviz.control import restart_policy, training_controller
from gradviz.control.engine_link import EngineLink
from gradviz.control.engine_state import (
    EngineAnswer,
    EngineQuestion,
    EngineState,
    InspectRequest,
    TrainRequest,
)
from gradviz.control.process_link import ProcessLink
from gradviz.control.training_controller import TrainingController
from gradviz.records.run import FinishReason, RunState
from gradviz.spec.experiment import ExperimentSpec

FAKE = Path(__file__).with_name("fake_engine.py")


class Watch:
    """A controller in this thread, and everything that it says."""

    def __init__(self, qtbot, make_link: Callable[[QObject], EngineLink]) -> None:
        self.qtbot = qtbot
        self.links: list[EngineLink] = []

        def making(parent: QObject) -> EngineLink:
            self.links.append(make_link(parent))
            return self.links[-1]

        self.controller = TrainingController(making)
        self.statuses, self.replies, self.changes, self.logs = [], [], [], []
        self.controller.engine_changed.connect(self.statuses.append)
        self.controller.inspected.connect(self.replies.append)
        self.controller.run_changed.connect(self.changes.append)
        self.controller.logged.connect(self.logs.append)

    @property
    def states(self) -> list[EngineState]:
        return [status.state for status in self.statuses]

    def until(self, check: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(check, timeout=20_000)

    def until_state(self, state: EngineState) -> None:
        self.until(lambda: bool(self.states) and self.states[-1] is state)

    def finishes(self, run: str) -> list[tuple[FinishReason | None, int]]:
        return [
            (c.status.finish, c.status.steps)
            for c in self.changes
            if c.run_id == run and c.status.state is RunState.FINISHED
        ]


@pytest.fixture
def watch(qtbot, monkeypatch) -> Iterator[Callable[..., Watch]]:
    monkeypatch.setattr(restart_policy, "BACK_OFF_MS", (0, 10, 20))
    watches: list[Watch] = []

    def make(how: str) -> Watch:
        command = (sys.executable, [str(FAKE), how])
        watches.append(Watch(qtbot, lambda parent: ProcessLink(parent, command=command)))
        return watches[-1]

    yield make
    for watch in watches:
        watch.controller.shutdown()


def asked(run: str, tmp_path: Path, *, paused: bool = False) -> TrainRequest:
    return TrainRequest(run_id=run, store=tmp_path / run, experiment=ExperimentSpec(), paused=paused)


def test_how_far_the_data_are_is_said_until_the_run_begins(watch, tmp_path: Path) -> None:
    w = watch("waiting")
    w.controller.train(asked("r", tmp_path))
    w.controller.start()
    w.until(lambda: bool(w.statuses) and w.statuses[-1].text == "Downloading x.gz: 1 of 2 MB")
    assert w.states[-1] is EngineState.TRAINING
    w.controller.resume()
    w.until(lambda: w.statuses[-1].text == "Training")


def test_what_is_asked_before_it_is_ready_is_done_then(watch, tmp_path: Path) -> None:
    w = watch("well")
    for number in range(1, 6):
        w.controller.inspect(InspectRequest(id=number, experiment=ExperimentSpec(seed=number)))
    w.controller.train(asked("r", tmp_path))
    w.controller.start()
    w.until_state(EngineState.TRAINING)
    w.until(lambda: len(w.replies) == 1)
    assert w.replies[0].id == 5
    assert w.replies[0].inspection.input_shape == (5,)
    assert w.states[:2] == [EngineState.STARTING, EngineState.READY]
    assert w.statuses[-1].devices == ("cpu",)
    assert w.statuses[-1].catalogue is not None


def test_a_burst_of_questions_is_answered_first_and_newest(watch) -> None:
    w = watch("well")
    w.controller.start()
    w.until_state(EngineState.READY)
    for number in range(1, 20):
        w.controller.inspect(InspectRequest(id=number, experiment=ExperimentSpec(seed=number)))
    w.until(lambda: len(w.replies) == 2)
    assert [reply.id for reply in w.replies] == [1, 19]


def test_orders_reach_the_run_and_one_finish_counts(watch, tmp_path: Path) -> None:
    w = watch("well")
    w.controller.start()
    w.controller.train(asked("r", tmp_path, paused=True))
    w.until_state(EngineState.PAUSED)
    w.controller.resume()
    w.until_state(EngineState.TRAINING)
    w.controller.pause()
    w.until_state(EngineState.PAUSED)
    w.controller.stop()
    w.until_state(EngineState.READY)
    w.controller.stop()
    w.controller.inspect(InspectRequest(id=1, experiment=ExperimentSpec()))
    w.until(lambda: bool(w.replies))  # by then the engine's second, wrong finish has come as well
    assert w.finishes("r") == [(FinishReason.STOPPED, 2)]


def test_a_waiting_run_can_be_given_up_paused_and_replaced(watch, tmp_path: Path) -> None:
    w = watch("well")
    w.controller.train(asked("a", tmp_path))
    w.controller.train(asked("b", tmp_path))
    assert w.finishes("a") == [(FinishReason.STOPPED, 0)]
    w.controller.pause()
    w.controller.start()
    w.until_state(EngineState.PAUSED)
    w.controller.train(asked("c", tmp_path))
    w.controller.stop()
    assert w.finishes("c") == [(FinishReason.STOPPED, 0)]
    w.until(lambda: bool(w.finishes("b")))
    assert w.states[-1] is EngineState.READY


def test_after_a_stop_the_next_run_follows(watch, tmp_path: Path) -> None:
    w = watch("well")
    w.controller.start()
    w.controller.train(asked("a", tmp_path))
    w.until_state(EngineState.TRAINING)
    w.controller.stop()
    w.controller.train(asked("b", tmp_path))
    w.until(lambda: bool(w.changes) and w.changes[-1].run_id == "b")
    assert len(w.finishes("a")) == 1
    assert w.finishes("b") == []


def test_a_killed_engine_is_replaced_and_its_run_failed_once(watch, tmp_path: Path) -> None:
    w = watch("well")
    w.controller.start()
    w.controller.train(asked("r", tmp_path))
    w.until(lambda: bool(w.changes))
    w.controller.set_lr(0.0)
    w.until(lambda: w.states.count(EngineState.READY) == 2)
    assert [finish for finish, _ in w.finishes("r")] == [FinishReason.FAILED]
    reason = w.changes[-1].status.reason
    assert "killed (signal 9)" in reason
    assert "A new engine is starting" in reason
    assert w.states.count(EngineState.RESTARTING) == 1
    w.controller.train(asked("again", tmp_path))
    w.until(lambda: bool(w.changes) and w.changes[-1].run_id == "again")


def test_a_question_that_kills_engines_is_answered_and_not_asked_for_ever(watch) -> None:
    w = watch("fragile")
    w.controller.start()
    w.controller.inspect(InspectRequest(id=1, experiment=ExperimentSpec()))
    w.until(lambda: bool(w.replies))
    assert "died twice" in w.replies[0].error
    w.until(lambda: len(w.links) == 3)
    w.until_state(EngineState.READY)
    assert len(w.replies) == 1


def test_every_other_question_is_answered_once(watch) -> None:
    w = watch("well")
    answers: list[EngineAnswer] = []
    w.controller.answered.connect(answers.append)
    question = EngineQuestion(id=1, question="expand", details={"path": [0]})
    w.controller.ask(question)
    assert "not ready" in answers.pop().error
    w.controller.start()
    w.until_state(EngineState.READY)
    w.controller.ask(question)
    w.until(lambda: bool(answers))
    assert answers == [EngineAnswer(id=1, answer={"layers": []})]


def test_a_question_over_which_the_engine_dies_is_answered(watch) -> None:
    w = watch("fragile")
    answers: list[EngineAnswer] = []
    w.controller.answered.connect(answers.append)
    w.controller.start()
    w.until_state(EngineState.READY)
    w.controller.ask(EngineQuestion(id=1, question="expand", details={"path": [0]}))
    w.until(lambda: bool(answers))
    assert "died over this question" in answers[0].error


def test_an_engine_that_never_comes_up_fails_with_its_own_words(watch, tmp_path: Path) -> None:
    w = watch("doomed")
    w.controller.train(asked("r", tmp_path))
    w.controller.start()
    w.until_state(EngineState.FAILED)
    assert len(w.links) == restart_policy.MISSES_ALLOWED
    assert "the reason stands here" in w.statuses[-1].text
    assert "exit status 3" in w.statuses[-1].text
    assert w.finishes("r") == [(FinishReason.FAILED, 0)]
    w.controller.train(asked("s", tmp_path))
    assert w.finishes("s") == [(FinishReason.FAILED, 0)]
    w.controller.start()
    w.until(lambda: w.states.count(EngineState.FAILED) == 2)
    assert len(w.links) == 2 * restart_policy.MISSES_ALLOWED


def test_a_program_that_is_not_there_fails_at_once(qtbot, watch) -> None:
    w = watch("well")
    w.links = []
    missing = TrainingController(lambda parent: ProcessLink(parent, command=("/does/not/exist", [])))
    statuses = []
    missing.engine_changed.connect(statuses.append)
    missing.start()
    qtbot.waitUntil(lambda: bool(statuses) and statuses[-1].state is EngineState.FAILED)
    assert [s.state for s in statuses] == [EngineState.STARTING, EngineState.FAILED]
    missing.shutdown()


def test_a_flood_of_complaints_is_cut(watch, tmp_path: Path) -> None:
    w = watch("well")
    w.controller.start()
    w.controller.train(asked("r", tmp_path))
    w.until(lambda: bool(w.changes))
    w.controller.set_lr(1.0)
    w.until(lambda: len(w.logs) >= 50)
    w.controller.stop()
    w.until_state(EngineState.READY)
    assert len(w.logs) <= 250


def test_shutdown_while_training_finishes_the_run(watch, tmp_path: Path) -> None:
    w = watch("well")
    w.controller.start()
    w.controller.train(asked("r", tmp_path))
    w.until(lambda: bool(w.changes))
    w.controller.shutdown()
    assert w.finishes("r") == [(FinishReason.STOPPED, 4)]
    assert EngineState.RESTARTING not in w.states


def test_shutdown_before_it_is_up_does_not_wait(watch) -> None:
    w = watch("mute")
    w.controller.start()
    w.qtbot.wait(50)
    w.controller.shutdown()
    assert w.states == [EngineState.STARTING]


def test_an_engine_that_does_not_end_is_killed(watch, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(training_controller, "GRACE_MS", 300)
    w = watch("stubborn")
    w.controller.start()
    w.controller.train(asked("r", tmp_path))
    w.until(lambda: bool(w.changes))
    w.controller.shutdown()
    assert len(w.finishes("r")) == 1
