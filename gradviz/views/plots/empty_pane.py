"""The quiet words in a pane that has nothing to draw: axes alone look like a fault."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTextOption
from PySide6.QtWidgets import QGraphicsTextItem

from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.theme import LIGHT, Theme


class EmptyPane(QGraphicsTextItem):
    """Stands in the middle of its pane, as wide as that."""

    def __init__(self, box: PlotBox) -> None:
        super().__init__(box)
        self._box = box
        self._ground = QColor(LIGHT.panel)
        self.setFont(plot_font())
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.document().setDefaultTextOption(QTextOption(Qt.AlignmentFlag.AlignCenter))
        box.sigResized.connect(self._place)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; "" where something is drawn."""
        return self.toPlainText()

    def set_theme(self, theme: Theme) -> None:
        """Write in that theme's colours."""
        self._ground = QColor(theme.panel)
        self.setDefaultTextColor(QColor(theme.secondary))

    def say(self, text: str) -> None:
        """Say why nothing is drawn; empty text takes it away."""
        if text != self.text:
            self.setPlainText(text)
            self.setVisible(bool(text))
            self._place()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw no grid line through the words."""
        half = self.document().idealWidth() / 2 + 4
        rect = self.boundingRect()
        words = QRectF(rect.center().x() - half, rect.top(), 2 * half, rect.height())
        painter.fillRect(words, self._ground)
        super().paint(painter, option, widget)

    def _place(self, *_unused: object) -> None:
        self.setTextWidth(self._box.width())
        self.setPos(0, (self._box.height() - self.boundingRect().height()) / 2)
