"""Loss and accuracy, training and validation, in two panes over the same steps as the flow map.

Two panes and not two axes in one: which curve belongs to which axis must not need a thought. A loss
that is not finite has no place on the axis and stands as ✕ at its upper edge.
"""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count, percent, significant
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import MARGIN_WIDTH, Canvas
from gradviz.views.plots.curve_pane import CurvePane
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.slow_range import SlowRange, from_zero
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.plots.ticks import number_ticks, percent_ticks, step_ticks
from gradviz.views.step_horizon import horizon
from gradviz.views.theme import Theme

EMPTY_LOSS = (0.0, 2.5)


class LearningCurves(PlotFrame):
    """Shows the four curves of a snapshot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        bottom = Axis(Side.BOTTOM, step_ticks, "")
        canvas = Canvas(bottom)
        super().__init__(canvas, "", parent)
        self.title.setText(self.tr("Loss and accuracy"))
        bottom.set_title(self.tr("step"))
        canvas.setAccessibleName(self.title.text())
        loss = Axis(Side.LEFT, number_ticks, self.tr("loss"))
        accuracy = Axis(Side.LEFT, percent_ticks, self.tr("accuracy"))
        self._loss = CurvePane(canvas, loss, significant, stretch=3)
        self._accuracy = CurvePane(canvas, accuracy, percent, stretch=2)
        self._panes = (self._loss, self._accuracy)
        canvas.finish_layout()
        canvas.set_margin(MARGIN_WIDTH)
        self._loss_range = SlowRange(from_zero, EMPTY_LOSS)
        self._snapshot: Snapshot | None = None
        self._horizon = 1
        self._zoomed = False
        self.train_switch = LegendSwitch(
            self.tr("training"), "train_line", "line", self.tr("Show the training curves"), self
        )
        self.validation_switch = LegendSwitch(
            self.tr("validation"), "validation_line", "dots", self.tr("Show the validation curves"), self
        )
        for switch in (self.train_switch, self.validation_switch):
            switch.toggled.connect(self._on_switched)
            self.add_switch(switch)
        for pane, name in zip(self._panes, (self.tr("loss"), self.tr("accuracy")), strict=True):
            pane.name = name
            pane.cursor.dragged_to.connect(self.cursor_moved)
            pane.box.hovered.connect(
                self._on_loss_hovered if pane is self._loss else self._on_accuracy_hovered
            )
            pane.box.sigRangeChangedManually.connect(self._on_zoomed)
        self.set_theme(appearance().theme)
        self._fit()

    @property
    def loss_marks(self) -> int:
        """How many steps are marked because their loss is not finite."""
        return self._loss.mark_count

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        for pane in self._panes:
            pane.set_theme(theme)

    def show_empty(self, steps: int) -> None:
        """Show the axes of a run that is to come."""
        self._snapshot = None
        self._zoomed = False
        self._horizon = horizon(0, steps)
        self._loss_range.reset()
        for pane in self._panes:
            pane.clear()
        self._show_accuracy(shown=True)
        self.canvas.set_quiet_line(self.tr("Loss and accuracy on training and validation data"))
        self._fit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        self._snapshot = snapshot
        wanted = horizon(snapshot.last_step, snapshot.run.steps)
        if wanted != self._horizon:
            self._horizon = wanted
            self._fit()
        if snapshot.last_step < 0:
            return
        self.canvas.set_quiet_line("")
        self._show_accuracy(shown=bool(len(snapshot.train_accuracy.mean)))
        self._loss.show_curves(snapshot.train_loss, snapshot.val_loss)
        self._accuracy.show_curves(snapshot.train_accuracy, snapshot.val_accuracy)
        extremes = self._loss.extremes()
        if extremes is not None and self._loss_range.include(*extremes, time.monotonic()):
            self._show_loss_range()
        for pane in self._panes:
            pane.cursor.show_step(snapshot.cursor, snapshot.last_step)

    def show_values(self, snapshot: Snapshot) -> None:
        """Write the values at the shown step into the margin (at reading speed)."""
        for pane in self._panes:
            pane.show_values(snapshot.cursor, self.tr("training"), self.tr("validation"))

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as the map does after a zoom."""
        self._zoomed = True
        for pane in self._panes:
            pane.box.setXRange(first, last, padding=0)

    def follow_steps(self) -> None:
        """Show all steps again."""
        self._zoomed = False
        self._fit()

    def reset_view(self) -> None:
        """Show everything again."""
        self.follow_steps()
        self.steps_zoomed.emit(None)

    def _fit(self) -> None:
        for pane in self._panes:
            pane.box.setLimits(xMin=-0.5, xMax=self._horizon + 0.5, minXRange=4)
            if not self._zoomed:
                pane.box.setXRange(-0.5, self._horizon + 0.5, padding=0)
        self._accuracy.set_range(0.0, 1.0)
        self._show_loss_range()

    def _show_accuracy(self, *, shown: bool) -> None:
        """Show the lower pane, or leave it out where no prediction is right or wrong."""
        if shown == self._accuracy.box.isVisible():
            return
        self.canvas.show_pane(self._accuracy.box, shown=shown, stretch=2)
        self.title.setText(self.tr("Loss and accuracy") if shown else self.tr("Loss"))
        self.canvas.setAccessibleName(self.title.text())

    def _show_loss_range(self) -> None:
        self._loss.set_range(self._loss_range.low, self._loss_range.high)

    def _on_switched(self, _on: bool) -> None:
        for pane in self._panes:
            pane.show_series(
                training=self.train_switch.isChecked(), validation=self.validation_switch.isChecked()
            )

    def _on_zoomed(self, *_unused: object) -> None:
        self._zoomed = True
        sender = next((pane for pane in self._panes if pane.box is self.sender()), self._loss)
        first, last = sender.box.viewRange()[0]
        for pane in self._panes:
            pane.box.setXRange(first, last, padding=0)
        self.steps_zoomed.emit((first, last))

    def _on_loss_hovered(self, place: QPointF | None) -> None:
        self._show_card(self._loss, place)

    def _on_accuracy_hovered(self, place: QPointF | None) -> None:
        self._show_card(self._accuracy, place)

    def _show_card(self, pane: CurvePane, place: QPointF | None) -> None:
        snapshot = self._snapshot
        if place is None or snapshot is None or not -0.5 <= place.x() <= snapshot.last_step + 0.5:
            self.canvas.hide_card()
            return
        step = int(np.clip(round(place.x()), 0, snapshot.last_step))
        training, validation = pane.values_at(step)
        lines = [
            self.tr("{0}: {1}").format(name, pane.worded(value))
            for name, value in ((self.tr("training"), training), (self.tr("validation"), validation))
            if value is not None
        ]
        title = self.tr("{0} at step {1}").format(pane.name.capitalize(), count(step))
        self.canvas.show_card(pane.box, place, title, lines)
