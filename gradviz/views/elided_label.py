"""A quiet line of text that ends in “…” where there is no room, and tells all of it in its tooltip.

What “ · ” separates stays whole: “SGD · lr 0.1 …” and not “SGD · lr 0.1 · one …”, which misleads.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_DOT = " · "
_SHORT = 24
"""So many characters at most are shown whole or not at all, where a label asks for that."""
_FEWEST = 4
"""Fewer characters than these before “…” say nothing."""


class ElidedLabel(QLabel):
    """Takes whatever width it is given. With `short_whole` a few words are shown whole or not at all."""

    def __init__(self, parent: QWidget | None = None, *, short_whole: bool = False) -> None:
        super().__init__(parent)
        self._short_whole = short_whole
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """No width is too small."""
        return QSize(0, super().minimumSizeHint().height())

    def wanted_width(self) -> int:
        """The width of a few words that are shown whole or not at all, or of the first of several parts.

        0 where they can be shortened anywhere.
        """
        text = self.text()
        if not self._short_whole or not text:
            return 0
        if len(text) <= _SHORT:
            return self.sizeHint().width()
        first = text.split(_DOT)[0]
        return 0 if first == text else self.fontMetrics().horizontalAdvance(f"{first} …") + 2

    def setText(self, text: str) -> None:
        """Show a text; all of it is in the tooltip."""
        super().setText(text)
        self.setToolTip(text)

    def shown_text(self) -> str:
        """What fits."""
        metrics, width, text = self.fontMetrics(), self.contentsRect().width(), self.text()
        if self._short_whole and len(text) <= _SHORT and metrics.horizontalAdvance(text) > width:
            return ""
        whole = whole_parts(text, width, metrics.horizontalAdvance)
        shorter = whole or metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return "" if self._short_whole and len(shorter) <= _FEWEST < len(text) else shorter

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )


def whole_parts(text: str, width: int, measure: Callable[[str], int]) -> str:
    """The text, or as many of its parts from the first as fit; empty where not even the first does."""
    if measure(text) <= width:
        return text
    parts = text.split(_DOT)
    for number in range(len(parts) - 1, 0, -1):
        shorter = f"{_DOT.join(parts[:number])} …"
        if measure(shorter) <= width:
            return shorter
    return ""
