"""What a person does to a control, for tests of panels."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QWidget


def choose(combo, text: str) -> None:
    """Choose an item of a combo box."""
    combo.setCurrentText(text)
    combo.textActivated.emit(text)


def enter(qtbot, widget, text: str) -> None:
    """Write a text in the place of what is there, and press Enter."""
    line = widget.lineEdit() if isinstance(widget, QComboBox) else widget
    line.selectAll()
    if not text.isascii():  # QTest knows no others
        line.setText(text)
    elif text:
        qtbot.keyClicks(line, text)
    else:
        qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def turn_wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel over a widget: whoever does not want it passes it on to what is around."""
    place = widget.mapToGlobal(QPointF(widget.rect().center()))
    taker: QWidget | None = widget
    while taker is not None:
        event = QWheelEvent(
            taker.mapFromGlobal(place),
            place,
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,  # noqa: FBT003 - Qt's own
        )
        event.ignore()
        QApplication.sendEvent(taker, event)
        if event.isAccepted() or taker.isWindow():
            return
        taker = taker.parentWidget()
