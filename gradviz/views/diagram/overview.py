"""The strip at the left edge: the whole network's colours from the input to the loss, and what is in sight.

It shows at one glance what the cards show one by one, and scrolls where it is pressed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.colouring import Colouring
from gradviz.views.diagram.folds import Fold
from gradviz.views.diagram.node import Role
from gradviz.views.diagram.scene import Box, Form, Scene
from gradviz.views.plots.magnitude import FIRST, NOTHING
from gradviz.views.theme import Theme

WIDTH = 36.0
_BAR = 14.0
_EDGE = 12.0


class Overview:
    """Knows where every layer of a scene lies, and draws them in one picture."""

    def __init__(self, scene: Scene) -> None:
        tops: list[float] = []
        bottoms: list[float] = []
        rows: list[int] = []
        for box in _in_depth_order(scene):
            if box.node.rows:
                part = box.height / len(box.node.rows)
                for number, row in enumerate(box.node.rows):
                    tops.append(box.top + number * part)
                    bottoms.append(box.top + (number + 1) * part)
                    rows.append(row)
        order = np.argsort(np.array(tops), kind="stable")
        self._tops = np.array(tops)[order]
        self._bottoms = np.array(bottoms)[order]
        self._rows = np.array(rows, dtype=np.intp)[order]
        self._height = max(scene.height, 1.0)

    def rect(self, camera: Camera) -> QRectF:
        """Where the strip is in the view."""
        return QRectF(_EDGE, _EDGE, _BAR, max(camera.height - 2 * _EDGE, 1.0))

    def paint(self, painter: QPainter, camera: Camera, theme: Theme, colouring: Colouring) -> None:
        """Draw the strip, and a frame around what is in sight."""
        rect = self.rect(camera)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt's own
        painter.fillRect(rect, QColor(theme.line))
        pixels = max(round(rect.height()), 1)
        if len(self._rows):
            painter.drawImage(rect, colouring.strip(self._codes(colouring, pixels), pixels))
        top, bottom = self._window(camera)
        frame = QRectF(rect.left() - 4, top, rect.width() + 8, max(bottom - top, 8.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.panel), 4))
        painter.drawRoundedRect(frame, 4, 4)
        painter.setPen(QPen(QColor(theme.text), 1.5))
        painter.drawRoundedRect(frame, 4, 4)

    def scrolled(self, camera: Camera, y: float) -> Camera:
        """The camera with what is at a height of the strip in the middle of the view."""
        rect = self.rect(camera)
        place = (y - rect.top()) / rect.height() * self._height
        return camera.with_place_at((0.0, place), camera.to_view(0.0, 0.0)[0], camera.height / 2)

    def _window(self, camera: Camera) -> tuple[float, float]:
        rect = self.rect(camera)
        ends = [camera.to_scene(0, y)[1] / self._height for y in (0.0, camera.height)]
        top, bottom = (rect.top() + min(max(end, 0.0), 1.0) * rect.height() for end in ends)
        return top, bottom

    def _codes(self, colouring: Colouring, pixels: int) -> np.ndarray:
        """One code a pixel: the layer there, or the one before; what is marked is never left out."""
        codes = colouring.of(self._rows.tolist())
        places = (np.arange(pixels) + 0.5) / pixels * self._height
        before = np.searchsorted(self._tops, places, side="right") - 1
        result = codes[np.maximum(before, 0)]
        result[before < 0] = NOTHING
        marked = np.flatnonzero((codes > NOTHING) & (codes < FIRST))
        at = (self._tops[marked] + self._bottoms[marked]) / 2 / self._height * pixels
        result[np.minimum(at.astype(np.intp), pixels - 1)] = codes[marked]
        return result


def _in_depth_order(scene: Scene) -> Iterator[Box]:
    """Boxes that together hold every layer once, each with its layers from the input to the loss.

    What is drawn once for all rounds, or side by side, is taken as one.
    """
    taken: set[int] = set()
    for number, box in enumerate(scene.boxes):
        if box.parent in taken:
            taken.add(number)
            continue
        mixed = box.node.role is Role.PARALLEL or bool(box.node.own)
        if box.form is Form.FRAME and ((box.node.role is Role.REPEAT and box.fold is Fold.ONCE) or mixed):
            taken.add(number)
            yield box
        elif box.form is Form.CARD:
            yield box
