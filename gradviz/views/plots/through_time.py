"""Gradient through time: how much of it arrives at every position of a sequence, in one recurrent layer.

A recurrent layer is as deep as its sequence is long, so this is the profile across its depth: from the end,
where the loss is, back to the first position. What has no place on a logarithmic axis stands at its edge.
"""

from __future__ import annotations

import time

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.records.through_time import RECURRENT, TimeGradient, TimeRow
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count, significant
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.edge_marks import EdgeMarks, Mark, kinds
from gradviz.views.plots.ink import faint
from gradviz.views.plots.legend_row import LegendRow
from gradviz.views.plots.magnitude import log10
from gradviz.views.plots.plain_items import PlainCurve
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues
from gradviz.views.plots.slow_range import SlowRange, whole_decades
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.ticks import step_ticks, vertical_power_ticks
from gradviz.views.plots.time_words import sentence
from gradviz.views.theme import Theme

_EMPTY = (-6.0, 0.0)
_TONES = {"h": "accent", "c": "validation_line"}
_FAINTEST = 0.4
_CHOOSER_WIDTH, _ROW = 132, 32


class ThroughTime(PlotFrame):
    """Shows `snapshot.time_gradient`: a line for h and one for c, of each layer of a stack and direction."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._left = Axis(Side.LEFT, vertical_power_ticks, "")
        self._bottom = Axis(Side.BOTTOM, step_ticks, "")
        canvas = Canvas(self._bottom)
        super().__init__(canvas, "", parent)
        self.title.setText(self.tr("Time"))  # beside other tabs there is room for no more
        canvas.setAccessibleName(self.tr("Gradient through time"))
        self._box = PlotBox(y=False)
        canvas.add_pane(self._box, self._left)
        canvas.finish_layout()
        self._marks = EdgeMarks(self._box)
        self._range = SlowRange(whole_decades, _EMPTY)
        self._lines: list[PlainCurve] = []
        self._shown: TimeGradient | None = None
        self._run = ""
        self._forms: tuple[object, ...] = ()
        self._theme = appearance().theme
        self._row = self.add_row()
        self._row.setFixedHeight(_ROW)
        self.switches = {
            "h": self._switch(
                "h", self.tr("h · state"), self.tr("Show ‖∂L/∂h(t)‖, of the state that is given on")
            ),
            "c": self._switch("c", self.tr("c · cell"), self.tr("Show ‖∂L/∂c(t)‖, of the memory cells")),
        }
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setContentsMargins(8, 0, 8, 4)
        self.below_heading(self.sentence)
        self.chooser = QComboBox(self)
        self.chooser.setFixedWidth(_CHOOSER_WIDTH)
        self.chooser.setToolTip(self.tr("The recurrent layer that is shown"))
        self.chooser.setAccessibleName(self.tr("Recurrent layer"))
        self.chooser.activated.connect(self._on_chosen)
        line = self._row.layout()
        if isinstance(line, QHBoxLayout):
            line.insertWidget(0, self.chooser)
        LegendRow(self._row)
        self._layers: tuple[LayerInfo, ...] = ()
        self._box.hovered.connect(self._on_hovered)
        self._box.clicked.connect(self._on_clicked)
        self.set_theme(self._theme)
        self.clear()

    @property
    def marks(self) -> EdgeMarks:
        """The marks at the edges."""
        return self._marks

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._theme = theme
        self._marks.set_theme(theme)
        self._colour()

    def clear(self) -> None:
        """Show nothing: another run, or nothing was measured yet."""
        self._shown = None
        for line in self._lines:
            line.clear()
        self._marks.show({})
        self.remark.setText("")
        self.sentence.setText("")
        self._offer((), None)
        self._bottom.set_title(self.tr("position t in the sequence"), self.tr("position t"))
        self._left.set_title("‖∂L/∂h(t)‖₂")
        self._forms = ()
        self._range.reset()
        self.canvas.set_quiet_line(self.tr("Gradient norms at every position of a sequence"))

    def expect(self, _coming: RunToCome) -> None:
        """Nothing was measured yet."""
        self.clear()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        found = snapshot.time_gradient
        if found is None:
            self.clear()
            return
        self._offer(snapshot.run.measured, found.layer)
        shown = self._shown if snapshot.run.id == self._run else None
        if shown is not None and (shown.step, shown.layer) == (found.step, found.layer):
            return
        if shown is None or shown.layer != found.layer:
            self._range.reset()
        self._run = snapshot.run.id
        self._shown = found
        self.canvas.set_quiet_line("")
        self.remark.setText(self.tr("at step {0}").format(count(found.step)))
        whole = self.tr("position t in the sequence of {0}").format(found.layer.name)
        self._bottom.set_title(whole, self.tr("position t in the sequence"), self.tr("position t"))
        self.sentence.setText(sentence(found))
        self._have_lines(found)
        self._draw()
        if shown is None or _length(shown) != _length(found):
            self.reset_view()

    def reset_view(self) -> None:
        """Show all positions."""
        last = max(_length(self._shown) - 1, 1)
        self._box.setLimits(xMin=-0.5, xMax=last + 0.5, minXRange=min(4, last))
        self._box.setXRange(-0.5, last + 0.5, padding=0)

    def full_title(self) -> str:
        """What is shown, and of which layer."""
        layer = "" if self._shown is None else self._shown.layer.name
        return self.tr("Gradient through time of {0}").format(layer)

    def values(self) -> PlottedValues | None:
        """A row for each position in sight, a column for each line that is shown."""
        if self._shown is None:
            return None
        low, high = self._box.viewRange()[0]
        steps = np.arange(_length(self._shown))
        in_sight = (steps >= low) & (steps <= high)
        where = self.tr("in {0} at step {1}").format(self._shown.layer.name, self._shown.step)
        columns = [
            Column(name=f"{self._name(row)} {where}", cells=row.norms[in_sight])
            for row in self._shown.rows
            if self.switches[row.state].isChecked()
        ]
        return PlottedValues(columns=(Column(name=self.tr("position"), cells=steps[in_sight]), *columns))

    def _switch(self, state: str, text: str, tip: str) -> LegendSwitch:
        switch = LegendSwitch(text, _TONES[state], "line", tip, self)
        switch.toggled.connect(self._on_switched)
        line = self._row.layout()
        if isinstance(line, QHBoxLayout):
            line.addWidget(switch)
        return switch

    def _offer(self, measured: tuple[LayerInfo, ...], shown: LayerInfo | None) -> None:
        """Have the recurrent layers to choose from, where there is a choice."""
        layers = tuple(layer for layer in measured if layer.kind in RECURRENT)
        if layers != self._layers:
            self._layers = layers
            self.chooser.clear()
            for index, layer in enumerate(measured):
                if layer in layers:
                    self.chooser.addItem(layer.name, index)
        self._row.setVisible(shown is not None)
        self.chooser.setVisible(len(layers) > 1)
        if shown is not None:
            self.chooser.setCurrentIndex(self.chooser.findText(shown.name))

    def _have_lines(self, found: TimeGradient) -> None:
        """One for each row; backwards in dashes, the lower layers of a stack fainter."""
        forms = (found.layer, *((row.state, row.layer, row.backwards) for row in found.rows))
        if forms == self._forms:
            return
        self._forms = forms
        for line in self._lines:
            self._box.removeItem(line)
        self._lines = [PlainCurve() for _ in found.rows]
        for line in self._lines:
            self._box.addItem(line, ignoreBounds=True)
        states = [state for state in _TONES if any(row.state == state for row in found.rows)]
        for state, switch in self.switches.items():
            switch.setVisible(state in states)
        self._left.set_title(", ".join(f"‖∂L/∂{state}(t)‖₂" for state in states))
        self._colour()

    def _colour(self) -> None:
        if self._shown is None:
            return
        stacked = self._shown.stacked
        for line, row in zip(self._lines, self._shown.rows, strict=True):
            share = _FAINTEST + (1 - _FAINTEST) * (row.layer + 1) / stacked
            colour = faint(getattr(self._theme, _TONES[row.state]), self._theme.panel, share)
            style = Qt.PenStyle.DashLine if row.backwards else Qt.PenStyle.SolidLine
            line.setPen(pg.mkPen(colour, width=1, style=style))

    def _draw(self) -> None:
        rows = self._visible()
        if self._shown is None:
            return
        for line, row in zip(self._lines, self._shown.rows, strict=True):
            logs = log10(row.norms)
            finite = bool(np.isfinite(logs).all())
            line.setData(x=np.arange(len(logs)), y=logs, connect="finite", skipFiniteCheck=finite)
            line.setVisible(self.switches[row.state].isChecked())
        together = np.concatenate([row.norms for row in rows]) if rows else np.empty(0)
        usable = together[np.isfinite(together) & (together > 0)]
        if usable.size:
            logs = log10(usable)
            self._range.include(float(logs.min()), float(logs.max()), time.monotonic())
        low, high = self._range.low, self._range.high
        self._box.setYRange(low - 0.03 * (high - low), high + 0.03 * (high - low), padding=0)
        self._draw_marks(rows)

    def _draw_marks(self, rows: list[TimeRow]) -> None:
        edges = {Mark.ZERO: self._range.low, Mark.INFINITE: self._range.high, Mark.NAN: self._range.high}
        places: dict[Mark, np.ndarray] = {}
        for row in rows:
            for mark, found in kinds(row.norms).items():
                places[mark] = np.union1d(places.get(mark, np.empty(0)), found)
        self._marks.show({mark: (x, np.full(len(x), edges[mark])) for mark, x in places.items()})

    def _visible(self) -> list[TimeRow]:
        rows = () if self._shown is None else self._shown.rows
        return [row for row in rows if self.switches[row.state].isChecked()]

    def _name(self, row: TimeRow) -> str:
        name = f"‖∂L/∂{row.state}(t)‖"
        if self._shown is not None and self._shown.stacked > 1:
            name = self.tr("{0} of layer {1}").format(name, row.layer + 1)
        return self.tr("{0} backwards").format(name) if row.backwards else name

    def _on_switched(self, _on: bool) -> None:
        self._draw()

    def _on_chosen(self, at: int) -> None:
        self.layer_clicked.emit(self.chooser.itemData(at))

    def _on_clicked(self, _place: QPointF) -> None:
        """The layer that is shown, be it only the one that is shown where none is selected."""
        if self.chooser.currentIndex() >= 0:
            self._on_chosen(self.chooser.currentIndex())

    def _on_hovered(self, place: QPointF | None) -> None:
        if place is None or self._shown is None or not -0.5 <= place.x() < _length(self._shown) - 0.5:
            self.canvas.hide_card()
            return
        t = round(place.x())
        rows = self._visible()
        lines = [f"{self._name(row)} {significant(float(row.norms[t]))}" for row in rows]
        title = self.tr("Position {0} of {1} in {2}, at step {3}").format(
            count(t), count(_length(self._shown)), self._shown.layer.name, count(self._shown.step)
        )
        self.canvas.show_card(self._box, QPointF(t, place.y()), title, lines)


def _length(found: TimeGradient | None) -> int:
    return 0 if found is None else len(found.rows[0].norms)
