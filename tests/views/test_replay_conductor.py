from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from recorded_runs import record

from gradviz.control.engine_state import EngineState, RunChange, StepReplayed


@pytest.fixture
def trained(window, host, qtbot):
    """A run of 100 steps that is over, with an event at step 60."""
    qtbot.mouseClick(window.toolbar.train, Qt.MouseButton.LeftButton)
    request = host.asked[-1][1]
    host.be(EngineState.TRAINING)
    status = record(request.store, run_id=request.run_id, steps=100)
    clock = window.runs.clock
    qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.last_step == 99)
    assert not window.actions_by_key["run.replay"].isEnabled()
    host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))
    host.be(EngineState.READY)
    return request


def test_without_a_run_there_is_nothing_to_replay(window) -> None:
    action = window.actions_by_key["run.replay"]
    assert not action.isEnabled()
    assert "No run is shown." in action.toolTip()


def test_the_shown_step_is_asked_for_and_the_answer_is_told(window, host, trained, qtbot) -> None:
    action = window.actions_by_key["run.replay"]
    track = window.time_bar.track
    place = QPoint(round(track.place_of(60)) + 2, track.height() // 2)
    QTest.mousePress(track, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.cursor == 60)
    assert action in track.actions()
    action.trigger()
    assert host.asked[-1] == ("replay", (trained.run_id, trained.store, 60))
    assert "Step 60 is done again" in window.strip.text
    assert not action.isEnabled()
    number = len(host.asked)
    host.step_replayed.emit(StepReplayed(id=number + 1, sentence="of another one"))
    assert "Step 60 is done again" in window.strip.text
    host.step_replayed.emit(StepReplayed(id=number, sentence="Step 60: every value was finite."))
    assert window.strip.text == "Run 1: Step 60: every value was finite."
    assert action.isEnabled()
    action.trigger()
    host.step_replayed.emit(StepReplayed(id=len(host.asked), error="Stopped."))
    assert window.strip.text == "Run 1: Stopped."
