"""Curves over the steps: a family of panes over one axis, the same one as the flow map's.

Several panes and not several axes in one: which curve belongs to which axis must not need a thought. What is
not finite has no place on an axis and stands as a mark at its edge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.control.step_horizon import horizon
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count
from gradviz.views.picking import Rows
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import MARGIN_WIDTH, Canvas
from gradviz.views.plots.curve_design import Family, Line
from gradviz.views.plots.curve_pane import CurvePane
from gradviz.views.plots.curves_of_layers import MOST_LAYERS, not_drawn, ratios_at_cursor, ratios_beside
from gradviz.views.plots.legend_sample import Sample
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues
from gradviz.views.plots.run_legend import RunLegend
from gradviz.views.plots.step_places import StepPlaces
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.ticks import step_ticks
from gradviz.views.theme import Theme


class StepCurves(PlotFrame):
    """Shows the lines of one family."""

    is_over_steps = True

    marks_steps = True

    def __init__(self, family: Family, parent: QWidget | None = None) -> None:
        bottom = Axis(Side.BOTTOM, step_ticks, "", titled=False)
        canvas = Canvas(bottom)
        super().__init__(canvas, family.name, parent)
        self.family = family
        self.panes = tuple(CurvePane(canvas, pane) for pane in family.panes)
        self.places = StepPlaces(self, canvas, [pane.box for pane in self.panes])
        canvas.finish_layout(self.places.strip, self.places.corner)
        canvas.set_margin(MARGIN_WIDTH)
        self._snapshot: Snapshot | None = None
        self._horizon = 1
        self._zoomed = False
        self.switches = {line.name: self._switch(line) for line in _switched(family)}
        self.legend = RunLegend(self)
        self.legend.switched.connect(self._on_run_switched)
        self.legend.switched.connect(self.runs_switched)
        self.places.take_legend(self.legend.marks)
        self._compared: Sequence[ComparedRun] = ()
        for pane in self.panes:
            pane.cursor.dragged_to.connect(self.cursor_moved)
            pane.box.hovered.connect(self._on_hovered)
            pane.box.sigRangeChangedManually.connect(self._on_zoomed)
        self.panes[0].box.sigXRangeChanged.connect(self._say)
        self.set_theme(appearance().theme)
        self._fit()
        self._say()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        for pane in self.panes:
            pane.set_theme(theme)
        self.places.set_theme(theme)

    @property
    def wants(self) -> frozenset[str]:
        """What its family wants."""
        return self.family.wants

    def stand_alone(self, *, alone: bool) -> None:
        """A family's full name has no room beside tabs."""
        self.title.setText(self.family.name if alone else self.family.tab)

    def expect(self, coming: RunToCome) -> None:
        """Show the axes of a run that is to come."""
        self.show_empty(coming.steps)

    def write_numbers(self, snapshot: Snapshot) -> None:
        """Write the values at the shown step."""
        self.show_values(snapshot)

    def show_empty(self, steps: int) -> None:
        """Show the axes of a run that is to come."""
        self._snapshot = None
        self._zoomed = False
        self._horizon = horizon(0, steps)
        for pane in self.panes:
            pane.clear()
        self.legend.show_marks(())
        self.places.clear()
        self.canvas.set_quiet_line(self.family.quiet)
        self._fit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        if self._snapshot is not None and self._snapshot.run.id != snapshot.run.id:
            for pane in self.panes:
                pane.clear()
        self._snapshot = snapshot
        self.fit_steps()
        if snapshot.last_step < 0:
            return
        self.canvas.set_quiet_line("")
        for pane in self.panes:
            pane.show(snapshot)
        self._show_beside()
        self._say()
        self.legend.show_marks(snapshot.marked)
        self.places.show(snapshot)

    def draws_run(self, run_id: str) -> bool | None:
        """Whether its legend has that run switched on."""
        return self.legend.is_on(run_id) if self.family.compares else None

    def fit_steps(self) -> None:
        """Go on to the end of the longest run."""
        shot = self._snapshot
        wanted = self._horizon if shot is None else horizon(shot.last_step, shot.run.steps, self.reach)
        if wanted != self._horizon:
            self._horizon = wanted
            self._fit()

    def select_layers(self, rows: Rows) -> None:
        """Draw update ratios of those layers too."""
        super().select_layers(rows)
        self._show_beside()
        self._say()

    def _show_beside(self) -> None:
        """The lines of the layers that are selected beside the one of the snapshot."""
        pane, snapshot = self.panes[0], self._snapshot
        if snapshot is None or not self.family.beside or (len(self.chosen) < 2 and not pane.beside):
            return
        rows = self.chosen if len(self.chosen) > 1 else ()
        pane.show_beside(snapshot, *ratios_beside(snapshot, rows), ratios_at_cursor(snapshot, rows))

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw those runs too."""
        if runs is not self._compared and self.family.compares:
            self._compared = runs
            self.legend.show_runs(runs)
            for pane in self.panes:
                pane.show_compared(runs)
            self._on_run_switched()

    def show_values(self, snapshot: Snapshot) -> None:
        """Write the values at the shown step into the margin (at reading speed)."""
        for pane in self.panes:
            pane.show_values(snapshot)

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as the map does after a zoom."""
        self._zoomed = True
        for pane in self.panes:
            pane.box.setXRange(first, last, padding=0)

    def follow_steps(self) -> None:
        """Show all steps again."""
        self._zoomed = False
        self._fit()

    def reset_view(self) -> None:
        """Show everything again."""
        self.follow_steps()
        self.steps_zoomed.emit(None)

    def full_title(self) -> str:
        """The family's whole name, also where tabs leave its title little room."""
        return self.family.name

    def figure_note(self) -> str:
        """Of which step the values at the right are."""
        shot = self._snapshot
        if shot is None or shot.last_step < 0:
            return ""
        return self.tr("values at step {0}").format(count(shot.cursor))

    def figure_words(self, switch: LegendSwitch) -> str:
        """What tells of the selected layer is called as that."""
        shot = self._snapshot
        own = (line for line in _switched(self.family) if self.switches[line.name] is switch)
        line = next(own, None)
        return super().figure_words(switch) if line is None or shot is None else line.name_in(shot)

    def unswitched(self) -> Sequence[tuple[str, Sample]]:
        """The layers beside the selected one."""
        lines = (item.line for item in self.panes[0].beside if item.is_visible)
        return [
            (line.name, Sample(tone=line.tone, style="dashes" if line.dashed else "line")) for line in lines
        ]

    def shown_sample(self) -> Sample | None:
        """The sample of its only line."""
        line = self.family.panes[0].lines[0]
        return None if self.switches else Sample(tone=line.tone, style="dots" if line.sampled else "line")

    def values(self) -> PlottedValues | None:
        """A row for each step in sight at which a line that is shown has a value."""
        first, last = self.panes[0].box.viewRange()[0]
        items = [(pane, item) for pane in self.panes for item in pane.all_items if item.is_visible]
        parts = [item.steps_between(first, last) for _, item in items]
        steps = np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)
        if not len(steps):
            return None
        together = max(item.together(first, last) for _, item in items)
        name = self.tr("first of up to {0} steps").format(together) if together > 1 else self.tr("step")
        columns = [Column(name=name, cells=steps)]
        for (pane, item), own in zip(items, parts, strict=True):
            if item.whose and not len(own):
                continue  # it has no layer of that name
            columns += item.columns(steps, first, last, pane.design.title)
        return PlottedValues(columns=tuple(columns))

    def _switch(self, line: Line) -> LegendSwitch:
        style = "dots" if line.sampled else "dashes" if line.dashed else "line"
        tip = self.tr("Show “{0}”").format(line.name)
        switch = LegendSwitch(line.name, line.tone, style, tip, self)
        switch.toggled.connect(self._on_switched)
        self.add_switch(switch)
        return switch

    def _say(self, *_unused: object) -> None:
        """The remark: what is left out, how seldom what is in sight was measured, or how it is read."""
        shot, family = self._snapshot, self.family
        words = family.remark if family.remarked is None or shot is None else family.remarked(shot)
        often = self.panes[0].measured_words() if family.counts else ""
        more = not_drawn(shot, self.chosen) if family.beside and shot is not None else 0
        missing = self.tr("+{0} more not drawn").format(more) if more else ""
        said = _joined(missing, often or words, by=" · ")
        if said != self.remark.text():
            self.remark.setText(said)
        if family.explained:
            few = self.tr("Of the layers selected beside one, the last {0} have lines.").format(MOST_LAYERS)
            self.remark.setToolTip(_joined(few if more else "", often, family.explained, by="\n"))

    def _fit(self) -> None:
        for pane in self.panes:
            pane.box.setLimits(xMin=-0.5, xMax=self._horizon + 0.5, minXRange=min(4, self._horizon + 1))
            if not self._zoomed:
                pane.box.setXRange(-0.5, self._horizon + 0.5, padding=0)

    def _on_switched(self, _on: bool) -> None:
        for name, switch in self.switches.items():
            for pane in self.panes:
                pane.show_line(name, visible=switch.isChecked())

    def _on_run_switched(self) -> None:
        for run_id in self.legend.switches:
            for pane in self.panes:
                pane.show_run(run_id, visible=self.legend.is_on(run_id))

    def _on_zoomed(self, *_unused: object) -> None:
        self._zoomed = True
        sender = self._sender()
        first, last = sender.box.viewRange()[0]
        for pane in self.panes:
            pane.box.setXRange(first, last, padding=0)
        self.steps_zoomed.emit((first, last))

    def _on_hovered(self, place: QPointF | None) -> None:
        snapshot, pane = self._snapshot, self._sender()
        last = max(-1 if snapshot is None else snapshot.last_step, pane.last_compared)
        if place is None or snapshot is None or not -0.5 <= place.x() <= last + 0.5:
            self.canvas.hide_card()
            return
        step = int(np.clip(round(place.x()), 0, last))
        lines = [self.tr("{0}: {1}").format(name, value) for name, value in pane.values_at(step, place.y())]
        name = pane.design.name
        title = self.tr("{0} at step {1}").format(name[0].upper() + name[1:], count(step))
        self.canvas.show_card(pane.box, place, title, lines)

    def _sender(self) -> CurvePane:
        return next((pane for pane in self.panes if pane.box is self.sender()), self.panes[0])


def _switched(family: Family) -> list[Line]:
    """The lines that have a switch: of each name one, where there is more than one name in a pane."""
    panes = [pane for pane in family.panes if len(pane.lines) > 1 and family.switches]
    lines = {line.name: line for pane in panes for line in pane.lines}
    return list(lines.values())


def _joined(*parts: str, by: str) -> str:
    return by.join(part for part in parts if part)
