"""Draws what a camera sees of a scene: only what is in sight, frames before what is in them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gradviz.views.diagram.bar_painter import paint_bars
from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.card_painter import CardPainter
from gradviz.views.diagram.detail import font, text_size
from gradviz.views.diagram.line_painter import paint_lines
from gradviz.views.diagram.look import Look
from gradviz.views.diagram.scene import HEADER, Form, Scene

_LINES_FROM = 0.15
_LABELS_FROM = 0.4
_BEYOND = 12.0
"""How far a stack or an arrow may reach out of its place."""


def paint_scene(painter: QPainter, scene: Scene, camera: Camera, look: Look) -> None:
    """Draw the scene."""
    _, top = camera.to_scene(0, -_BEYOND)
    _, bottom = camera.to_scene(0, camera.height + _BEYOND)
    cards = CardPainter(painter, camera, look)
    shown = scene.boxes_between(top, bottom)
    boxes = scene.boxes
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in shown:
        if boxes[number].form is Form.FRAME:
            cards.paint(number, boxes[number])
    if camera.zoom >= _LINES_FROM:
        paint_lines(painter, (scene.lines[n] for n in scene.lines_between(top, bottom)), camera, look.theme)
    small = paint_bars(painter, scene, camera, look)
    for number in shown:
        if boxes[number].form is not Form.FRAME and number not in small and number != look.selected:
            cards.paint(number, boxes[number])
    chosen = look.selected
    if chosen is not None and chosen not in small and boxes[chosen].form is not Form.FRAME:
        cards.paint(chosen, boxes[chosen])
    if camera.zoom >= _LABELS_FROM:
        _paint_labels(painter, scene, camera, look, scene.labels_between(top, bottom))


def _paint_labels(painter: QPainter, scene: Scene, camera: Camera, look: Look, shown: list[int]) -> None:
    painter.setFont(font(max(text_size(camera.zoom, HEADER * camera.zoom) - 2, 9)))
    painter.setPen(QColor(look.theme.secondary))
    for number in shown:
        label = scene.labels[number]
        x, y = camera.to_view(label.x, label.y)
        painter.drawText(
            QRectF(x - 60, y - 10, 60, 20),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            label.text,
        )
