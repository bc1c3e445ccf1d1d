"""Shows where a dragged plot would go: a line between names, or the room that it would get."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gradviz.views.appearance import appearance

_FILL = 0.12
_LINE = 2


class DropMark(QWidget):
    """Lies over the plots and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_room(self, room: QRect) -> None:
        """Mark that room, or a thin line of it."""
        self.setGeometry(room)
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A line is filled, a room is tinted within a frame."""
        accent = QColor(appearance().theme.accent)
        painter = QPainter(self)
        if self.width() <= 2 * _LINE:
            painter.fillRect(self.rect(), accent)
            return
        tint = QColor(accent)
        tint.setAlphaF(_FILL)
        painter.fillRect(self.rect(), tint)
        painter.setPen(accent)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
