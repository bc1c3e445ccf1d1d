"""One place of the plots enlarged to the whole middle, and all of them back as they stood.

The others are hidden and not moved: no plot is made anew, and what is hidden is not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QWidget


class Enlarging(QObject):
    """Knows the splitters around the places; Esc ends it."""

    changed = Signal()
    """Other places are in sight."""

    def __init__(self, splitters: Sequence[QSplitter], parent: QWidget) -> None:
        super().__init__(parent)
        self._splitters = splitters
        self._sizes: list[list[int]] = []
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
            self._sizes = [splitter.sizes() for splitter in self._splitters]
            self._place = place
            self._show(lambda child: child is place or child.isAncestorOf(place))
            self._tell()

    def end(self) -> None:
        """Show all places, each at its size."""
        if self._place is None:
            return
        self._place = None
        self._show(lambda _child: True)
        for splitter, sizes in zip(self._splitters, self._sizes, strict=True):
            splitter.setSizes(sizes)
        self._tell()

    def _show(self, is_in_sight: Callable[[QWidget], bool]) -> None:
        for splitter in self._splitters:
            children = [splitter.widget(at) for at in range(splitter.count())]
            if any(is_in_sight(child) for child in children):
                for child in children:
                    child.setVisible(is_in_sight(child))

    def _tell(self) -> None:
        self._escape.setEnabled(self._place is not None)
        self.changed.emit()
