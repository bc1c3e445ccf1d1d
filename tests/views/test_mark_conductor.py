"""Marking in the whole window: a key marks the shown step, and a saved session has it still."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from recorded_runs import record

from gradviz.control.engine_state import RunChange
from gradviz.control.marked_steps import MARKED, MOST
from gradviz.control.session_document import SessionDocument


def recorded(window, document, qtbot) -> str:
    request = document.new_run()
    status = record(request.store, run_id=request.run_id, layers=5, steps=60)
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    window.runs.show_run(document.run(request.run_id))
    qtbot.waitUntil(lambda: window.runs.clock.snapshot is not None)
    return request.run_id


def at(window, step, qtbot) -> None:
    window.runs.clock.set_cursor(step)
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.cursor == step)


def test_a_key_marks_the_shown_step_in_all_plots_and_takes_it_away(window, document, qtbot) -> None:
    mark, unmark = (window.actions_by_key[key] for key in ("view.mark", "view.unmark"))
    assert not mark.isEnabled()
    run = recorded(window, document, qtbot)
    at(window, 30, qtbot)
    assert not unmark.isEnabled()
    QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    plots = window.plots
    qtbot.waitUntil(lambda: list(plots.plot("profile").lines.marked.curves) == [30])
    assert list(plots.flow.places.lines[0].lines) == [30]
    assert list(plots.plot("curves.learning").places.lines[0].lines) == [30]
    plots.flow.canvas.centralLayout.activate()
    ends = [
        (frame.canvas.y() + box.mapRectToScene(box.rect()).top(), box.rect().height())
        for frame in (plots.flow, plots.plot("profile"))
        for box in frame.canvas.boxes
    ]
    assert ends[0] == pytest.approx(ends[1], abs=1)  # rows stay beside those of the map
    assert mark.text() == "Remove mark of shown step"
    assert document.layout[MARKED] == {run: [30]}
    at(window, 10, qtbot)
    assert mark.text() == "Mark shown step"
    window.actions_by_key["view.next_event"].trigger()
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.cursor == 30)
    mark.trigger()
    qtbot.waitUntil(lambda: plots.plot("profile").lines.marked.curves == {})


def test_the_menus_of_plots_that_show_marks_have_it(window) -> None:
    mark = window.actions_by_key["view.mark"]
    for key in ("flow", "profile", "curves.learning", "updates"):
        assert mark in window.plots.plot(key).menu.actions()
    assert mark not in window.plots.plot("histograms").menu.actions()


def test_when_there_are_enough_it_says_so(window, document, qtbot) -> None:
    recorded(window, document, qtbot)
    mark = window.actions_by_key["view.mark"]
    for step in range(MOST):
        at(window, 10 * step, qtbot)
        mark.trigger()
    at(window, 55, qtbot)
    assert not mark.isEnabled()
    assert "5 steps are marked" in mark.toolTip()
    at(window, 40, qtbot)
    assert mark.isEnabled()
    window.actions_by_key["view.unmark"].trigger()
    assert window.runs.marked.steps == ()


def test_marks_are_saved_with_the_session(window, document, qtbot, tmp_path) -> None:
    run = recorded(window, document, qtbot)
    at(window, 30, qtbot)
    window.actions_by_key["view.mark"].trigger()
    path = tmp_path / "a.gradviz"
    with qtbot.waitSignal(document.save_finished):
        document.save(path)
    again = SessionDocument()
    again.open(path)
    assert again.layout[MARKED] == {run: [30]}
    again.close()
