"""What marks the shown step: two actions that say what they would do now, or why they cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction

from gradviz.control.marked_steps import MOST, MarkedSteps
from gradviz.control.refresh_clock import RefreshClock
from gradviz.views.actions import CONTEXT, TABLE, set_reason

if TYPE_CHECKING:
    from gradviz.views.plots.plot_area import PlotArea
    from gradviz.views.plots.plot_view import PlotView


class MarkConductor(QObject):
    """Connects the actions with the marks of the shown run."""

    def __init__(
        self,
        marked: MarkedSteps,
        clock: RefreshClock,
        actions: Mapping[str, QAction],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._marked, self._clock = marked, clock
        self._mark, self._unmark = actions["view.mark"], actions["view.unmark"]
        self._mark.triggered.connect(marked.toggle)
        self._unmark.triggered.connect(marked.clear)
        marked.changed.connect(self._on_changed)
        clock.refreshed.connect(self._on_changed)
        self._on_changed()

    def offer(self, plots: PlotArea) -> None:
        """Have the actions in the menu of every plot that shows marks, also of those that come later."""
        plots.plot_made.connect(self._offer_in)
        for plot in plots.plots:
            self._offer_in(plot)

    def _offer_in(self, plot: PlotView) -> None:
        if plot.marks_steps:
            plot.menu.addSeparator()
            plot.menu.addActions([self._mark, self._unmark])

    def _on_changed(self, *_unused: object) -> None:
        snapshot = self._clock.snapshot
        is_there = snapshot is not None and snapshot.last_step >= 0
        is_marked = snapshot is not None and snapshot.cursor in self._marked.steps
        text = QCoreApplication.translate(CONTEXT, TABLE["view.mark"].text)
        if is_marked:
            text = self.tr("Remove mark of shown step")
        if self._mark.text() != text:
            self._mark.setText(text)
        reason = "" if is_there else self.tr("No step is shown.")
        if is_there and self._marked.is_full and not is_marked:
            reason = self.tr("{0} steps are marked: take one mark away first.").format(MOST)
        set_reason(self._mark, reason)
        set_reason(self._unmark, "" if self._marked.steps else self.tr("No step is marked."))
