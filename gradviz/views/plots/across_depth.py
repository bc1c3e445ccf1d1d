"""What plots over all layers share: panes above each other, the layers in network order from left to right.

Layers without parameters have their place here too, for the slope of an activation is a factor like any
other. A click selects a layer that the other plots know: itself, or the nearest one with parameters before.
Compared runs may have other layers: theirs are found by name, as in the profile, or by their place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.layer import LayerInfo
from gradviz.records.run import RunState
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.layer_table.rows import axis_blocks, measured_names
from gradviz.views.picking import Pick, Rows
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.layer_match import matched_rows
from gradviz.views.plots.legend_row import LegendRow
from gradviz.views.plots.plain_items import PlainLine
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.run_items import RunItems
from gradviz.views.plots.run_legend import RunLegend
from gradviz.views.plots.selected_lines import SelectedLines
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.ticks import AxisBlocks, Ticker, block_name, layer_ticks
from gradviz.views.theme import Theme

MARKS_UP_TO = 120
"""With more layers each has no mark of its own that could be told apart."""
_SIZES = ((30, 7), (60, 6), (MARKS_UP_TO, 5))
_SMALLEST = 3
_GAP = 8
_BETWEEN = 4
_READING_S = 0.25


def mark_size(layers: int) -> int:
    """The size of marks, in pixels, where there are so many layers."""
    return next((size for most, size in _SIZES if layers <= most), _SMALLEST)


def measured_index(layers: Sequence[LayerInfo], row: int) -> int | None:
    """The index among the layers with parameters of this one, or of the nearest before it."""
    before = sum(1 for layer in layers[: row + 1] if layer.parameters)
    return before - 1 if before else None


def row_of(layers: Sequence[LayerInfo], index: int | None) -> int | None:
    """The place among all layers of that measured one."""
    rows = [row for row, layer in enumerate(layers) if layer.parameters]
    return rows[index] if index is not None and index < len(rows) else None


def rows_of(layers: Sequence[LayerInfo], indexes: Rows) -> Rows:
    """The places among all layers of those measured ones."""
    if not indexes:
        return ()
    rows = [row for row, layer in enumerate(layers) if layer.parameters]
    return tuple(rows[index] for index in indexes if index < len(rows))


class AcrossDepth(PlotFrame):
    """Holds the panes; a subclass fills them with `draw`, and says what the card tells of a layer."""

    def __init__(self, title: str, axes: Sequence[Axis], parent: QWidget | None = None) -> None:
        self.layers_axis = Axis(Side.BOTTOM, layer_ticks((), None), "")
        canvas = Canvas(self.layers_axis)
        super().__init__(canvas, title, parent)
        self.layers_axis.set_title(self.tr("layer, from input to output"), self.tr("layer"))
        self.boxes = [PlotBox(y=False) for _ in axes]
        self._lines = [PlainLine(angle=90, movable=False) for _ in axes]
        self.others = [SelectedLines(box, upright=True) for box in self.boxes]
        for box, axis, line in zip(self.boxes, axes, self._lines, strict=True):
            canvas.add_pane(box, axis)
            line.hide()
            box.addItem(line, ignoreBounds=True)
            box.clicked.connect(self._on_clicked)
            box.hovered.connect(self._on_hovered)
            box.sigXRangeChanged.connect(self._on_zoomed)
        canvas.finish_layout()
        self.legend = QHBoxLayout()
        self.legend.setContentsMargins(8, 0, 8, 2)
        self.legend.setSpacing(4)
        self.heading.insertStretch(self.heading.indexOf(self.remark), 1)
        self.heading.removeWidget(self.remark)
        self.legend.addWidget(self.remark, 1)
        row = QWidget(self)
        row.setLayout(self.legend)
        LegendRow(row)
        self.below_heading(row)
        self.run_legend = RunLegend(self)
        self.run_legend.switched.connect(self._on_run_switched)
        self.compared: Sequence[ComparedRun] = ()
        self.layers: tuple[LayerInfo, ...] = ()
        self._selected: int | None = None
        self._named: Callable[..., Ticker] = partial(layer_ticks, ())
        self._beside: dict[str, tuple[object, object, np.ndarray]] = {}
        self._drawn: tuple[str, int] | None = None
        self._drawn_at = 0.0

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        for line in self._lines:
            line.setPen(pg.mkPen(theme.disabled, width=1))
        for lines in self.others:
            lines.set_colour(theme.disabled)
        self.redraw_runs(theme)

    def expect(self, _coming: RunToCome) -> None:
        """Nothing was measured yet."""
        self.clear()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured, where that is not drawn already; while it runs, as fast as can be read."""
        step = self.step_of(snapshot)
        if step is None:
            self.clear()
            return
        self._draw_if_new(snapshot, step)
        self.tell(snapshot)

    def _draw_if_new(self, snapshot: Snapshot, step: int) -> None:
        if self._drawn == (snapshot.run.id, step):
            return
        fresh = self._drawn is None or self._drawn[0] != snapshot.run.id
        now = time.monotonic()
        running = snapshot.live and snapshot.status.state is RunState.RUNNING
        if running and not fresh and now - self._drawn_at < _READING_S:
            return
        self._drawn_at = now
        self._drawn = (snapshot.run.id, step)
        self.canvas.set_quiet_line("")
        anew = self.layers != snapshot.run.layers
        if anew:
            self.layers = snapshot.run.layers
            self._name_layers()
            self.reset_view()
        self.draw(snapshot, fresh=fresh)
        if anew:  # else compared runs stand where they stood
            self.redraw_runs(appearance().theme)

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw those runs too, hollow and thin, in their colours."""
        if runs is not self.compared:
            compared = {run.id for run in runs}
            if not compared.issuperset(run.id for run in self.compared):
                self.forget_ranges()
            self.compared = runs
            self._beside = {key: found for key, found in self._beside.items() if key in compared}
            self.run_legend.show_runs(runs)
            self.redraw_runs(appearance().theme)

    def clear(self) -> None:
        """Show nothing: nothing was measured yet."""
        self._drawn = None
        self.layers = ()
        self._name_layers()
        self.remark.setText("")

    def step_of(self, snapshot: Snapshot) -> int | None:
        """The step of what would be drawn; None where there is nothing. A subclass says."""
        raise NotImplementedError

    def draw(self, snapshot: Snapshot, *, fresh: bool) -> None:
        """Fill the panes; `fresh` says that it is another run than before. A subclass does."""
        raise NotImplementedError

    def tell(self, snapshot: Snapshot) -> None:
        """Say what else is to be said, also where nothing has to be drawn. A subclass does."""

    def card(self, row: int) -> list[str]:
        """What is to be said of a layer. A subclass does."""
        raise NotImplementedError

    def items_of_runs(self) -> Sequence[RunItems]:
        """What compared runs are drawn with. A subclass says."""
        return ()

    def draw_runs(self, theme: Theme) -> None:
        """Draw the compared runs. A subclass does."""

    def forget_ranges(self) -> None:
        """Let the upright axes go only as far as what is drawn from now on. A subclass does."""

    def beside(self, run: ComparedRun) -> np.ndarray:
        """For each row the index of the compared run's layer that stands beside it, −1 where none does."""
        known = self._beside.get(run.id)
        if known is None or known[0] is not run.every or known[1] is not self.layers:
            found = matched_rows([(layer.name, layer.kind) for layer in self.layers], run.every)
            known = self._beside[run.id] = (run.every, self.layers, found)
        return known[2]

    def of_run(self, run: ComparedRun, values: np.ndarray) -> np.ndarray:
        """Values of all layers of a compared run at the rows here, NaN where it has none."""
        rows = self.beside(run)
        return np.where(rows >= 0, np.append(values, np.nan)[rows], np.nan)

    def name_of_run(self, run: ComparedRun, row: int) -> str:
        """How a card calls a compared run at a row: with its layer where that has another name."""
        at = int(self.beside(run)[row])
        other = run.every[at][0] if at >= 0 else self.layers[row].name
        return run.name if other == self.layers[row].name else f"{run.name}, {other}"

    def runs_on(self) -> list[ComparedRun]:
        """The compared runs that are not switched off."""
        return [run for run in self.compared if self.run_legend.is_on(run.id)]

    def add_legend(self, text: str, tone: str, style: str, tip: str) -> LegendSwitch:
        """Put a switch into the row below the heading, where there is room for many."""
        switch = LegendSwitch(text, tone, style, tip, self)
        self.legend.insertWidget(self.legend.indexOf(self.remark), switch)
        return switch

    def select_layer(self, index: int | None) -> None:
        """Emphasise that measured layer."""
        self._selected = index
        row = row_of(self.layers, index)
        for line in self._lines:
            line.setVisible(row is not None)
            if row is not None:
                line.setValue(row)
        others = rows_of(self.layers, self.marked_with(index)[:-1])
        for lines in self.others:
            lines.show_places(others, row)
        self.layers_axis.set_ticker(self._named(row, others=others))

    def reset_view(self) -> None:
        """Show all layers."""
        count = max(len(self.layers), 1)
        for box in self.boxes:
            box.setLimits(xMin=-0.5, xMax=count - 0.5, minXRange=min(count, 3))
            box.setXRange(-0.5, count - 0.5, padding=0)

    def rows_in_sight(self) -> list[int]:
        """The layers that are not zoomed away."""
        low, high = self.boxes[-1].viewRange()[0]
        return [row for row in range(len(self.layers)) if low <= row <= high]

    def _name_layers(self) -> None:
        """Names, and the blocks that take their place where they have no room, as in the other plots."""
        names = [layer.name for layer in self.layers]
        in_blocks = measured_names(self.layers)
        width = self.layers_axis.text_width
        room = max((width(name) for name in {*names}), default=1) + _GAP
        ends = axis_blocks(self.layers)
        half = block_name(in_blocks[len(in_blocks) // 2], in_blocks[-1]) if ends else ""
        block_room = width(half) + _BETWEEN
        blocks = AxisBlocks(ends=ends, names=in_blocks, room=block_room, calm=1, width=width)
        self._named = partial(layer_ticks, names, room=room, blocks=blocks, width=width)
        self.select_layer(self._selected)

    def _on_hovered(self, place: QPointF | None) -> None:
        box = self.sender()
        row = -1 if place is None else round(place.x())
        if place is None or not isinstance(box, PlotBox) or not 0 <= row < len(self.layers):
            self.canvas.hide_card()
            return
        self.canvas.show_card(box, QPointF(row, place.y()), self.layers[row].name, self.card(row))

    def _on_clicked(self, place: QPointF) -> None:
        row = round(place.x())
        if 0 <= row < len(self.layers):
            index = measured_index(self.layers, row)
            if index is not None:
                box = self.sender()
                self.pick_layer(index, box.pick if isinstance(box, PlotBox) else Pick.ONE)

    def _on_zoomed(self, zoomed: PlotBox, shown: tuple[float, float]) -> None:
        """All panes show the same layers."""
        for box in self.boxes:
            if box is not zoomed and tuple(box.viewRange()[0]) != tuple(shown):
                box.setXRange(*shown, padding=0)

    def redraw_runs(self, theme: Theme) -> None:
        """Draw the compared runs and hide those that are switched off."""
        self.draw_runs(theme)
        self._show_switched()

    def _on_run_switched(self) -> None:
        self.redraw_runs(appearance().theme)

    def _show_switched(self) -> None:
        on = {run.id: self.run_legend.is_on(run.id) for run in self.compared}
        for items in self.items_of_runs():
            items.set_visible(on)
