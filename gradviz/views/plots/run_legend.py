"""The legend of compared runs and marked steps below a heading: a switch for each, the same everywhere.

Where there are too many for the names, what tells them apart stays: of “Run 1” and “Run 2” the numbers. Where
that has no room either only the samples stay, and the pointer is told the names.
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

_MOST_LETTERS, _FEW_LETTERS = 16, 8


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
        briefs = apart([name for _, name, _ in known])
        for (run_id, name, number), brief in zip(known, briefs, strict=True):
            tip = self.tr("Show “{0}” to compare").format(name)
            tone = run_tone(number)
            switch = LegendSwitch(_short(name), tone, "line", tip, self._frame, whose=name, brief=brief)
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


def apart(names: Sequence[str]) -> list[str]:
    """Of each name the words that tell it from the others, shortened; nothing where that is not enough."""
    words = [name.split() for name in names]
    begin = _alike(words)
    end = _alike([each[begin:][::-1] for each in words])
    own = [" ".join(each[begin : len(each) - end]) for each in words]
    briefs = [_short(brief or name, _FEW_LETTERS) for brief, name in zip(own, names, strict=True)]
    return briefs if len(set(briefs)) == len(names) else [""] * len(names)


def _alike(words: Sequence[Sequence[str]]) -> int:
    """With how many words all of several names begin."""
    together = [len(set(column)) == 1 for column in zip(*words, strict=False)] if len(words) > 1 else []
    return [*together, False].index(False)


def _short(name: str, most: int = _MOST_LETTERS) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
