"""The legend of compared runs and marked steps below a heading: a switch for each, the same everywhere.

Where there are too many for the names only the samples stay, and the pointer is told the names.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout

from gradviz.control.compared_run import ComparedRun
from gradviz.records.marked import MarkedStep
from gradviz.views.plots.legend_row import LegendRow
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.step_marks import StepLegend
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.theme import run_tone

_MOST_LETTERS = 16


class RunLegend(QObject):
    """Keeps a frame's switches; what was switched off stays so while the run is compared."""

    switched = Signal()

    def __init__(self, frame: PlotFrame, *, has_symbols: bool = False) -> None:
        """`has_symbols`: the marked steps’ lines have some."""
        super().__init__(frame)
        self._frame = frame
        self.row = frame.add_row()
        LegendRow(self.row)
        self.switches: dict[str, LegendSwitch] = {}
        self._known: tuple[tuple[str, str, int], ...] = ()
        self.marks = StepLegend(frame, self.row, has_symbols=has_symbols)

    def show_runs(self, runs: Sequence[ComparedRun]) -> None:
        """Have a switch for each of them."""
        known = tuple((run.id, run.name, run.number) for run in runs)
        if known == self._known:
            return
        self._known = known
        off = {run for run, switch in self.switches.items() if not switch.isChecked()}
        for switch in self.switches.values():
            switch.setParent(None)  # a figure takes the switches that the frame has
            switch.deleteLater()
        self.switches = {}
        for run_id, name, number in known:
            tip = self.tr("Show “{0}” to compare").format(name)
            switch = LegendSwitch(_short(name), run_tone(number), "line", tip, self._frame, whose=name)
            switch.setChecked(run_id not in off)
            switch.toggled.connect(self.switched)
            line = self.row.layout()
            if isinstance(line, QHBoxLayout):
                line.insertWidget(len(self.switches), switch)
            self.switches[run_id] = switch
        self._show_row()

    def show_marks(self, marks: Sequence[MarkedStep]) -> bool:
        """Have a switch for each marked step too; whether that changed anything."""
        changed = self.marks.show_marks(marks)
        if changed:
            self._show_row()
        return changed

    def is_on(self, run_id: str) -> bool:
        """Whether a run is to be drawn."""
        return run_id in self.switches and self.switches[run_id].isChecked()

    def _show_row(self) -> None:
        self.row.setVisible(bool(self._known or self.marks.switches))


def _short(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
