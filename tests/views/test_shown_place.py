"""Where the user was is there again: after another run was shown, and after a session is opened again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from recorded_runs import record

from gradviz.control.engine_state import EngineState, RunChange


@pytest.fixture
def two_runs(window, host, qtbot):
    """Have the played engine record two runs of 50 steps; their ids."""
    ids = []
    for _ in range(2):
        qtbot.mouseClick(window.toolbar.train, Qt.MouseButton.LeftButton)
        request = host.asked[-1][1]
        host.be(EngineState.TRAINING)
        status = record(request.store, run_id=request.run_id, steps=50)
        _until_shown(window, qtbot, request.run_id)
        host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))
        host.be(EngineState.READY)
        ids.append(request.run_id)
    return ids


def test_each_run_is_shown_at_the_step_that_was_looked_at(window, document, two_runs, qtbot) -> None:
    first, second = two_runs
    window.runs.clock.set_cursor(20)
    window.runs.show_run(document.run(first))
    _until_shown(window, qtbot, first)
    assert window.runs.clock.snapshot.live
    window.runs.show_run(document.run(second))
    _until_shown(window, qtbot, second)
    assert window.runs.clock.snapshot.cursor == 20
    assert not window.time_bar.live.isChecked()
    assert window.time_bar.field.value() == 20


def test_a_saved_session_opens_where_it_was(window, document, two_runs, qtbot, tmp_path) -> None:
    first, _ = two_runs
    window.runs.show_run(document.run(first))
    _until_shown(window, qtbot, first)
    window.runs.clock.set_cursor(31)
    window.wiring.selection.select_row(12)
    path = tmp_path / "kept.gradviz"
    with qtbot.waitSignal(document.save_finished):
        document.save(path)
    assert not document.is_dirty
    document.new()
    document.open(path)
    _until_shown(window, qtbot, first)
    assert window.time_bar.runs.currentText() == "Run 1"
    assert window.runs.clock.snapshot.cursor == 31
    assert window.wiring.selection.name == "Linear 13"
    assert window.plots.plot("histograms").chooser.currentText() == "Linear 13"


def test_after_a_run_was_picked_the_keys_go_through_its_steps(window, document, two_runs, qtbot) -> None:
    _, second = two_runs
    window.activateWindow()
    window.time_bar.runs.setFocus()
    window.time_bar.runs.picked.emit()
    assert window.time_bar.track.hasFocus()
    qtbot.keyClick(window.time_bar.track, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.cursor == 0)
    assert window.runs.clock.run.id == second
    window.time_bar.show_nothing()
    window.time_bar.runs.setFocus()
    window.time_bar.runs.picked.emit()
    assert not window.time_bar.runs.hasFocus()


def _until_shown(window, qtbot, run_id: str) -> None:
    clock = window.runs.clock
    qtbot.waitUntil(
        lambda: (
            clock.snapshot is not None
            and clock.snapshot.run.id == run_id
            and clock.snapshot.last_step == 49
            and clock.snapshot.layer is not None
        )
    )
