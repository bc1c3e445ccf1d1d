"""The gradient flow map: layer × step, coloured by log10 of the gradient's norm.

One image, row-major, with one byte a cell: a curve per layer would cost forty times as much at 200
layers. The newest column is always there, because the store thins and keeps it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from gradviz.records.happenings import Event
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count, significant
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import MARGIN_WIDTH, Canvas
from gradviz.views.plots.colour_bar import ColourBar
from gradviz.views.plots.cursor_line import CursorLine
from gradviz.views.plots.frozen_rows import FrozenRows, frozen_spans
from gradviz.views.plots.magnitude import Codes, decades, encode, lookup_table
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plotted_values import Column, PlottedValues, texts
from gradviz.views.plots.slow_range import SlowRange, whole_decades
from gradviz.views.plots.ticks import layer_ticks, step_ticks
from gradviz.views.step_horizon import horizon
from gradviz.views.theme import Theme

EMPTY_DECADES = (-6.0, 0.0)


class FlowMap(PlotFrame):
    """Shows `snapshot.flow`; a click selects the layer below the pointer."""

    rows_zoomed = Signal(object)
    """(low, high): the rows shown after the user zoomed or panned."""
    levels_changed = Signal(object)
    """(low, high): the powers of ten that the colours span now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._layers_axis = Axis(Side.LEFT, layer_ticks((), None))
        bottom = Axis(Side.BOTTOM, step_ticks, "")
        canvas = Canvas(bottom)
        super().__init__(canvas, "", parent)
        self.title.setText(self.tr("Gradient flow"))
        self.remark.setText(self.tr("log₁₀ ‖∂L/∂W‖₂ by layer and step"))
        canvas.setAccessibleName(self.title.text())
        bottom.set_title(self.tr("step"))
        self._box = PlotBox()
        self._bar = ColourBar()
        canvas.add_pane(self._box, self._layers_axis, grid=False, margin=self._bar)
        canvas.finish_layout()
        canvas.set_margin(MARGIN_WIDTH)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image, ignoreBounds=True)
        self.frozen = FrozenRows()
        self._box.addItem(self.frozen, ignoreBounds=True)
        self._selection = _Selection(self._box)
        self._cursor = CursorLine()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self.levels = SlowRange(whole_decades, EMPTY_DECADES)
        self._names: Sequence[str] = ()
        self._snapshot: Snapshot | None = None
        self._selected: int | None = None
        self._horizon = 1
        self._run = ""
        self._zoomed = False
        self._drawn: tuple[object, ...] = ()
        self._cursor.dragged_to.connect(self.cursor_moved)
        self._box.clicked.connect(self._on_clicked)
        self._box.hovered.connect(self._on_hovered)
        self._box.sigRangeChangedManually.connect(self._on_zoomed)
        self.set_theme(appearance().theme)

    @property
    def layers_axis(self) -> Axis:
        """The axis that names the layers."""
        return self._layers_axis

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._bar.set_theme(theme)
        self._cursor.set_theme(theme)
        self._selection.set_theme(theme)
        self.frozen.set_theme(theme)
        self._image.setLookupTable(lookup_table(theme))

    def show_layers(self, names: Sequence[str], steps: int) -> None:
        """Name the rows of a run that is to come, and say what will appear."""
        self._names = names
        self._run = ""
        self._snapshot = None
        self._zoomed = False
        self._drawn = ()
        self._image.clear()
        self._show_frozen(())
        self._cursor.hide()
        self.levels.reset()
        self._show_levels()
        self._horizon = horizon(0, steps)
        self.canvas.set_quiet_line(self.tr("Press Train: each layer’s gradient norm appears here"))
        self._name_rows()
        self._fit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        self._snapshot = snapshot
        self.follow(snapshot)
        names = tuple(layer.name for layer in snapshot.run.measured)
        if names != self._names:
            self._names = names
            self._zoomed = False
            self._name_rows()
            self._fit()
        self._grow(snapshot)
        if len(snapshot.flow.steps):
            self.canvas.set_quiet_line("")
            self._draw(snapshot)
        self._show_frozen(snapshot.events)
        self._cursor.show_step(snapshot.cursor if snapshot.last_step >= 0 else None, snapshot.last_step)

    def follow(self, snapshot: Snapshot) -> None:
        """Take only the colours' limits of it: others keep to them while the map is hidden."""
        if snapshot.run.id != self._run:
            self._run = snapshot.run.id
            self.levels.reset()
        found = decades(snapshot.flow.mean) if len(snapshot.flow.steps) else None
        if found is not None and self.levels.include(*found, time.monotonic()):
            self._show_levels()

    def select_layer(self, index: int | None) -> None:
        """Emphasise that row."""
        self._selected = index
        self._name_rows()
        self._selection.show_row(index)

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as another plot does after a zoom."""
        self._zoomed = True
        self._box.setXRange(first, last, padding=0)

    def show_rows(self, low: float, high: float) -> None:
        """Show those rows, as the profile does after a zoom."""
        self._box.setYRange(low, high, padding=0)

    def follow_steps(self) -> None:
        """Show all steps again."""
        self._zoomed = False
        self._box.setXRange(-0.5, self._horizon + 0.5, padding=0)

    def reset_view(self) -> None:
        """Show all layers and all steps."""
        self._zoomed = False
        self._fit()
        self.steps_zoomed.emit(None)
        self.rows_zoomed.emit((-0.5, max(len(self._names), 1) - 0.5))

    def values(self) -> PlottedValues | None:
        """A row for each layer in sight, a column for each step."""
        snapshot = self._snapshot
        if snapshot is None or not len(snapshot.flow.steps):
            return None
        (first, last), (low, high) = self._box.viewRange()
        flow = snapshot.flow
        shown = np.flatnonzero((flow.steps + flow.counts - 0.5 > first) & (flow.steps - 0.5 < last))
        rows = slice(max(0, math.ceil(low - 0.5 + 1e-6)), math.floor(high + 0.5 - 1e-6) + 1)
        name = self.tr("gradient norm ‖∂L/∂W‖₂ of layer (rows) at step (columns)")
        return PlottedValues(
            columns=(
                Column(name=name, cells=texts(self._names[rows])),
                *(Column(name=str(flow.steps[at]), cells=flow.mean[rows, at]) for at in shown),
            )
        )

    def _grow(self, snapshot: Snapshot) -> None:
        wanted = horizon(snapshot.last_step, snapshot.run.steps)
        if wanted != self._horizon:
            self._horizon = wanted
            if not self._zoomed:
                self._fit()

    def _fit(self) -> None:
        rows = max(len(self._names), 1)
        self._box.setLimits(
            xMin=-0.5,
            xMax=self._horizon + 0.5,
            yMin=-0.5,
            yMax=rows - 0.5,
            minXRange=4,
            minYRange=min(rows, 2),
        )
        if not self._zoomed:
            self._box.setRange(xRange=(-0.5, self._horizon + 0.5), yRange=(-0.5, rows - 0.5), padding=0)

    def _name_rows(self) -> None:
        self._layers_axis.set_ticker(layer_ticks(self._names, self._selected))

    def _draw(self, snapshot: Snapshot) -> None:
        drawn = (id(snapshot.flow), self.levels.low, self.levels.high)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        codes = encode(snapshot.flow.mean, self.levels.low, self.levels.high)
        steps, codes = evenly(snapshot.flow.steps, codes)
        width = (steps[1] - steps[0]) if len(steps) > 1 else 1
        self._image.setImage(codes, levels=None, autoLevels=False)
        self._image.setRect(QRectF(steps[0] - 0.5, -0.5, width * len(steps), codes.shape[0]))

    def _show_frozen(self, events: Sequence[Event]) -> None:
        spans = frozen_spans(events, self._names)
        last = self._snapshot.last_step if self._snapshot is not None else 0
        self.frozen.show_spans(spans, last)
        self._bar.set_frozen(shown=bool(spans))

    def _show_levels(self) -> None:
        self._bar.set_levels(self.levels.low, self.levels.high)
        self.levels_changed.emit((self.levels.low, self.levels.high))

    def _on_clicked(self, place: QPointF) -> None:
        row = round(place.y())
        if 0 <= row < len(self._names):
            self.layer_clicked.emit(row)

    def _on_zoomed(self, *_unused: object) -> None:
        self._zoomed = True
        (first, last), rows = self._box.viewRange()
        self.steps_zoomed.emit((first, last))
        self.rows_zoomed.emit(tuple(rows))

    def _on_hovered(self, place: QPointF | None) -> None:
        snapshot = self._snapshot
        if place is None or snapshot is None or not len(snapshot.flow.steps):
            self.canvas.hide_card()
            return
        row = round(place.y())
        steps = snapshot.flow.steps
        if not 0 <= row < len(self._names) or place.x() > snapshot.last_step + 0.5:
            self.canvas.hide_card()
            return
        column = max(0, int(np.searchsorted(steps, place.x() + 0.5, side="right")) - 1)
        value = float(snapshot.flow.mean[row, column])
        self.canvas.show_card(
            self._box,
            place,
            self._names[row],
            [
                self.tr("step {0}").format(count(int(steps[column]))),
                self.tr("frozen: it does not learn here")
                if self.frozen.contains_place(row, place.x())
                else self.tr("gradient norm {0}").format(significant(value)),
            ],
        )


class _Selection:
    """Two thin lines that hold the selected row."""

    def __init__(self, box: PlotBox) -> None:
        self._lines = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        for line in self._lines:
            line.setZValue(30)
            line.hide()
            box.addItem(line, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        for line in self._lines:
            line.setPen(pg.mkPen(theme.panel, width=1, style=Qt.PenStyle.SolidLine))

    def show_row(self, row: int | None) -> None:
        for line, offset in zip(self._lines, (-0.5, 0.5), strict=True):
            line.setVisible(row is not None)
            if row is not None:
                line.setValue(row + offset)


def evenly(steps: np.ndarray, codes: Codes) -> tuple[np.ndarray, Codes]:
    """Columns at even distances: where the kept steps lie unevenly, the nearest one before stands."""
    if len(steps) < 3:
        return steps, codes
    gaps = np.diff(steps)
    if (gaps == gaps[0]).all():
        return steps, codes
    width = max(int(np.median(gaps)), int(steps[-1] - steps[0]) // 4000, 1)
    even = np.arange(steps[0], steps[-1] + 1, width)
    return even, np.ascontiguousarray(codes[:, np.searchsorted(steps, even, side="right") - 1])
