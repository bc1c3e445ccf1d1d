"""Draws cards that are too small for their names: only the colours, with a name beside every few of them.

By the thousand, so in columns of numbers. Where bars are thinner than the gaps between them the gaps
close, and what is zero or not finite is drawn last, so that nothing hides it.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.detail import LINE_FROM, font, view_rect
from gradviz.views.diagram.look import Look
from gradviz.views.diagram.scene import GAP, Box, Scene
from gradviz.views.plots.magnitude import FIRST, NOTHING

_NAMES_PX = 11
_NAME_EVERY = 18
_NAME_ROOM = 90


def paint_bars(painter: QPainter, scene: Scene, camera: Camera, look: Look) -> frozenset[int]:
    """Draw the small cards that are in sight; the numbers of those boxes."""
    bars, theme, colouring = scene.bars, look.theme, look.colouring
    _, y = camera.to_view(0, 0)
    tops, bottoms = bars.top * camera.zoom + y, bars.bottom * camera.zoom + y
    small = (bottoms - tops < LINE_FROM) & (bottoms >= 0) & (tops <= camera.height)
    found = np.flatnonzero(small)
    if not len(found):
        return frozenset()
    closing = 2 * GAP * camera.zoom if GAP * camera.zoom < 2 else 0.0
    x0, _ = camera.to_view(0, 0)
    left = np.rint(bars.left[found] * camera.across + x0).astype(int)
    width = np.rint(bars.right[found] * camera.across + x0).astype(int) - left
    top = np.rint(tops[found]).astype(int)
    height = np.maximum(np.rint(bottoms[found] + closing).astype(int) - top, 1)
    counts, rows = bars.count[found], bars.row[found]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt's own
    places = np.stack([left, top, width, height], axis=1)
    _paint_plain(painter, places[(counts == 0) & (height >= 2)], QColor(theme.line))
    for at in np.flatnonzero(counts > 1).tolist():
        rect = QRectF(*places[at].tolist())
        node = scene.boxes[bars.number[found[at]]].node
        painter.drawImage(rect, colouring.strip(colouring.of(node.rows), max(int(height[at]), 1)))
    single = np.flatnonzero(counts == 1)
    codes = colouring.of(rows[single].tolist())
    marked = (codes > NOTHING) & (codes < FIRST)
    order = np.argsort(marked, kind="stable")
    colours = colouring.colours
    for place, code in zip(places[single][order].tolist(), codes[order].tolist(), strict=True):
        left_px, top_px, wide, high = place
        painter.fillRect(left_px, top_px, wide, high, colours[code])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    numbers = bars.number[found]
    _paint_names(painter, scene, camera, look, numbers[counts > 0].tolist())
    for number in numbers.tolist():
        if number == look.selected or number in look.beside:
            _paint_selected(painter, scene.boxes[number], camera, look)
    return frozenset(numbers.tolist())


def _paint_plain(painter: QPainter, places: np.ndarray, colour: QColor) -> None:
    """Layers without weights: narrow and quiet."""
    for left, top, width, height in places.tolist():
        painter.fillRect(left + width * 3 // 10, top, width * 4 // 10, height, colour)


def _paint_selected(painter: QPainter, box: Box, camera: Camera, look: Look) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(look.theme.panel), 4))
    frame = view_rect(box, camera).adjusted(-4, -3, 4, 3)
    painter.drawRoundedRect(frame, 3, 3)
    painter.setPen(QPen(QColor(look.theme.accent), 2))
    painter.drawRoundedRect(frame, 3, 3)


def _paint_names(painter: QPainter, scene: Scene, camera: Camera, look: Look, numbers: list[int]) -> None:
    """Names at the left of the bars, as many as there is room for; the selected one always."""
    painter.setFont(font(_NAMES_PX))
    chosen = look.selected if look.selected in numbers else None
    taken = -1e9 if chosen is None else view_rect(scene.boxes[chosen], camera).center().y()
    last = -1e9
    for number in numbers:
        box = scene.boxes[number]
        rect = view_rect(box, camera)
        middle = rect.center().y()
        edge = _outer_left(scene, number, camera)
        is_chosen = number == chosen
        crowded = middle - last < _NAME_EVERY or abs(middle - taken) < _NAME_EVERY
        if edge - camera.reserved < _NAME_ROOM or box.left > 0 or (crowded and not is_chosen):
            continue
        last = middle if not is_chosen else last
        painter.setPen(QColor(look.theme.accent if is_chosen else look.theme.secondary))
        painter.drawText(
            QRectF(camera.reserved, middle - 8, edge - camera.reserved - 10, 16),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            box.node.title,
        )


def _outer_left(scene: Scene, number: int, camera: Camera) -> float:
    """The left edge of the outermost frame around a box."""
    box = scene.boxes[number]
    while box.parent >= 0:
        box = scene.boxes[box.parent]
    return camera.to_view(box.left, 0)[0]
