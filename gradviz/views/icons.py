"""Icons from Lucide, drawn as vectors in the theme's colours, so they are crisp at any pixel ratio.

The colour is looked up when the icon is painted: a change of theme needs no new icons.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gradviz.paths import resources
from gradviz.views.appearance import appearance


def icon(name: str, tone: str = "text") -> QIcon:
    """The Lucide icon of that name; `tone` names one of the theme's colours."""
    return QIcon(_ThemedIcon(name, tone))


def paint_icon(painter: QPainter, rect: QRectF, name: str, colour: str) -> None:
    """Draw an icon into `rect` in `colour` (#RRGGBB)."""
    _renderer(name, colour).render(painter, rect)


class _ThemedIcon(QIconEngine):
    """Paints one SVG in the colour that its tone has now; greyed when disabled."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        del state
        theme = appearance().theme
        tone = "disabled" if mode is QIcon.Mode.Disabled else self._tone
        paint_icon(painter, QRectF(rect), self._name, str(getattr(theme, tone)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        result = QPixmap(size)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return result

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # Qt 6.9 gives the size in logical pixels; a pixmap that is too large does no harm.
        result = self.pixmap(QSize(round(size.width() * scale), round(size.height() * scale)), mode, state)
        result.setDevicePixelRatio(scale)
        return result

    def clone(self) -> QIconEngine:
        return _ThemedIcon(self._name, self._tone)

    def key(self) -> str:
        return f"gradviz-{self._name}"


@cache
def _source(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
