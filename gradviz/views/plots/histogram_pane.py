"""One histogram: bars over signed magnitude, the share of entries upwards, what is not finite in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsWidget

from gradviz.records import histogram
from gradviz.views.number_format import count, short_count
from gradviz.views.plots.axis import Axis
from gradviz.views.plots.bars import Bars
from gradviz.views.plots.canvas import Canvas, plot_font
from gradviz.views.plots.empty_pane import EmptyPane
from gradviz.views.plots.histogram_scale import HistogramScale
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.slow_range import SlowRange
from gradviz.views.theme import LIGHT, Theme

_GAP = 12
_NOTHING: Mapping[str, str] = MappingProxyType({})
_FINITE = slice(histogram.NEGATIVE.start, histogram.POSITIVE.stop)


class HistogramPane:
    """A pane of a canvas with its bars and its caption."""

    def __init__(self, canvas: Canvas, axis: Axis, name: str, tone: str) -> None:
        self.name = name
        self.counts: np.ndarray | None = None
        self.step = -1
        self._tone = tone
        self.box = PlotBox(y=False)
        self._caption = _Caption(name, tone)
        self.empty = EmptyPane(self.box)
        canvas.add_pane(self.box, axis, caption=self._caption)
        self._bars = Bars(*HistogramScale().bar_edges(), histogram.ZERO - _FINITE.start)
        self.box.addItem(self._bars, ignoreBounds=True)
        self._top = SlowRange(_share_limit, (0.0, 0.2))
        self._now = 0.0
        self.box.setYRange(0, 0.2, padding=0)

    @property
    def caption(self) -> str:
        """What stands beside the bars."""
        return "\n".join(text for text, _ in self._caption.lines)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._bars.set_colours(getattr(theme, self._tone), theme.zero)
        self._caption.set_theme(theme)
        self.empty.set_theme(theme)

    def set_scale(self, scale: HistogramScale) -> None:
        """Stand on another axis, and show all of it that is in sight."""
        self._bars.set_edges(*scale.bar_edges())
        self.box.setLimits(xMin=-scale.half, xMax=scale.half, minXRange=2)
        self.box.setXRange(-scale.shown, scale.shown, padding=0)

    def clear(self, why: str = "") -> None:
        """Show nothing, and its name with the reason where there is one."""
        self.counts = None
        self._bars.set_heights(np.zeros(_FINITE.stop - _FINITE.start))
        self._top.reset()
        self.box.setYRange(self._top.low, self._top.high, padding=0)
        self._caption.show_lines([(self.name, self._tone)] if why else [])
        self.empty.say(why)

    def begin_anew(self) -> None:
        """Let the shares of another layer have an axis of their own, not that of the one before."""
        self._top.reset()
        self.box.setYRange(self._top.low, self._top.high, padding=0)
        self.counts = None

    def follow(self, _box: object, limits: tuple[float, float]) -> None:
        """Show the same magnitudes as the other pane."""
        self.box.setXRange(*limits, padding=0)

    def show_histogram(self, taken: tuple[int, np.ndarray] | None, cursor: int, why: str) -> None:
        """Draw counts [BINS] that were taken at a step; where there are none, say why."""
        if taken is None:
            self.clear(why)
            return
        self.empty.say("")
        self.step, counts = taken
        if self.counts is not None and np.array_equal(counts, self.counts):
            self._describe(cursor)
            return
        self.counts = counts
        total = max(int(counts.sum()), 1)
        shares = counts[_FINITE] / total
        self._bars.set_heights(shares)
        self._now += 1 / 30
        if self._top.include(0.0, float(shares.max()), self._now):
            self.box.setYRange(self._top.low, self._top.high, padding=0)
        self._describe(cursor)

    def _describe(self, cursor: int) -> None:
        counts = self.counts
        if counts is None:
            return
        translate = QCoreApplication.translate
        lines = [(self.name, self._tone)]
        if self.step != cursor:
            lines.append((translate("HistogramPane", "step {0}").format(count(self.step)), "secondary"))
        zeros, short = int(counts[histogram.ZERO]), {}
        if zeros:
            words = translate("HistogramPane", "{0} exact zeros").format(short_count(zeros))
            if zeros == 1:
                words = translate("HistogramPane", "1 exact zero")
            short[words] = translate("HistogramPane", "0: {0}").format(short_count(zeros))
            lines.append((words, "secondary"))
        infinite = int(counts[histogram.MINUS_INF] + counts[histogram.PLUS_INF])
        for number, text, tone in (
            (int(counts[histogram.NAN]), translate("HistogramPane", "✕ NaN: {0}"), "non_finite"),
            (infinite, translate("HistogramPane", "▲ ±Inf: {0}"), "exploding"),
        ):
            if number:
                lines.append((text.format(short_count(number)), tone))
        self._caption.show_lines(lines, short)


class _Caption(QGraphicsWidget):
    """The line above a histogram."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self.setMinimumHeight(16)
        self.setMaximumHeight(16)
        self._theme = LIGHT
        self.lines: list[tuple[str, str]] = [(name, tone)]
        self._short: Mapping[str, str] = {}

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_lines(self, lines: list[tuple[str, str]], short: Mapping[str, str] = _NOTHING) -> None:
        """Show those words, each with its colour; `short` says some of them in less room."""
        self._short = short
        if lines != self.lines:
            self.lines = lines
            self.update()

    def fitting(self, room: float) -> list[tuple[str, str]]:
        """What has room: words are made short, then quiet ones go, and the last is cut if that is no help."""
        metrics = QFontMetricsF(plot_font())
        lines = list(self.lines)
        if sum(metrics.horizontalAdvance(text) + _GAP for text, _ in lines) - _GAP > room:
            lines = [(self._short.get(text, text), tone) for text, tone in lines]
        while sum(metrics.horizontalAdvance(text) + _GAP for text, _ in lines) - _GAP > room:
            quiet = next((line for line in lines if line[1] == "secondary"), None)
            if quiet is None:
                break
            lines.remove(quiet)
        left, found = room, []
        for text, tone in lines:
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(left, 0))
            found += [(shown, tone)] if shown else []
            left -= metrics.horizontalAdvance(text) + _GAP
        return found

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        font = plot_font()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        left = 0.0
        for text, tone in self.fitting(self.rect().width()):
            painter.setPen(QColor(getattr(self._theme, tone)))
            width = metrics.horizontalAdvance(text) + 2
            painter.drawText(QRectF(left, 0, width, 16), Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text) + _GAP


def _share_limit(_low: float, high: float) -> tuple[float, float]:
    """From nothing to a round share above the largest bar."""
    return 0.0, next((limit for limit in (0.1, 0.2, 0.3, 0.5) if high <= limit * 0.96), 1.0)
