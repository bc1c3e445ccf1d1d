"""The whole diagram as a picture, as it is folded now: SVG at full size, PNG as large as pictures can be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QPointF, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from gradviz.views.appearance import appearance
from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.diagram_view import DiagramView
from gradviz.views.diagram.legend import Legend
from gradviz.views.diagram.scene_painter import paint_scene
from gradviz.views.plots.canvas import MARGIN_WIDTH

_RATIO = 2.0
_TALLEST_PX = 16_000.0


def save_whole(view: DiagramView, legend: Legend, path: Path) -> bool:
    """Write the diagram; the ending says as what. Whether that was possible."""
    if path.suffix.lower() == ".svg":
        return _save_svg(view, legend, path)
    camera = whole(view, min(1.0, _TALLEST_PX / _RATIO / max(view.scene.height, 1.0)))
    size = _size(camera)
    image = QImage(size * _RATIO, QImage.Format.Format_RGB32)
    if image.isNull():
        return False
    image.setDevicePixelRatio(_RATIO)
    painter = QPainter(image)
    _draw(painter, view, legend, camera, size)
    painter.end()
    return bool(image.save(str(path)))


def whole(view: DiagramView, zoom: float) -> Camera:
    """A camera that sees all at one zoom."""
    scene = view.scene
    camera = Camera(left=scene.left, scene_width=scene.width, scene_height=scene.height, zoom=zoom)
    wide = replace(camera, width=scene.width * max(zoom, 0.72) + 200)
    return replace(wide, width=wide.full_width, height=wide.full_height)


def _save_svg(view: DiagramView, legend: Legend, path: Path) -> bool:
    camera = whole(view, 1.0)
    size = _size(camera)
    generator, drawn = QSvgGenerator(), QBuffer()
    generator.setOutputDevice(drawn)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(view.accessibleName())
    painter = QPainter(generator)
    _draw(painter, view, legend, camera, size)
    painter.end()
    try:
        path.write_bytes(drawn.data().data())
    except OSError:
        return False
    return True


def _size(camera: Camera) -> QSize:
    return QSize(round(camera.width) + MARGIN_WIDTH, round(max(camera.height, 300.0)))


def _draw(painter: QPainter, view: DiagramView, legend: Legend, camera: Camera, size: QSize) -> None:
    theme = appearance().theme
    painter.fillRect(0, 0, size.width(), size.height(), QColor(theme.ground))
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    paint_scene(painter, view.scene, camera, view.look(plain=True))
    legend.draw(painter, QPointF(camera.width - 8, 24), size.height() - 48.0)
