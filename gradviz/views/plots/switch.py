"""A legend entry that switches its series: a short line in the series' own style, and its name."""

from __future__ import annotations

from collections.abc import Sequence

from pyqtgraph import mkPen
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from gradviz.views.appearance import appearance
from gradviz.views.theme import Theme

SYMBOLS = {"disc": "o", "diamond": "d", "square": "s", "triangle": "t1", "star": "star", "plus": "+"}
"""Marks, by pyqtgraph's names for them."""
_WIDTH, _HEIGHT = 18, 12
_PAD = 5
_MARK = 8
_AROUND, _ALONE = 22, 14
"""What is around and between sample and name, and what is around a sample alone."""


class LegendSwitch(QToolButton):
    """Checked: the series shows. `tone` names the theme's colour.

    `style` is line, dots, dashes (drawn and left out in turn, in pixels), band, or one of SYMBOLS: a mark
    without a line. `symbol`, one of SYMBOLS, stands hollow upon the line.
    """

    def __init__(
        self,
        text: str,
        tone: str,
        style: str,
        tip: str,
        parent: QWidget | None = None,
        *,
        dashes: Sequence[float] = (5, 3),
        symbol: str | None = None,
    ) -> None:
        super().__init__(parent)
        self._symbol = symbol
        self._dashes = tuple(dashes)
        self._tone = tone
        self._style = style
        self.setProperty("role", "chip")
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_WIDTH + _PAD, _HEIGHT))
        appearance().changed.connect(self._on_theme)
        self._on_theme(appearance().theme)

    def sizeHint(self) -> QSize:
        """What sample and name need: a style leaves room for more."""
        alone = self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
        width = self.sample_width() if alone else self.full_width()
        return QSize(width, super().sizeHint().height())

    @staticmethod
    def sample_width() -> int:
        """The width of a sample alone."""
        return _WIDTH + _PAD + _ALONE

    def full_width(self) -> int:
        """The width of sample and name."""
        self.ensurePolished()
        return _WIDTH + _PAD + self.fontMetrics().horizontalAdvance(self.text()) + _AROUND

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def draw_sample(self, painter: QPainter, theme: Theme) -> None:
        """Draw the series' sample from (0, 0), as a figure's legend has it."""
        self._draw(painter, getattr(theme, self._tone))

    def _on_theme(self, theme: Theme) -> None:
        sample = QIcon()
        for state, colour in (
            (QIcon.State.On, getattr(theme, self._tone)),
            (QIcon.State.Off, theme.field_line),
        ):
            sample.addPixmap(self._sample(colour), QIcon.Mode.Normal, state)
        self.setIcon(sample)

    def _sample(self, colour: str) -> QPixmap:
        ratio = max(2.0, self.devicePixelRatioF())
        result = QPixmap(QSize(round((_WIDTH + _PAD) * ratio), round(_HEIGHT * ratio)))
        result.setDevicePixelRatio(ratio)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, colour)
        painter.end()
        return result

    def _draw(self, painter: QPainter, colour: str) -> None:
        pen = QPen(QColor(colour), 2)
        middle = _HEIGHT / 2
        if self._style in SYMBOLS:
            painter.save()
            painter.translate(_WIDTH / 2, middle)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawSymbol(painter, SYMBOLS[self._style], _MARK, QPen(Qt.PenStyle.NoPen), QBrush(QColor(colour)))
            painter.restore()
        elif self._style == "band":
            fill = QColor(colour)
            fill.setAlphaF(0.35)
            painter.fillRect(QRectF(0, 1, _WIDTH, _HEIGHT - 2), fill)
        else:
            if self._style == "dashes":
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([length / pen.widthF() for length in self._dashes])
            painter.setPen(pen)
            painter.drawLine(0, int(middle), _WIDTH, int(middle))
        if self._symbol is not None:
            painter.save()
            painter.translate(_WIDTH / 2, middle)
            ground = QBrush(QColor(appearance().theme.panel))
            drawSymbol(painter, SYMBOLS[self._symbol], _MARK, mkPen(QColor(colour), width=1.5), ground)
            painter.restore()
        if self._style == "dots":
            painter.setBrush(QColor(colour))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(_WIDTH / 2 - 3, middle - 3, 6, 6))
