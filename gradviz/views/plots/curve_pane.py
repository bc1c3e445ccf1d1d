"""One pane of learning curves: training as a line with its spread, validation as dots on a line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg

from gradviz.records.series import Series
from gradviz.views.plots.axis import Axis
from gradviz.views.plots.band import Band
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.cursor_line import CursorLine
from gradviz.views.plots.edge_marks import EdgeMarks, Mark
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.value_margin import MarginValue, ValueMargin
from gradviz.views.theme import Theme

Samples = tuple[np.ndarray, np.ndarray]
_DOTS_UP_TO = 300


class CurvePane:
    """A pane of a canvas with its curves, cursor and margin."""

    def __init__(self, canvas: Canvas, axis: Axis, worded: Callable[[float], str], *, stretch: int) -> None:
        self.name = ""
        self.worded = worded
        self.box = PlotBox(y=False)
        self._margin = ValueMargin()
        canvas.add_pane(self.box, axis, stretch=stretch, margin=self._margin)
        self._band = Band()
        self._training = pg.PlotCurveItem()
        self._validation = pg.PlotCurveItem()
        self._dots = pg.ScatterPlotItem(size=4, pen=None)
        self.cursor = CursorLine()
        for item in (self._band, self._training, self._validation, self._dots, self.cursor):
            self.box.addItem(item, ignoreBounds=True)
        self._marks = EdgeMarks(self.box)
        self._series: Series | None = None
        self._samples: Samples = (np.empty(0), np.empty(0))
        self._top = 1.0

    @property
    def mark_count(self) -> int:
        """How many steps are marked as not finite."""
        return self._marks.count(Mark.NAN) + self._marks.count(Mark.INFINITE)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._training.setPen(pg.mkPen(theme.train_line, width=1))
        self._validation.setPen(pg.mkPen(theme.validation_line, width=1))
        self._dots.setBrush(pg.mkBrush(theme.validation_line))
        self._band.set_colour(theme.train_line, 0.2)
        self._marks.set_theme(theme)
        self.cursor.set_theme(theme)
        self._margin.set_theme(theme)

    def set_range(self, low: float, high: float) -> None:
        """Show those values."""
        span = high - low
        self._top = high
        self.box.setYRange(low - 0.02 * span, high + 0.04 * span, padding=0)
        if self._series is not None:
            self._draw_marks(self._series)

    def clear(self) -> None:
        """Show nothing."""
        self._series = None
        self._samples = (np.empty(0), np.empty(0))
        for item in (self._training, self._validation, self._dots):
            item.clear()
        self._band.set_data(np.empty(0), np.empty(0), np.empty(0))
        self._marks.show({})
        self._margin.set_values(())
        self.cursor.hide()

    def show_curves(self, training: Series, validation: Samples) -> None:
        """Draw both."""
        if not len(training.mean):
            self.clear()
            return
        if training is not self._series:
            values = training.mean[0]
            finite = bool(np.isfinite(values).all())
            self._training.setData(x=training.steps, y=values, connect="finite", skipFiniteCheck=finite)
            if training.level:
                self._band.set_data(training.steps, training.low[0], training.high[0])
            self._series = training
            self._draw_marks(training)
        if not np.array_equal(validation[0], self._samples[0]):
            self._samples = validation
            steps, values = validation
            finite_values = np.isfinite(values)
            self._validation.setData(
                x=steps, y=values, connect="finite", skipFiniteCheck=bool(finite_values.all())
            )
            if len(steps) <= _DOTS_UP_TO:
                self._dots.setData(x=steps[finite_values], y=values[finite_values])

    def extremes(self) -> tuple[float, float] | None:
        """The smallest and largest finite value; None where there is none."""
        parts = [self._samples[1]]
        if self._series is not None:
            parts += [self._series.low[0], self._series.high[0]]
        values = np.concatenate([np.asarray(part, dtype=float) for part in parts])
        values = values[np.isfinite(values)]
        return (float(values.min()), float(values.max())) if values.size else None

    def show_series(self, *, training: bool, validation: bool) -> None:
        """Show or hide the curves."""
        for item in (self._band, self._training):
            item.setVisible(training)
        for item in (self._validation, self._dots):
            item.setVisible(validation)

    def values_at(self, step: int) -> tuple[float | None, float | None]:
        """Training and validation value at a step: the newest kept at or before it."""
        return (
            _at(self._series.steps, self._series.mean[0], step) if self._series is not None else None,
            _at(*self._samples, step),
        )

    def show_values(self, step: int, training_name: str, validation_name: str) -> None:
        """Write the values at a step into the margin."""
        training, validation = self.values_at(step)
        values = [
            MarginValue(
                name=name, value=self.worded(value), tone=tone if np.isfinite(value) else "non_finite"
            )
            for name, value, tone in (
                (training_name, training, "train_line"),
                (validation_name, validation, "validation_line"),
            )
            if value is not None
        ]
        self._margin.set_values(values)

    def _draw_marks(self, series: Series) -> None:
        values = series.mean[0]
        places = {}
        for mark, where in ((Mark.NAN, np.isnan(values)), (Mark.INFINITE, np.isinf(values))):
            steps = series.steps[where]
            places[mark] = (steps, np.full(len(steps), self._top))
        self._marks.show(places)


def _at(steps: np.ndarray, values: np.ndarray, step: int) -> float | None:
    place = int(np.searchsorted(steps, step, side="right")) - 1
    return float(values[place]) if place >= 0 else None
