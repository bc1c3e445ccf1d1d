"""Keys where a plot was clicked move through layers and steps."""

from __future__ import annotations

import pointer
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.views.plots.plot_tabs import PlotTabs


@pytest.fixture
def clicked(window, run, qtbot):
    """The window, a run of 100 steps shown, after a click on the map's fifth layer."""
    window.runs.show_run(run("keys", steps=100, layers=12))
    clock = window.runs.clock
    qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.last_step == 99)
    window.activateWindow()
    canvas = window.plots.flow.canvas
    pointer.click(canvas, canvas.boxes[0], 50, 4)
    assert isinstance(QApplication.focusWidget(), PlotTabs)
    return window


def press(*keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key)


def test_up_and_down_go_through_the_layers(clicked) -> None:
    selection = clicked.wiring.selection
    assert selection.row == 4
    press(Qt.Key.Key_Up, Qt.Key.Key_Up)
    assert selection.row == 6
    press(*[Qt.Key.Key_Down] * 9)
    assert selection.row == 0


def test_shift_takes_the_layers_up_to_the_next(clicked) -> None:
    selection = clicked.wiring.selection
    shift = Qt.KeyboardModifier.ShiftModifier
    for key, rows in (
        (Qt.Key.Key_Up, (5, 4)),
        (Qt.Key.Key_Up, (6, 5, 4)),
        (Qt.Key.Key_Down, (5, 4)),
        (Qt.Key.Key_Down, (4,)),
        (Qt.Key.Key_Down, (3, 4)),
    ):
        QTest.keyClick(QApplication.focusWidget(), key, shift)
        assert selection.rows == rows
    press(*[Qt.Key.Key_Down] * 4)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down, shift)
    assert selection.rows == (0,)


def test_the_others_move_the_cursor(clicked, qtbot) -> None:
    clock = clicked.runs.clock
    for key, step in (
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_End, 99),
        (Qt.Key.Key_Left, 98),
    ):
        press(key)
        qtbot.waitUntil(lambda step=step: clock.snapshot.cursor == step)
    before = clicked.wiring.selection.row
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert clicked.wiring.selection.row == before
