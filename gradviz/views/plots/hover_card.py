"""The small card at the pointer: layer, step, value with its unit."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

_DISTANCE = 14


class HoverCard(QFrame):
    """Stays inside its parent and never takes the pointer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._inside = parent
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title = QLabel(self)
        self._lines = QLabel(self)
        self._lines.setProperty("role", "secondary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 6)
        layout.setSpacing(0)
        layout.addWidget(self._title)
        layout.addWidget(self._lines)
        self.hide()

    @property
    def text(self) -> str:
        """All that the card says, for tests and screen readers."""
        return self.accessibleDescription()

    def show_at(self, place: QPoint, title: str, lines: list[str]) -> None:
        """Show `title` and `lines` beside `place`."""
        self._title.setText(f"<b>{escape(title)}</b>")
        self._lines.setText("<br>".join(escape(line) for line in lines))
        self.setAccessibleDescription("\n".join([title, *lines]))
        self.adjustSize()
        parent = self._inside.rect()
        x = place.x() + _DISTANCE
        if x + self.width() > parent.right():
            x = place.x() - _DISTANCE - self.width()
        y = place.y() + _DISTANCE
        if y + self.height() > parent.bottom():
            y = place.y() - _DISTANCE - self.height()
        self.move(max(0, x), max(0, y))
        self.show()
        self.raise_()
