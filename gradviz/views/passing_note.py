"""A few words above a place of the time bar that go by themselves: what a key has found, or that it cannot.

They lie over the plots' lower edge. In a row of their own, or in the bar, the track would be another length
for two seconds, and with it every mark at another place.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

SHOWN_MS = 2500
_GAP = 4


class PassingNote(QLabel):
    """Hidden until it is told something; it lies in the window of what it stands above."""

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._anchor = anchor
        self.setProperty("role", "card")
        self.setContentsMargins(8, 4, 8, 4)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ends = QTimer(self)
        self._ends.setSingleShot(True)
        self._ends.setInterval(SHOWN_MS)
        self._ends.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str, x: float) -> None:
        """Show that above the anchor, its middle `x` pixels from the anchor's left where there is room."""
        window = self._anchor.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        self.setText(text)
        self.setAccessibleName(text)
        self.adjustSize()
        top = self._anchor.mapTo(window, QPoint(round(x), 0))
        left = min(max(top.x() - self.width() // 2, _GAP), window.width() - self.width() - _GAP)
        self.move(left, max(top.y() - self.height() - _GAP, 0))
        self.show()
        self.raise_()
        self._ends.start()
