"""A gradient norm over the steps in one cell: log10, each on its own scale of at least a decade.

What is no power of ten stands as a short stroke in its own colour: exact zero below, infinity above, NaN
all through.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gradviz.views.appearance import appearance
from gradviz.views.layer_table.model import COURSE_ROLE, RESTING_ROLE
from gradviz.views.plots.edge_marks import Mark, kinds, tone
from gradviz.views.plots.magnitude import log10

_LEAST_DECADES = 1.0
_STROKE = 3
_PAD_X, _PAD_Y = 6, 5


class SparklineDelegate(QStyledItemDelegate):
    """Draws the course that a cell has; `cursor` is the shown step, marked in it."""

    cursor = -1

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the line, its end, the cursor, and what is not finite."""
        super().paint(painter, option, index)
        steps, norms = index.data(COURSE_ROLE)
        if len(steps) < 2:
            return
        theme = appearance().theme
        room = QRectF(option.rect).adjusted(_PAD_X, _PAD_Y, -_PAD_X, -_PAD_Y)  # type: ignore[attr-defined]
        places = room.left() + (steps - steps[0]) / (steps[-1] - steps[0]) * room.width()
        painter.save()
        if steps[0] <= self.cursor < steps[-1]:
            at = float(np.interp(self.cursor, steps, places))
            painter.setPen(QPen(QColor(theme.field_line), 1))
            painter.drawLine(QPointF(at, room.top() - 3), QPointF(at, room.bottom() + 3))
        found = kinds(norms, index.data(RESTING_ROLE))
        ends = {
            Mark.ZERO: (room.bottom() - _STROKE, room.bottom()),
            Mark.FROZEN: (room.bottom() - 1, room.bottom()),
            Mark.INFINITE: (room.top(), room.top() + _STROKE),
            Mark.NAN: (room.top(), room.bottom()),
        }
        for mark, (top, bottom) in ends.items():
            for first, last in _stretches(np.isin(np.arange(len(places)), found[mark])):
                stroke = QRectF(QPointF(places[first], top), QPointF(places[last - 1], bottom))
                painter.fillRect(stroke.adjusted(-0.5, -0.5, 0.5, 0.5), QColor(tone(theme, mark)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent), 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for line in _lines(places, log10(norms), room):
            painter.drawPolyline(line)
        painter.restore()


def _lines(places: np.ndarray, logs: np.ndarray, room: QRectF) -> list[QPolygonF]:
    """The finite stretches, from the bottom of the room to its top."""
    finite = np.isfinite(logs)
    if not finite.any():
        return []
    low, high = float(logs[finite].min()), float(logs[finite].max())
    span = max(high - low, _LEAST_DECADES)
    middle = (low + high) / 2
    heights = room.center().y() - (logs - middle) / span * room.height()
    return [
        QPolygonF([QPointF(x, y) for x, y in zip(places[start:stop], heights[start:stop], strict=True)])
        for start, stop in _stretches(finite)
        if stop - start > 1
    ]


def _stretches(which: np.ndarray) -> list[tuple[int, int]]:
    """From where to before where the entries of a mask hold, as often as they do."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], which, [False]]).astype(np.int8))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
