"""A reason stands as long as somebody may read it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gradviz.views.refused_note import RefusedNote


@pytest.fixture
def shown(app, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    control = QLineEdit(window)
    note = RefusedNote(control, window)
    column = QVBoxLayout(window)
    column.addWidget(control)
    column.addWidget(note)
    window.show()
    return window, control, note


def test_it_is_there_until_it_is_told_nothing(shown) -> None:
    _, control, note = shown
    assert not note.isVisible()
    note.say("It must be from 1 to 9")
    assert note.isVisible()
    assert control.property("wrong") == "yes"
    note.say("")
    assert not note.isVisible()
    assert control.property("wrong") == ""


def test_it_goes_by_itself_but_not_under_the_pointer(shown, qtbot) -> None:
    window, control, note = shown
    note.say("It must be from 1 to 9")
    window.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    note._ends.setInterval(1)
    with qtbot.waitSignals([note._ends.timeout] * 2):
        note._ends.start()
    assert note.isVisible()
    window.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # noqa: FBT003 - Qt's own
    qtbot.waitUntil(lambda: not note.isVisible())
    assert control.property("wrong") == ""
