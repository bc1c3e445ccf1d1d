"""The tab for gradients through time: there where the shown run has recurrent layers, else gone."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gradviz.records.snapshot import Snapshot
from gradviz.views.plots.canvas import AXIS_WIDTH
from gradviz.views.plots.plot_tabs import PlotTabs
from gradviz.views.plots.through_time import ThroughTime

KEY = "time"


class TimeTab(QObject):
    """Adds the plot to a place of plots and takes it away; where the user wanted it, it is shown again."""

    def __init__(self, place: PlotTabs) -> None:
        super().__init__(place)
        self._place = place
        self.plot: ThroughTime | None = None
        self._run = ""
        self._axis_width = AXIS_WIDTH
        self._wanted = False
        self._snapshot: Snapshot | None = None
        place.chosen.connect(self._on_chosen)
        place.currentChanged.connect(self._catch_up)

    def show_empty(self) -> None:
        """A run is to come, of which nothing is known yet."""
        self._run = ""
        self._snapshot = None
        self._take_away()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what the shown run recorded through time, if that is in front."""
        self._snapshot = snapshot
        if snapshot.time_gradient is not None:
            self._run = snapshot.run.id
            if self.plot is None:
                self._add()
        elif snapshot.run.id != self._run:
            self._take_away()
        self._catch_up()

    def set_axis_width(self, width: float) -> None:
        """Give its left axis that width."""
        self._axis_width = width
        if self.plot is not None:
            self.plot.canvas.set_axis_width(width)

    def _add(self) -> None:
        self.plot = ThroughTime(self._place)
        self.plot.canvas.set_axis_width(self._axis_width)
        tip = self.tr("Gradient norms at every position of a sequence, in the selected recurrent layer")
        self._place.add(KEY, self.plot, self.tr("Time"), tip)
        if self._wanted:
            self._place.show_tab(KEY)

    def _take_away(self) -> None:
        if self.plot is not None:
            self._place.remove(KEY)
            self.plot.deleteLater()
            self.plot = None

    def _catch_up(self) -> None:
        if self.plot is not None and self._place.key == KEY and self._snapshot is not None:
            self.plot.show_snapshot(self._snapshot)

    def _on_chosen(self, key: str) -> None:
        self._wanted = key == KEY
