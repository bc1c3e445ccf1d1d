"""The diagram's key: the flow map's colour bar, beside the diagram."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gradviz.views.appearance import appearance
from gradviz.views.plots.canvas import MARGIN_WIDTH, RIGHT_PADDING
from gradviz.views.plots.colour_bar import ColourBar
from gradviz.views.theme import Theme

_TALLEST = 420.0


class Legend(QWidget):
    """Stands at the right of the diagram, as the colour bar stands beside the map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(MARGIN_WIDTH + RIGHT_PADDING)
        self._bar = ColourBar()
        self._bar.set_unit("‖∂L/∂W‖₂")
        self.set_theme(appearance().theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._bar.set_theme(theme)
        self.update()

    def set_levels(self, levels: tuple[float, float]) -> None:
        """Name the colours between those powers of ten."""
        self._bar.set_levels(*levels)
        self.update()

    def draw(self, painter: QPainter, place: QPointF, height: float) -> None:
        """Draw the key elsewhere, as in a saved picture."""
        self._bar.setGeometry(QRectF(0, 0, MARGIN_WIDTH, min(height, _TALLEST)))
        painter.save()
        painter.translate(place)
        self._bar.paint(painter)
        painter.restore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        self.draw(painter, QPointF(0, 6), self.height() - 12.0)
        painter.end()
