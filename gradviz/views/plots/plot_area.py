"""The middle of the window: the four plots, drawn together from one snapshot, one cursor, one selection.

At the left what goes over the steps, at the right what goes over the layers. The network diagram can
take the left side's place: it is tall, and the right side says more about the layers that it shows. What is
hidden is not drawn.

Drawing costs are kept to half a core: the map, which is the dearest, is drawn at every second tick
while live, the histograms at every third, and numbers at four times a second, which is as fast as
they can be read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.plots.canvas import AXIS_WIDTH
from gradviz.views.plots.curve_tabs import CurveTabs
from gradviz.views.plots.depth_tabs import READING_S, DepthTabs
from gradviz.views.plots.enlarging import Enlarging
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.plots.histogram_map import HistogramMap
from gradviz.views.plots.histogram_view import HistogramView
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_tabs import PlotTabs

if TYPE_CHECKING:
    from gradviz.views.diagram.diagram_frame import DiagramFrame

_MAP_EVERY = 2
_HISTOGRAMS_EVERY = 3
_MOST_AXIS = 120


class PlotArea(QWidget):
    """Holds the plots and keeps them of one mind."""

    layer_selected = Signal(object)
    """The index (int) of a measured layer that the user clicked."""
    cursor_moved = Signal(object)
    """A step (int)."""
    steps_zoomed = Signal(object)
    """(first, last) to be shown in full detail, or None for all."""
    diagram_wanted = Signal(bool)
    """Whether the user wants the network diagram at the left."""
    wanted_changed = Signal(object)
    """What has to be read through time (frozenset of `snapshot.HISTORIES`)."""
    difference_changed = Signal(object)
    """The id (str) of the compared run whose map is needed, or None."""
    columns_changed = Signal(object)
    """How many columns (int) the widest plot over steps has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowMap(self)
        self.curves = CurveTabs(self)
        self.histograms = HistogramView(self)
        self.diagram: DiagramFrame | None = None
        self.across = DepthTabs(self)
        self.profile, self.updates = self.across.profile, self.across.updates
        self.layers, self.time = self.across.layers, self.across.time
        self.chain, self.activations = self.across.chain, self.across.activations
        self.map = HistogramMap(self)
        self.below = PlotTabs(self)
        self.below.add(
            "histograms",
            self.histograms,
            self.tr("Histograms"),
            self.tr("The entries of the selected layer at the shown step"),
        )
        self.below.add(
            "map", self.map, self.tr("Map"), self.tr("The histograms of the selected layer through time")
        )
        self._columns = (
            self._column(self.flow, self.curves),
            self._column(self.across, self.below),
        )
        self._left = QStackedWidget(self)
        self._left.addWidget(self._columns[0])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        row = self._side_by_side(self._left, self._columns[1])
        layout.addWidget(row)
        self.enlarging = Enlarging((row, *self._columns), self)
        self._names: tuple[str, ...] = ()
        self._tick = 0
        self._last: Snapshot | None = None
        self._compared: Sequence[ComparedRun] = ()
        self._read_at = 0.0
        self._connect()
        tab = self.flow.add_tab(
            self.tr("Diagram"), self.tr("Show the network here, coloured by its gradients (F4)"), before=False
        )
        tab.clicked.connect(self._on_diagram_tab)

    @property
    def plots(self) -> tuple[PlotFrame, ...]:
        """All of them, in reading order."""
        return (self.flow, self.profile, self.updates, *self.curves.curves, self.histograms, self.map)

    def show_layers(self, names: Sequence[str], steps: int, layers: Sequence[LayerInfo] = ()) -> None:
        """Show empty plots of a run that is to come; `layers` are what the table tells of them."""
        self._last = None
        self._fit_axes(names)
        self.flow.show_layers(names, steps)
        self.across.show_layers(names, layers)
        self.curves.show_empty(steps)
        self.histograms.show_layers(names)
        self.map.show_layers(names, steps)
        if self.diagram is not None:
            self.diagram.show_no_run()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw it: at once where the user moves in time, the dearer plots less often while live."""
        names = tuple(layer.name for layer in snapshot.run.measured)
        if names != self._names:
            self._fit_axes(names)
        last = self._last
        at_once = (
            last is None
            or not snapshot.live
            or last.run.id != snapshot.run.id
            or last.status.state is not snapshot.status.state
            or last.last_step == snapshot.last_step
        )
        self._last = snapshot
        self._tick += 1
        now = time.monotonic()
        reads = snapshot.last_step >= 0 and (at_once or now - self._read_at > READING_S)
        if at_once or self._tick % _MAP_EVERY == 0:
            self._draw_left(snapshot, reads=reads)
        if not self.enlarging.hides(self.across):
            self.across.show_snapshot(snapshot, reads=reads)
        draws_curves = not self.shows_diagram and not self.enlarging.hides(self.curves)
        if draws_curves:
            self.curves.show_snapshot(snapshot)
        if (at_once or self._tick % _HISTOGRAMS_EVERY == 0) and not self.enlarging.hides(self.below):
            if self.below.current is self.map:
                self.map.show_snapshot(snapshot)
            else:
                self.histograms.show_snapshot(snapshot)
        if reads:
            self._read_at = now
            if draws_curves:
                self.curves.show_values(snapshot)

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw other runs beside the shown one, in the plots that are seen."""
        self._compared = runs
        if not self.shows_diagram and not self.enlarging.hides(self.flow):
            self.flow.show_compared(runs)
        if not self.shows_diagram and not self.enlarging.hides(self.curves):
            self.curves.show_compared(runs)
        self.across.show_compared(runs, seen=not self.enlarging.hides(self.across))

    def _draw_left(self, snapshot: Snapshot, *, reads: bool) -> None:
        diagram = self.diagram if self.shows_diagram else None
        if self.enlarging.hides(diagram or self.flow):
            self.flow.follow(snapshot)
        elif diagram is not None:
            self.flow.follow(snapshot)
            diagram.show_snapshot(snapshot, reads=reads)
        else:
            self.flow.show_snapshot(snapshot)

    @property
    def wanted(self) -> frozenset[str]:
        """What has to be read through time for what is shown (`snapshot.HISTORIES`)."""
        wanted: set[str] = set()
        if not self.shows_diagram and not self.enlarging.hides(self.curves):
            wanted |= self.curves.wants
        if self.across.current is self.updates and not self.enlarging.hides(self.across):
            wanted.add("update_ratio")
        if self.below.current is self.map and not self.enlarging.hides(self.below):
            wanted.add(self.map.quantity)
        return frozenset(wanted)

    @property
    def shows_diagram(self) -> bool:
        """Whether the diagram stands in the left side's place."""
        return self.diagram is not None and self._left.currentWidget() is self.diagram

    def add_diagram(self, diagram: DiagramFrame) -> None:
        """Take the diagram, which is made when it is first asked for."""
        self.diagram = diagram
        self._left.addWidget(diagram)
        diagram.flow_wanted.connect(self._on_flow_tab)
        diagram.enlarge_wanted.connect(self._on_enlarge)

    def show_diagram(self, *, shown: bool) -> None:
        """Put the diagram in the place of what goes over the steps, or those back; either catches up."""
        wanted = self.diagram if shown and self.diagram is not None else self._columns[0]
        if wanted is self._left.currentWidget():
            return
        self.enlarging.end()
        self._left.setCurrentWidget(wanted)
        self._tell_wanted()
        self._catch_up()

    def select_layer(self, index: int | None) -> None:
        """Emphasise that layer in all plots."""
        for plot in (self.flow, self.across, self.histograms, self.map):
            plot.select_layer(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how many columns can be seen."""
        super().resizeEvent(event)
        self.columns_changed.emit(max(200, self.flow.canvas.width()))

    def _catch_up(self, *_unused: object) -> None:
        """Draw at once what was hidden until now."""
        self.show_compared(self._compared)
        last, self._last = self._last, None
        if last is not None:
            self.show_snapshot(last)

    def _column(self, top: QWidget, bottom: QWidget) -> QSplitter:
        column = QSplitter(Qt.Orientation.Vertical)
        column.setHandleWidth(1)
        column.setChildrenCollapsible(False)
        for widget, share in ((top, 400), (bottom, 320)):
            column.addWidget(widget)
            column.setStretchFactor(column.count() - 1, share)
        column.setSizes([400, 320])
        column.splitterMoved.connect(self._on_row_moved)
        return column

    def _side_by_side(self, left: QWidget, right: QWidget) -> QSplitter:
        row = QSplitter(Qt.Orientation.Horizontal, self)
        row.setHandleWidth(1)
        row.setChildrenCollapsible(False)
        for widget, share in ((left, 60), (right, 40)):
            row.addWidget(widget)
            row.setStretchFactor(row.count() - 1, share)
        row.setSizes([600, 400])
        row.splitterMoved.connect(self._on_column_moved)
        return row

    def _on_row_moved(self, *_unused: object) -> None:
        """Both columns are cut at the same place, so that rows stay rows."""
        moved = self.sender()
        for column in self._columns:
            if column is not moved and isinstance(moved, QSplitter):
                column.setSizes(moved.sizes())

    def _on_column_moved(self, *_unused: object) -> None:
        self.columns_changed.emit(max(200, self.flow.canvas.width()))

    def _fit_axes(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        widest = self.flow.layers_axis.widest(list(names))
        width = min(max(AXIS_WIDTH, widest), _MOST_AXIS)
        for plot in (self.flow.canvas, self.curves, self.across, self.histograms.canvas, self.map.canvas):
            plot.set_axis_width(width)

    def _on_enlarge(self) -> None:
        place = self.sender()
        if isinstance(place, QWidget):
            self.enlarging.toggle(place)

    def _on_enlarged(self) -> None:
        for place in (self.flow, self.curves, self.across, self.below, self.diagram):
            if place is not None:
                place.set_enlarged(enlarged=place is self.enlarging.place)
        wide = self.enlarging.place is not None
        self.columns_changed.emit(max(200, self.width() if wide else self.flow.canvas.width()))
        self._tell_wanted()
        self._catch_up()

    def _tell_wanted(self, *_unused: object) -> None:
        self.wanted_changed.emit(self.wanted)

    def _on_diagram_tab(self) -> None:
        self.diagram_wanted.emit(True)  # noqa: FBT003 - a signal has no keywords

    def _on_flow_tab(self) -> None:
        self.diagram_wanted.emit(False)  # noqa: FBT003

    def _connect(self) -> None:
        for place in (self.flow, self.curves, self.across, self.below):
            place.enlarge_wanted.connect(self._on_enlarge)
        self.enlarging.changed.connect(self._on_enlarged)
        self.across.currentChanged.connect(self._catch_up)
        for beside in (self.layers, self.chain, self.activations):
            beside.layer_clicked.connect(self.layer_selected)
        for plot in (self.flow, self.profile, self.updates, self.histograms):
            plot.layer_clicked.connect(self.layer_selected)
            plot.cursor_moved.connect(self.cursor_moved)
        self.map.cursor_moved.connect(self.cursor_moved)
        self.map.steps_zoomed.connect(self._on_map_zoomed)
        self.map.wants_changed.connect(self._tell_wanted)
        self.below.currentChanged.connect(self._tell_wanted)
        self.below.currentChanged.connect(self._catch_up)
        self.curves.cursor_moved.connect(self.cursor_moved)
        self.flow.steps_zoomed.connect(self._on_flow_zoomed)
        self.curves.steps_zoomed.connect(self._on_curves_zoomed)
        self.flow.rows_zoomed.connect(self._on_flow_rows)
        for upright in (self.profile, self.updates):
            upright.rows_zoomed.connect(self._on_profile_rows)
        self.across.currentChanged.connect(self._tell_wanted)
        self.curves.wants_changed.connect(self._tell_wanted)
        self.flow.difference_changed.connect(self.difference_changed)
        self.flow.levels_changed.connect(self._on_levels_changed)

    def _on_flow_zoomed(self, steps: tuple[float, float] | None) -> None:
        self._zoom(steps, self.curves, self.map)

    def _on_curves_zoomed(self, steps: tuple[float, float] | None) -> None:
        self._zoom(steps, self.flow, self.map)

    def _on_map_zoomed(self, steps: tuple[float, float] | None) -> None:
        self._zoom(steps, self.flow, self.curves)

    def _zoom(self, steps: tuple[float, float] | None, *others: FlowMap | CurveTabs | HistogramMap) -> None:
        """Let the others show the steps that one plot shows, and have them read in full detail."""
        for plot in others:
            if steps is None:
                plot.follow_steps()
            else:
                plot.show_steps(*steps)
        self.steps_zoomed.emit(steps)

    def _on_flow_rows(self, rows: tuple[float, float]) -> None:
        self.profile.show_rows(*rows)
        self.updates.show_rows(*rows)

    def _on_profile_rows(self, rows: tuple[float, float]) -> None:
        self.flow.show_rows(*rows)
        for plot in (self.profile, self.updates):
            if plot is not self.sender():
                plot.show_rows(*rows)

    def _on_levels_changed(self, decades: tuple[float, float]) -> None:
        self.profile.set_decades(*decades)
