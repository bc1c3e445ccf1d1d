"""Marked steps in the plots: each in dashes of its own, the same everywhere, switched by a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gradviz.records.marked import MarkedStep
from gradviz.views.number_format import count
from gradviz.views.plots.legend_sample import SYMBOLS
from gradviz.views.plots.plain_items import PlainCurve, PlainLine, PlainMarks
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.theme import Theme

DASHES = ((6.0, 3.0), (2.0, 2.5), (9.0, 2.5, 2.0, 2.5), (3.5, 5.0), (9.0, 2.5, 2.0, 2.5, 2.0, 2.5))
"""In pixels, drawn and left out in turn: marks are black as the cursor is, since colours are for runs."""
MARKS = ("square", "diamond", "disc", "star", "plus")
"""The symbols of their curves across depth: triangles and crosses are for norms without a place there."""
_SYMBOL_SIZE = 8
_IN_WORDS = 2


def mark_pen(theme: Theme, number: int) -> QPen:
    """The pen of the mark with that number, counted from 0."""
    pen: QPen = pg.mkPen(theme.text, width=1)
    pen.setDashPattern(DASHES[number % len(DASHES)])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


class StepLegend(QObject):
    """Switches in a row of a frame, one for each mark; what was switched off stays so while it is marked."""

    switched = Signal()

    def __init__(self, frame: QWidget, row: QWidget, *, has_symbols: bool = False) -> None:
        super().__init__(frame)
        self._frame = frame
        self._has_symbols = has_symbols
        self._row = row
        self.switches: dict[int, LegendSwitch] = {}

    def show_marks(self, marks: Sequence[MarkedStep]) -> bool:
        """Have a switch for each of them; whether that changed anything."""
        steps = tuple(mark.step for mark in marks)
        if steps == tuple(self.switches):
            return False
        off = {step for step, switch in self.switches.items() if not switch.isChecked()}
        for switch in self.switches.values():
            switch.setParent(None)  # a figure takes the switches that the frame has
            switch.deleteLater()
        self.switches = {}
        for number, step in enumerate(steps):
            tip = self.tr("Show the marked step {0}; Ctrl+M at it takes its mark away").format(count(step))
            dashes = DASHES[number % len(DASHES)]
            name = self.tr("step {0}").format(count(step)) if len(steps) <= _IN_WORDS else count(step)
            symbol = MARKS[number % len(MARKS)] if self._has_symbols else None
            switch = LegendSwitch(name, "text", "dashes", tip, self._frame, dashes=dashes, symbol=symbol)
            switch.setChecked(step not in off)
            switch.toggled.connect(self.switched)
            line = self._row.layout()
            if isinstance(line, QHBoxLayout):
                line.insertWidget(line.count() - 1, switch)
            self.switches[step] = switch
        return True

    def is_on(self, step: int) -> bool:
        """Whether a mark is to be drawn."""
        return step in self.switches and self.switches[step].isChecked()


class MarkLines:
    """Upright lines at the marked steps, in a pane over the steps."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self.lines: dict[int, PlainLine] = {}

    def show(self, steps: Sequence[int], theme: Theme) -> None:
        """Stand at those steps, each in its dashes."""
        for step in set(self.lines) - set(steps):
            self._box.removeItem(self.lines.pop(step))
        for number, step in enumerate(steps):
            line = self.lines.get(step)
            if line is None:
                line = self.lines[step] = PlainLine(pos=step, angle=90, movable=False)
                line.setZValue(35)
                self._box.addItem(line, ignoreBounds=True)
            line.setPen(mark_pen(theme, number))

    def set_visible(self, legend: StepLegend) -> None:
        """Show those that are switched on."""
        for step, line in self.lines.items():
            line.setVisible(legend.is_on(step))


class MarkCurves:
    """A curve for each marked step, in a pane across depth."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self.curves: dict[int, pg.PlotCurveItem] = {}
        self.symbols: dict[int, pg.ScatterPlotItem] = {}

    def show(
        self, points: Mapping[int, tuple[np.ndarray, np.ndarray]], theme: Theme, *, apart: int = 1
    ) -> None:
        """Draw (x, y) of each, in ascending order of the steps; NaN breaks a curve.

        The curves' symbols take turns, `apart` points from one to the next.
        """
        for step in set(self.curves) - set(points):
            self._box.removeItem(self.curves.pop(step))
            self._box.removeItem(self.symbols.pop(step))
        turn = apart * len(points)
        for number, (step, (x, y)) in enumerate(points.items()):
            if step not in self.curves:
                self.curves[step] = PlainCurve(connect="finite")
                self.symbols[step] = PlainMarks(size=_SYMBOL_SIZE)
                self.symbols[step].setZValue(2)
                self._box.addItem(self.curves[step], ignoreBounds=True)
                self._box.addItem(self.symbols[step], ignoreBounds=True)
            self.curves[step].setPen(mark_pen(theme, number))
            self.curves[step].setData(x=x, y=y)
            own = np.arange(len(x)) % turn == number * apart + apart // 2
            own &= np.isfinite(x) & np.isfinite(y)
            symbols = self.symbols[step]
            symbols.setSymbol(SYMBOLS[MARKS[number % len(MARKS)]])
            symbols.setPen(pg.mkPen(theme.text, width=1.5))
            symbols.setBrush(pg.mkBrush(theme.panel))
            symbols.setData(x=x[own], y=y[own])

    def set_visible(self, legend: StepLegend) -> None:
        """Show those that are switched on."""
        for step, curve in self.curves.items():
            curve.setVisible(legend.is_on(step))
            self.symbols[step].setVisible(legend.is_on(step))
