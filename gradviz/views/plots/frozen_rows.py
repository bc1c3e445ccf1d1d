"""Hatching of the layers that did not learn: there, in the flow map, their gradient says nothing."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from gradviz.records.frozen import Frozen
from gradviz.views.theme import LIGHT, Theme


class FrozenRows(pg.GraphicsObject):  # type: ignore[misc]
    """Hatches spans of rows."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._spans: tuple[Frozen, ...] = ()
        self._last = 0
        self.setZValue(10)

    @property
    def spans(self) -> tuple[Frozen, ...]:
        """What is hatched."""
        return self._spans

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def show_spans(self, spans: tuple[Frozen, ...], last_step: int) -> None:
        """Hatch those, what is frozen still up to the last step."""
        if (spans, last_step if spans else 0) != (self._spans, self._last):
            self.prepareGeometryChange()
            self._spans, self._last = spans, last_step if spans else 0
            self.update()

    def contains_place(self, row: int, step: float) -> bool:
        """Whether that layer was frozen at that step."""
        return any(span.row == row and span.covers(step) for span in self._spans)

    def boundingRect(self) -> QRectF:
        """All spans."""
        rect = QRectF()
        for span in self._spans:
            rect = rect.united(self._rect(span))
        return rect

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Draw ground and hatching; the hatching keeps its width on the screen."""
        ground, lines = QColor(self._theme.ground), QBrush(QColor(self._theme.zero))
        lines.setStyle(Qt.BrushStyle.BDiagPattern)
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        for span in self._spans:
            rect = to_screen.mapRect(self._rect(span)).adjusted(0, 0.5, 0, -0.5)
            painter.fillRect(rect, ground)
            painter.setBrushOrigin(QPointF(0, 0))
            painter.fillRect(rect, lines)
        painter.restore()

    def _rect(self, span: Frozen) -> QRectF:
        end = self._last + 1 if span.end is None else span.end
        return QRectF(span.first - 0.5, span.row - 0.5, max(end - span.first, 0), 1)
