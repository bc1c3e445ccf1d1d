"""What a plot over the steps shows of its run's time: events along its axis, and lines at marked steps."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QObject

from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.clip_marks import clip_marks
from gradviz.views.event_marks import EventMarks
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.event_strip import CornerTitle, EventStrip
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.step_marks import MarkLines, StepLegend
from gradviz.views.theme import Theme
from gradviz.views.time_track import TrackMark


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
        self._event_marks = EventMarks()
        self._clip_marks: tuple[TrackMark, ...] = ()
        self._known: tuple[TrackMark, ...] = ()

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
        known = self._event_marks.of(snapshot.events, snapshot.marked)
        clipped = snapshot.numbers.get("clipped")
        bursts = clip_marks(clipped) if clipped is not None else ()
        if known is not self._known or bursts != self._clip_marks:
            self._known, self._clip_marks = known, bursts
            self.strip.show_marks(known + bursts, snapshot.cursor)
        else:
            self.strip.show_marks(self.strip.marks, snapshot.cursor)
        steps = tuple(mark.step for mark in snapshot.marked)
        if steps != self._steps:
            self._steps = steps
            self._show_lines(appearance().theme)

    def clear(self) -> None:
        """Show nothing: a run is to come."""
        self._known, self._clip_marks, self._steps = (), (), ()
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
