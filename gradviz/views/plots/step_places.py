"""What a plot over the steps shows of its run's time: events along its axis, and lines at marked steps."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QObject

from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.event_marks import track_marks
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.event_strip import CornerTitle, EventStrip
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.step_marks import MarkLines, StepLegend
from gradviz.views.theme import Theme


class StepPlaces(QObject):
    """Gives a frame's canvas its strip of events and its panes their lines; a click goes to an event."""

    def __init__(self, frame: PlotFrame, canvas: Canvas, boxes: Sequence[pg.ViewBox]) -> None:
        super().__init__(frame)
        self.strip = EventStrip(canvas, boxes[-1])
        self.strip.step_chosen.connect(frame.cursor_moved)
        self.corner = CornerTitle(self.tr("step"))
        self.lines = tuple(MarkLines(box) for box in boxes)
        self._legend: StepLegend | None = None
        self._steps: tuple[int, ...] = ()
        self._seen: tuple[object, ...] = ()

    def take_legend(self, legend: StepLegend) -> None:
        """Show the lines that are switched on there."""
        self._legend = legend
        legend.switched.connect(self._on_switched)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.strip.set_theme(theme)
        self.corner.set_theme(theme)
        self._show_lines(theme)

    def show(self, snapshot: Snapshot) -> None:
        """Draw what has happened so far, and the marked steps; the legend knows those already."""
        seen = (id(snapshot.events), *map(id, snapshot.marked))
        marks = self.strip.marks if seen == self._seen else track_marks(snapshot.events, snapshot.marked)
        self.strip.show_marks(marks, snapshot.cursor)
        if seen != self._seen:
            self._seen = seen
            self._steps = tuple(mark.step for mark in snapshot.marked)
            self._show_lines(appearance().theme)

    def clear(self) -> None:
        """Show nothing: a run is to come."""
        self._seen, self._steps = (), ()
        self.strip.show_marks((), -1)
        self._show_lines(appearance().theme)

    def _show_lines(self, theme: Theme) -> None:
        for lines in self.lines:
            lines.show(self._steps, theme)
        self._on_switched()

    def _on_switched(self) -> None:
        if self._legend is not None:
            for lines in self.lines:
                lines.set_visible(self._legend)
