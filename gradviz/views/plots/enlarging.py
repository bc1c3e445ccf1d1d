"""One place of the plots enlarged to the whole middle, and all of them back as they stood.

The others are hidden and not moved: no plot is made anew, and what is hidden is not drawn.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


class Enlarging(QObject):
    """Knows which place has all the room; Esc ends it."""

    changed = Signal()
    """Other places are in sight."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place: QWidget | None = None
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), parent)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.end)

    @property
    def place(self) -> QWidget | None:
        """The place that has all the room."""
        return self._place

    def hides(self, place: QWidget) -> bool:
        """Whether a place has no room now."""
        return self._place is not None and self._place is not place

    def toggle(self, place: QWidget) -> None:
        """Give a place all the room, or let the others back."""
        was = self._place
        self.end()
        if was is not place:
            self._tell(place)

    def end(self) -> None:
        """Show all places, each at its size."""
        if self._place is not None:
            self._tell(None)

    def _tell(self, place: QWidget | None) -> None:
        self._place = place
        self._escape.setEnabled(place is not None)
        self.changed.emit()
