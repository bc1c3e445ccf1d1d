"""An axis that draws itself from ticks: crisp at any pixel ratio, elided names, an emphasised tick.

pyqtgraph's AxisItem thins by spacing only and cannot emphasise or elide a name; this one is also
cheaper to draw, which counts with eight axes at 30 Hz.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from gradviz.views.appearance import tabular
from gradviz.views.plots.ink import density, fitted
from gradviz.views.plots.ticks import Tick, Ticker
from gradviz.views.theme import LIGHT, Theme

TICK_PX = 11
_TICK_LENGTH = 4
_GAP = 4


class Side(Enum):
    """Where the axis stands."""

    LEFT = "left"
    BOTTOM = "bottom"


class Axis(QGraphicsWidget):
    """The scale beside one view box; the wheel and a drag on it act on this direction only."""

    def __init__(self, side: Side, ticker: Ticker, title: str = "", *, titled: bool = True) -> None:
        """`titled` keeps room for a title below the ticks."""
        super().__init__()
        self._side = side
        self._ticker = ticker
        self._title = title
        self._shorter: tuple[str, ...] = ()
        self._theme = LIGHT
        self._box: pg.ViewBox | None = None
        self._ticks_for: tuple[Ticker, float, float, float] | None = None
        self._ticks: list[Tick] = []
        self._font = QFont()
        self._font.setPixelSize(TICK_PX)
        tabular(self._font)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        if side is Side.BOTTOM:
            height = _TICK_LENGTH + (2 if titled else 1) * (TICK_PX + 5)
            self.setMinimumHeight(height)
            self.setMaximumHeight(height)

    def attach(self, box: pg.ViewBox) -> None:
        """Show that box's range from now on."""
        self._box = box
        signal = box.sigYRangeChanged if self._side is Side.LEFT else box.sigXRangeChanged
        signal.connect(self._on_range_changed)
        box.sigResized.connect(self._on_range_changed)

    def set_ticker(self, ticker: Ticker) -> None:
        """Name the ticks in another way."""
        self._ticker = ticker
        self.update()

    def set_title(self, title: str, *shorter: str) -> None:
        """Say what the axis measures, with its unit; where that has no room, in fewer words."""
        self._title, self._shorter = title, shorter
        self.update()

    def title_in(self, room: float) -> str:
        """The longest title that has room; the shortest one ends in “…” where it has none either."""
        metrics = QFontMetricsF(self._font)
        titles = (self._title, *self._shorter)
        fits = (title for title in titles if metrics.horizontalAdvance(title) <= room)
        return next(fits, "") or metrics.elidedText(titles[-1], Qt.TextElideMode.ElideRight, room)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def widest(self, names: list[str]) -> float:
        """The width that the widest of some names needs here, its tick included."""
        metrics = QFontMetricsF(self._font)
        return max((metrics.horizontalAdvance(name) for name in names), default=0) + _TICK_LENGTH + 2 * _GAP

    def ticks(self) -> list[Tick]:
        """The ticks of the present range."""
        if self._box is None:
            return []
        along = 1 if self._side is Side.LEFT else 0
        low, high = self._box.viewRange()[along]
        key = (self._ticker, low, high, self._length())
        if key != self._ticks_for:
            self._ticks_for, self._ticks = key, self._ticker(*key[1:])
        return self._ticks

    def text_width(self, text: str) -> float:
        """The room that a tick's text takes on a bottom axis."""
        return float(QFontMetricsF(self._font).horizontalAdvance(text) + 2)

    def text_span(self, place: float, text: str) -> tuple[float, float]:
        """From where to where a tick’s text reaches on a bottom axis: never beyond its ends."""
        width = self.text_width(text)
        left = min(max(place - width / 2, 0), self.rect().right() - width)
        return left, left + width

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw line, ticks and texts; where only the edge is exposed that a pane shares with it, no texts.

        A pane that is painted takes this edge with it: 150 names, that had not changed, each time.
        """
        if self._box is None or self._length() <= 0:
            return
        painter.setFont(self._font)
        quiet, text, strong = (
            QColor(c) for c in (self._theme.field_line, self._theme.secondary, self._theme.accent)
        )
        rect = self._span()
        is_edge = self._is_edge(option.exposedRect, rect)  # type: ignore[attr-defined]
        dense = density(painter, widget)
        quiet_pen, strong_pen = (fitted(QPen(colour, 1), dense) for colour in (quiet, strong))
        painter.setPen(quiet_pen)
        if self._side is Side.LEFT:
            painter.drawLine(rect.topRight(), rect.bottomRight())
        else:
            painter.drawLine(rect.topLeft(), rect.topRight())
        low, high = self._box.viewRange()[1 if self._side is Side.LEFT else 0]
        for tick in self.ticks():
            at = (tick.value - low) / (high - low)
            painter.setPen(strong_pen if tick.strong else quiet_pen)
            place = self._tick_place(painter, rect, at, tick)
            if not is_edge:
                painter.setPen(strong if tick.strong else text)
                if tick.text_at is not None:
                    place = self._place(rect, (tick.text_at - low) / (high - low))
                self._draw_text(painter, rect, place, tick)
        if self._title and not is_edge:
            self._draw_title(painter, rect, text)

    def wheelEvent(self, event: Any) -> None:
        """Zoom this direction only."""
        if self._box is not None:
            self._box.wheelEvent(event, axis=1 if self._side is Side.LEFT else 0)

    def mouseDragEvent(self, event: Any) -> None:
        """Pan this direction only."""
        if self._box is not None:
            self._box.mouseDragEvent(event, axis=1 if self._side is Side.LEFT else 0)

    def _on_range_changed(self, *_unused: object) -> None:
        self.update()

    def _span(self) -> QRectF:
        """The item's rectangle, along the view box only."""
        rect = QRectF(self.rect())
        if self._box is not None:
            box = self.mapRectFromItem(self._box, self._box.rect())
            if self._side is Side.LEFT:
                rect.setTop(box.top())
                rect.setBottom(box.bottom())
            else:
                rect.setLeft(box.left())
                rect.setRight(box.right())
        return rect

    def _is_edge(self, exposed: QRectF, rect: QRectF) -> bool:
        """Whether no text stands in what is exposed."""
        if self._side is Side.LEFT:
            return exposed.left() >= rect.right() - _TICK_LENGTH
        return exposed.bottom() <= rect.top() + _TICK_LENGTH

    def _length(self) -> float:
        rect = self._span()
        return rect.height() if self._side is Side.LEFT else rect.width()

    def _tick_place(self, painter: QPainter, rect: QRectF, at: float, tick: Tick) -> float:
        place = self._place(rect, at)
        if tick.line and self._side is Side.LEFT:
            painter.drawLine(QPointF(rect.right() - _TICK_LENGTH, place), QPointF(rect.right(), place))
        elif tick.line:
            painter.drawLine(QPointF(place, rect.top()), QPointF(place, rect.top() + _TICK_LENGTH))
        return place

    def _place(self, rect: QRectF, at: float) -> float:
        """Where on the screen a place from 0 (low) to 1 (high) is."""
        if self._side is Side.LEFT:
            return float(rect.bottom() - at * rect.height())
        return float(rect.left() + at * rect.width())

    def _draw_text(self, painter: QPainter, rect: QRectF, place: float, tick: Tick) -> None:
        flags = Qt.AlignmentFlag
        if self._side is Side.LEFT:
            room = rect.width() - _TICK_LENGTH - _GAP
            free = room - (TICK_PX + 4 if self._title else 0)
            name = QFontMetricsF(self._font).elidedText(tick.text, Qt.TextElideMode.ElideMiddle, free)
            top = min(max(place - 8, rect.top() - 6), rect.bottom() - 10)
            painter.drawText(QRectF(0, top, room, 16), flags.AlignRight | flags.AlignVCenter, name)
            return
        left, right = self.text_span(place, tick.text)
        top = rect.top() + _TICK_LENGTH + 1
        painter.drawText(QRectF(left, top, right - left, TICK_PX + 4), flags.AlignCenter, tick.text)

    def _draw_title(self, painter: QPainter, rect: QRectF, colour: QColor) -> None:
        painter.setPen(colour)
        if self._side is Side.BOTTOM:
            line = QRectF(rect.left(), self.rect().bottom() - TICK_PX - 4, rect.width(), TICK_PX + 4)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.title_in(rect.width()))
            return
        painter.save()
        painter.translate(0, rect.bottom())
        painter.rotate(-90)
        line = QRectF(0, 0, rect.height(), TICK_PX + 4)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.title_in(line.width()))
        painter.restore()
