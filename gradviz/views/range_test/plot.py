"""The loss over the learning rate: every step faint, smoothed as a line, the rates that count as marks."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtWidgets import QWidget

from gradviz.control.engine_state import RangeTested
from gradviz.views.appearance import appearance
from gradviz.views.number_format import plain, significant
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas, plot_font
from gradviz.views.plots.ink import faint
from gradviz.views.plots.plain_items import PlainCurve, PlainLine
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.ticks import number_ticks, power_ticks
from gradviz.views.theme import Theme

_EMPTY = (-7.0, 1.0)
_FAINT = 0.35
_HEADROOM = 1.25
"""The axis ends a quarter of the fall above the first loss: what explodes leaves the picture."""


class RangePlot(Canvas):
    """Draws one RangeTested."""

    def __init__(self, parent: QWidget | None = None) -> None:
        bottom = Axis(Side.BOTTOM, power_ticks)
        super().__init__(bottom, parent)
        bottom.set_title(self.tr("learning rate"))
        self.setAccessibleName(self.tr("Loss over the learning rate"))
        self.setMinimumSize(QSize(360, 220))
        self.box = PlotBox()
        self.add_pane(self.box, Axis(Side.LEFT, number_ticks, self.tr("loss")))
        self.finish_layout()
        self.set_axis_width(56)
        self._raw, self._smooth = PlainCurve(), PlainCurve()
        for item in (self._raw, self._smooth):
            self.box.addItem(item, ignoreBounds=True)
        self._marks = {
            name: PlainLine(angle=90, movable=False, label=text, labelOpts=_label(place))
            for name, text, place in (
                ("steepest", self.tr("falls fastest"), 0.80),
                ("lowest", self.tr("lowest"), 0.88),
                ("proposal", self.tr("proposed"), 0.96),
            )
        }
        for mark in self._marks.values():
            mark.label.setFont(plot_font())
            mark.hide()
            self.box.addItem(mark, ignoreBounds=True)
        self._shown: RangeTested | None = None
        self.box.hovered.connect(self._on_hovered)
        self.reset_wanted.connect(self._fit)
        appearance().changed.connect(self.set_theme)
        self.set_theme(appearance().theme)
        self.clear_curve("")

    @property
    def marked(self) -> dict[str, float]:
        """The rates that are marked, by what they are."""
        return {name: 10.0 ** mark.value() for name, mark in self._marks.items() if mark.isVisible()}

    def clear_curve(self, quiet: str) -> None:
        """Show axes and a quiet line."""
        self._shown = None
        self._raw.clear()
        self._smooth.clear()
        for mark in self._marks.values():
            mark.hide()
        self._fit()
        self.set_quiet_line(quiet)

    def show_curve(self, tested: RangeTested) -> None:
        """Draw what a test showed."""
        self.set_quiet_line("")
        self._shown = tested
        places = np.log10(np.array(tested.rates, np.float64))
        self._raw.setData(places, np.array(tested.losses, np.float64))
        self._smooth.setData(places, np.array(tested.smoothed, np.float64))
        for name, mark in self._marks.items():
            rate = getattr(tested, name)
            mark.setVisible(rate is not None)
            if rate is not None:
                mark.setValue(math.log10(rate))
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._raw.setPen(pg.mkPen(faint(theme.train_line, theme.panel, _FAINT), width=1))
        self._smooth.setPen(pg.mkPen(theme.train_line, width=2))
        for name, mark in self._marks.items():
            is_proposal = name == "proposal"
            colour = theme.text if is_proposal else theme.secondary
            style = Qt.PenStyle.SolidLine if is_proposal else Qt.PenStyle.DashLine
            mark.setPen(pg.mkPen(colour, width=2 if is_proposal else 1, style=style))
            mark.label.setColor(colour)
            mark.label.fill = pg.mkBrush(theme.panel)

    def _fit(self) -> None:
        shown = self._shown
        if shown is None or not shown.rates:
            self.box.setXRange(*_EMPTY, padding=0)
            self.box.setYRange(0, 2.5, padding=0)
            return
        low, high = math.log10(shown.rates[0]), math.log10(shown.rates[-1])
        self.box.setXRange(low, max(high, low + 1), padding=0.02)
        bottom = min(*shown.smoothed, *shown.losses)
        start = max(shown.smoothed[0], *shown.losses[: max(1, len(shown.losses) // 10)])
        top = bottom + max((start - bottom) * _HEADROOM, abs(start) * 0.05, 1e-9)
        self.box.setYRange(bottom, top, padding=0.04)

    def _on_hovered(self, place: QPointF | None) -> None:
        shown = self._shown
        if place is None or shown is None or not shown.rates:
            self.hide_card()
            return
        near = int(np.abs(np.log10(np.array(shown.rates)) - place.x()).argmin())
        at = QPointF(math.log10(shown.rates[near]), shown.smoothed[near])
        lines = [
            self.tr("loss {0}").format(significant(shown.losses[near])),
            self.tr("smoothed {0}").format(significant(shown.smoothed[near])),
        ]
        self.show_card(
            self.box, at, self.tr("rate {0}").format(plain(float(f"{shown.rates[near]:.3g}"))), lines
        )


def _label(place: float) -> dict[str, object]:
    return {"position": place, "movable": False}
