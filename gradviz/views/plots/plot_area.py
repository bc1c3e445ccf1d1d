"""The middle of the window: the four plots, drawn together from one snapshot, one cursor, one selection.

Drawing costs are kept to half a core: the map, which is the dearest, is drawn at every second tick
while live, the histograms at every third, and numbers at four times a second, which is as fast as
they can be read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gradviz.records.snapshot import Snapshot
from gradviz.views.plots.canvas import AXIS_WIDTH
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.plots.histogram_view import HistogramView
from gradviz.views.plots.learning_curves import LearningCurves
from gradviz.views.plots.plot_frame import PlotFrame

_READING_S = 0.25
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
    columns_changed = Signal(object)
    """How many columns (int) the widest plot over steps has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowMap(self)
        self.profile = DepthProfile(self)
        self.curves = LearningCurves(self)
        self.histograms = HistogramView(self)
        self._splitters = (
            self._row(self.flow, self.profile),
            self._row(self.curves, self.histograms),
        )
        rows = QSplitter(Qt.Orientation.Vertical, self)
        rows.setHandleWidth(1)
        rows.setChildrenCollapsible(False)
        for row, size in zip(self._splitters, (400, 320), strict=True):
            rows.addWidget(row)
            rows.setStretchFactor(rows.count() - 1, size)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(rows)
        self._names: tuple[str, ...] = ()
        self._tick = 0
        self._last: Snapshot | None = None
        self._read_at = 0.0
        self._connect()

    @property
    def plots(self) -> tuple[PlotFrame, ...]:
        """The four, in reading order."""
        return (self.flow, self.profile, self.curves, self.histograms)

    def show_layers(self, names: Sequence[str], steps: int) -> None:
        """Show empty plots of a run that is to come."""
        self._last = None
        self._fit_axes(names)
        self.flow.show_layers(names, steps)
        self.profile.show_layers(names)
        self.curves.show_empty(steps)
        self.histograms.show_layers(names)

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
        if at_once or self._tick % _MAP_EVERY == 0:
            self.flow.show_snapshot(snapshot)
        self.profile.show_snapshot(snapshot)
        self.curves.show_snapshot(snapshot)
        if at_once or self._tick % _HISTOGRAMS_EVERY == 0:
            self.histograms.show_snapshot(snapshot)
        now = time.monotonic()
        if snapshot.last_step >= 0 and (at_once or now - self._read_at > _READING_S):
            self._read_at = now
            self.profile.show_step(snapshot.profile.step, exact=snapshot.exact)
            self.curves.show_values(snapshot)

    def select_layer(self, index: int | None) -> None:
        """Emphasise that layer in all plots."""
        for plot in (self.flow, self.profile, self.histograms):
            plot.select_layer(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how many columns can be seen."""
        super().resizeEvent(event)
        self.columns_changed.emit(max(200, self.flow.canvas.width()))

    def _row(self, left: QWidget, right: QWidget) -> QSplitter:
        row = QSplitter(Qt.Orientation.Horizontal)
        row.setHandleWidth(1)
        row.setChildrenCollapsible(False)
        for widget, share in ((left, 60), (right, 40)):
            row.addWidget(widget)
            row.setStretchFactor(row.count() - 1, share)
        row.setSizes([600, 400])
        row.splitterMoved.connect(self._on_splitter_moved)
        return row

    def _on_splitter_moved(self, *_unused: object) -> None:
        """Both rows are cut at the same place, so that columns stay columns."""
        moved = self.sender()
        for row in self._splitters:
            if row is not moved and isinstance(moved, QSplitter):
                row.setSizes(moved.sizes())
        self.columns_changed.emit(max(200, self.flow.canvas.width()))

    def _fit_axes(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        widest = self.flow.layers_axis.widest(list(names))
        for plot in self.plots:
            plot.canvas.set_axis_width(min(max(AXIS_WIDTH, widest), _MOST_AXIS))

    def _connect(self) -> None:
        for plot in self.plots:
            plot.layer_clicked.connect(self.layer_selected)
            plot.cursor_moved.connect(self.cursor_moved)
        self.flow.steps_zoomed.connect(self._on_flow_zoomed)
        self.curves.steps_zoomed.connect(self._on_curves_zoomed)
        self.flow.rows_zoomed.connect(self._on_flow_rows)
        self.profile.rows_zoomed.connect(self._on_profile_rows)
        self.flow.levels_changed.connect(self._on_levels_changed)

    def _on_flow_zoomed(self, steps: tuple[float, float] | None) -> None:
        if steps is None:
            self.curves.follow_steps()
        else:
            self.curves.show_steps(*steps)
        self.steps_zoomed.emit(steps)

    def _on_curves_zoomed(self, steps: tuple[float, float] | None) -> None:
        if steps is None:
            self.flow.follow_steps()
        else:
            self.flow.show_steps(*steps)
        self.steps_zoomed.emit(steps)

    def _on_flow_rows(self, rows: tuple[float, float]) -> None:
        self.profile.show_rows(*rows)

    def _on_profile_rows(self, rows: tuple[float, float]) -> None:
        self.flow.show_rows(*rows)

    def _on_levels_changed(self, decades: tuple[float, float]) -> None:
        self.profile.set_decades(*decades)
