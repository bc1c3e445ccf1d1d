"""The middle of the window: plots in four places, drawn from one snapshot, with one cursor and selection.

At the left what goes over the steps, at the right what goes over the layers; the user may put them elsewhere.
The network diagram can take the left side's place: it is tall, and the right side says more about the layers
that it shows. What is hidden is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.layer_table.rows import FOLDS_FROM
from gradviz.views.picking import Rows
from gradviz.views.plots.arrangement import Arrangement, Place
from gradviz.views.plots.arranging import Arranging
from gradviz.views.plots.canvas import AXIS_WIDTH
from gradviz.views.plots.ensemble import Ensemble
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.plots.pace import Pace
from gradviz.views.plots.plot_grid import PlotGrid
from gradviz.views.plots.plot_tabs import PlotTabs
from gradviz.views.plots.plot_view import PlotView, RunToCome
from gradviz.views.plots.registry import default_arrangement
from gradviz.views.plots.ticks import block_name

if TYPE_CHECKING:
    from gradviz.views.diagram.diagram_frame import DiagramFrame

_MOST_AXIS = 120
_FEWEST_COLUMNS = 200


class PlotArea(QWidget):
    """Holds the plots where the arrangement says, and keeps them of one mind."""

    layer_selected = Signal(object)
    """The index (int) of a measured layer that the user clicked."""
    layers_selected = Signal(object)
    """Several measured layers (tuple of int) that the user chose, the primary last."""
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
    plot_made = Signal(object)
    """A plot (PlotView) that was not there before, or has other tabs now."""
    keyed = Signal(object)
    """A key that no plot took (QKeyEvent): arrows go through layers and steps."""

    def __init__(self, parent: QWidget | None = None, arrangement: Arrangement | None = None) -> None:
        super().__init__(parent)
        self.ensemble = Ensemble(self)
        self.places = {place: PlotTabs(self.ensemble.plot, self) for place in Place}
        self.grid = PlotGrid(self.places, self)
        self.enlarging = self.grid.enlarging
        for tabs in self.places.values():
            tabs.named.connect(self.plot_made)
            tabs.keyed.connect(self.keyed)
        self.diagram: DiagramFrame | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.grid)
        self.arranging = Arranging(default_arrangement(), self.ensemble, self.places, self.grid, self)
        self._pace = Pace()
        self._names: tuple[str, ...] = ()
        flow = self.ensemble.plot("flow")
        if not isinstance(flow, FlowMap):
            raise TypeError("the flow map is a map")
        self.flow = flow
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._tell_columns)
        self._connect()
        self.arranging.apply(arrangement or default_arrangement())

    @property
    def plots(self) -> tuple[PlotView, ...]:
        """Those that were made."""
        return tuple(self.ensemble.plots.values())

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The keys of the plots that are seen."""
        return self.arranging.in_sight

    @property
    def wanted(self) -> frozenset[str]:
        """What has to be read through time for what is shown (`snapshot.HISTORIES`)."""
        return frozenset().union(*(self.ensemble.plot(key).wants for key in self.in_sight))

    @property
    def shows_diagram(self) -> bool:
        """Whether the diagram stands in the left side's place."""
        return self.diagram is not None and self.grid.in_left is self.diagram

    def plot(self, key: str) -> PlotView:
        """The plot of that key, made where nobody has looked at it yet."""
        return self.ensemble.plot(key)

    def show_plot(self, key: str) -> None:
        """Bring a plot to the front of its place, also one that was closed."""
        self.arranging.open(key)

    def show_layers(
        self, names: Sequence[str], steps: int, layers: Sequence[LayerInfo] = (), *, accuracy: bool = True
    ) -> None:
        """Show empty plots of a run that is to come.

        `layers` are what the table tells of them; a regression has no `accuracy`.
        """
        self._pace.forget()
        self._fit_axes(names)
        self.ensemble.recording.clear(accuracy=accuracy)
        self.arranging.fit()
        self._tell_wanted()
        coming = RunToCome(names=tuple(names), steps=steps, layers=tuple(layers))
        self.ensemble.expect(coming, self.in_sight)
        if self.diagram is not None:
            self.diagram.show_no_run()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw it: at once where the user moves in time, the dearer plots less often while live."""
        names = tuple(layer.name for layer in snapshot.run.measured)
        before = self.ensemble.snapshot
        if snapshot.last_step < 0 and before is not None and before.run.id != snapshot.run.id:
            run = snapshot.run
            has_accuracy = any(series.quantity == "train_accuracy" for series in run.series)
            self.show_layers(names, run.steps, run.measured, accuracy=has_accuracy)  # none draws over it
        if names != self._names:
            self._fit_axes(names)
        self._pace.take(snapshot)
        if self.ensemble.note(snapshot):
            self.arranging.fit()
            self._tell_wanted()
        self.ensemble.draw(self._pace, self.in_sight)
        diagram = self.diagram
        if diagram is not None and self._sees_diagram and self._pace.is_due(self.flow.every):
            diagram.show_snapshot(snapshot, reads=self._pace.reads)

    def expect_text(self, run_id: str) -> None:
        """That run is a language model's: its text has a place before the first sample is there."""
        self.ensemble.recording.expect_text(run_id)

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw other runs beside the shown one, in the plots that are seen."""
        self.ensemble.show_compared(runs, self.in_sight)

    def name_run(self, name: str) -> None:
        """That is what the session calls the shown run."""
        self.ensemble.name_run(name)

    def add_diagram(self, diagram: DiagramFrame) -> None:
        """Take the diagram, which is made when it is first asked for."""
        self.diagram = diagram
        diagram.flow_wanted.connect(self._on_flow_tab)
        diagram.enlarge_wanted.connect(self._on_enlarge)

    def show_diagram(self, *, shown: bool) -> None:
        """Put the diagram in the place of what goes over the steps, or those back; either catches up."""
        wanted = self.diagram if shown else None
        if shown is self.shows_diagram:
            return
        self.enlarging.end()
        self.grid.take_left(wanted)
        self._on_sight()

    def select_layer(self, index: int | None) -> None:
        """Emphasise that layer in all plots."""
        self.select_layers(() if index is None else (index,))

    def select_layers(self, rows: Rows) -> None:
        """Emphasise those layers in all plots, the last one as the primary."""
        self.ensemble.select_layers(rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell how many columns can be seen, as soon as the plots have their places."""
        super().resizeEvent(event)
        self._settled.start()

    @property
    def _sees_diagram(self) -> bool:
        return self.shows_diagram and self.diagram is not None and not self.enlarging.hides(self.diagram)

    def _on_sight(self) -> None:
        """Other plots are in sight: those catch up, and what is not seen is not read."""
        self._settled.start()
        self._tell_wanted()
        self.ensemble.catch_up(self.in_sight)
        snapshot = self.ensemble.snapshot
        if self.diagram is not None and self._sees_diagram and snapshot is not None:
            self.diagram.show_snapshot(snapshot)

    def _fit_axes(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        written = [*names, *([block_name(*names[-2:])] if len(names) >= FOLDS_FROM else [])]
        widest = self.flow.layers_axis.widest(written)
        self.ensemble.set_axis_width(min(max(AXIS_WIDTH, widest), _MOST_AXIS))

    def _tell_columns(self) -> None:
        widest = max((self.ensemble.plot(key).columns for key in self.in_sight), default=0)
        if self.enlarging.place is not None:
            widest = self.width()
        self.columns_changed.emit(max(_FEWEST_COLUMNS, widest))

    def _on_enlarge(self) -> None:
        place = self.sender()
        if isinstance(place, QWidget):
            self.enlarging.toggle(place)

    def _on_enlarged(self) -> None:
        for place in (*self.places.values(), self.diagram):
            if place is not None:
                place.set_enlarged(enlarged=place is self.enlarging.place)
        self._on_sight()

    def _tell_wanted(self) -> None:
        self.wanted_changed.emit(self.wanted)

    def _on_made(self, _key: str, plot: PlotView) -> None:
        self.plot_made.emit(plot)

    def _on_diagram_tab(self) -> None:
        self.diagram_wanted.emit(True)  # noqa: FBT003 - a signal has no keywords

    def _on_flow_tab(self) -> None:
        self.diagram_wanted.emit(False)  # noqa: FBT003

    def _connect(self) -> None:
        ensemble = self.ensemble
        ensemble.layer_clicked.connect(self.layer_selected)
        ensemble.layers_chosen.connect(self.layers_selected)
        ensemble.cursor_moved.connect(self.cursor_moved)
        ensemble.steps_zoomed.connect(self.steps_zoomed)
        ensemble.wants_changed.connect(self._tell_wanted)
        ensemble.made.connect(self._on_made)
        self.arranging.sight_changed.connect(self._on_sight)
        self.arranging.left_wanted.connect(self._on_flow_tab)
        for place in self.places.values():
            place.enlarge_wanted.connect(self._on_enlarge)
        self.grid.sight_changed.connect(self._on_enlarged)
        self.grid.moved.connect(self._tell_columns)
        self.flow.difference_changed.connect(self.difference_changed)
        self.flow.levels_changed.connect(ensemble.set_levels)
        diagram = QAction(self.tr("Diagram"), self)
        diagram.setToolTip(
            self.tr("Show the network here and below, coloured by its gradients; F4 goes there and back")
        )
        diagram.triggered.connect(self._on_diagram_tab)
        self.places[Place.TOP_LEFT].set_further(diagram)
