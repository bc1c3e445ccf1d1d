"""Draws the signal's ways: straight from card to card, round past what a shortcut skips."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.scene import Line
from gradviz.views.theme import Theme

_ROUND = 16.0
_ARROW = 4.0
_ARROW_FROM = 9.0
"""Shorter lines have no arrow head."""


def paint_lines(painter: QPainter, lines: Iterable[Line], camera: Camera, theme: Theme) -> None:
    """Draw the lines that are in sight."""
    plain, skips = QColor(theme.disabled), QColor(theme.secondary)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in lines:
        points = [QPointF(*_sharp(camera.to_view(x, y))) for x, y in line.points]
        colour = skips if line.skips else plain
        painter.setPen(QPen(colour, 1.5 if line.skips else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(points) == 2:
            painter.drawLine(points[0], points[1])
        else:
            painter.drawPath(_rounded(points, min(_ROUND * camera.zoom, _ROUND)))
        if line.arrow:
            _paint_arrow(painter, points[-2], points[-1], colour)


def _sharp(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0]) + 0.5, round(place[1]) + 0.5


def _rounded(points: list[QPointF], radius: float) -> QPainterPath:
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _toward(corner, before, radius), _toward(corner, after, radius)
        path.lineTo(into)
        path.quadTo(corner, out)
    path.lineTo(points[-1])
    return path


def _toward(start: QPointF, end: QPointF, distance: float) -> QPointF:
    """A place on the way, at most half of it."""
    way = end - start
    length = hypot(way.x(), way.y())
    return start + way * (min(distance, length / 2) / length) if length else start


def _paint_arrow(painter: QPainter, start: QPointF, end: QPointF, colour: QColor) -> None:
    way = end - start
    length = hypot(way.x(), way.y())
    if length < _ARROW_FROM:
        return
    x, y = way.x() / length * _ARROW, way.y() / length * _ARROW
    side = QPointF(-y * 0.8, x * 0.8)
    back = end - QPointF(x * 1.5, y * 1.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([end, back + side, back - side]))
