"""The histograms of the selected layer through time: step × signed magnitude, coloured by share of entries.

One histogram says where the entries are; the map says where they come from and go to: a gradient that sinks
towards zero, weights that spread. The upright axis is that of the histograms. Shares are coloured by their
log10, so a thousandth of the entries is seen too; what no entry has stays empty. A histogram stands until the
next one; where that is far off in the picture it fades, for nothing was measured there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from gradviz.control.step_horizon import horizon
from gradviz.records import histogram
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.band import Band
from gradviz.views.plots.canvas import MARGIN_WIDTH, Canvas
from gradviz.views.plots.colour_bar import ColourBar
from gradviz.views.plots.cursor_line import CursorLine
from gradviz.views.plots.edge_marks import EdgeMarks, Mark
from gradviz.views.plots.histogram_scale import HistogramScale, bin_bounds, bin_words
from gradviz.views.plots.histogram_words import weights_word, why_no_gradients
from gradviz.views.plots.magnitude import NOTHING, Codes, encode, lookup_table
from gradviz.views.plots.map_rows import line_words
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues
from gradviz.views.plots.sample_remark import entries_head, entries_words, sample_remark
from gradviz.views.plots.sparse import few_words, wide_gaps
from gradviz.views.plots.ticks import Tick, step_ticks
from gradviz.views.theme import Theme

_DECADES = (-4.0, 0.0)
_OWN = 1 / 50
"""How much of the picture's width a histogram that stands alone has for itself."""
_VEIL = 0.75
_COLUMNS = 2000
"""Columns of the picture at most: more than it has pixels."""
_ROW = 1 / histogram.BINS_PER_DECADE


class HistogramMap(PlotFrame):
    """Shows the history of one of `QUANTITIES`, which has to be asked for."""

    every = 3
    is_over_steps = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self.scale = HistogramScale()
        self._bottom = Axis(Side.BOTTOM, step_ticks, "")
        canvas = Canvas(self._bottom)
        super().__init__(canvas, "", parent)
        self.title.setText(self.tr("Map"))
        canvas.setAccessibleName(self.tr("Histograms through time"))
        self._box = PlotBox()
        self._bar = ColourBar(zero=False)
        self._axis = Axis(Side.LEFT, self._ticks, "")
        canvas.add_pane(self._box, self._axis, grid=False, margin=self._bar)
        canvas.finish_layout()
        canvas.set_margin(MARGIN_WIDTH)
        self._bar.set_levels(*_DECADES)
        self._bar.set_unit(self.tr("share"))
        self._image = pg.ImageItem(axisOrder="row-major")
        self._box.addItem(self._image, ignoreBounds=True)
        self._veil = Band()
        self._veil.setZValue(1)
        self._box.addItem(self._veil, ignoreBounds=True)
        self._marks = EdgeMarks(self._box)
        self._cursor = CursorLine()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self._snapshot: Snapshot | None = None
        self._steps = np.empty(0, np.int64)
        self._counts = np.empty((0, histogram.BINS), np.int64)
        self._drawn: object = None
        self._names: Sequence[str] = ()
        self._layer: int | None = None
        self._codes: Codes = np.empty((0, 0), np.uint8)
        self._horizon = 1
        self._zoomed = False
        self.quantity = "gradient_histogram"
        self.choices = self._make_choices()
        self._cursor.dragged_to.connect(self.cursor_moved)
        self._box.hovered.connect(self._on_hovered)
        self._box.sigRangeChangedManually.connect(self._on_zoomed)
        self._box.sigXRangeChanged.connect(self._on_stretch)
        self.set_theme(appearance().theme)
        self.show_layers((), 1)

    @property
    def marks(self) -> EdgeMarks:
        """The marks of what is not finite, at the upper edge."""
        return self._marks

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._bar.set_theme(theme)
        self._cursor.set_theme(theme)
        self._marks.set_theme(theme)
        self._veil.set_colour(theme.panel, _VEIL)
        self._image.setLookupTable(lookup_table(theme))

    @property
    def wants(self) -> frozenset[str]:
        """The chosen quantity."""
        return frozenset({self.quantity})

    def expect(self, coming: RunToCome) -> None:
        """Show the axes of a run that is to come."""
        self.show_layers(coming.names, coming.steps)

    def show_layers(self, names: Sequence[str], steps: int) -> None:
        """Show the empty axes of a run that is to come."""
        self._names = names
        self._snapshot = None
        self._zoomed = False
        self.scale = HistogramScale()
        self._horizon = horizon(0, steps)
        self._clear(self.tr("The entries of the selected layer by magnitude, through time"))
        self._cursor.hide()
        self._fit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        if self._snapshot is not None and self._snapshot.run.id != snapshot.run.id:
            self.scale = HistogramScale()
            self._zoomed = False
        self._snapshot = snapshot
        self._names = tuple(layer.name for layer in snapshot.run.measured)
        self._say()
        self.fit_steps()
        if snapshot.last_step < 0:
            return
        self._cursor.show_step(snapshot.cursor, snapshot.last_step)
        steps, counts = snapshot.history.get(self.quantity, (None, None))
        if steps is None or counts is None or snapshot.layer != self._layer:
            frozen = why_no_gradients(snapshot) if self.quantity == "gradient_histogram" else ""
            self._clear(frozen or self.tr("No histogram of this layer was taken"))
            return
        self.canvas.set_quiet_line("")
        if counts is not self._drawn:
            self._drawn = counts
            self._draw(steps, counts.astype(np.int64, copy=False))
            self._draw_veil()
            self._name_steps()
        else:
            self._paint()
            self._draw_veil()

    def fit_steps(self) -> None:
        """Go on to the end of the longest run, as the other plots over steps do."""
        shot = self._snapshot
        wanted = self._horizon if shot is None else horizon(shot.last_step, shot.run.steps, self.reach)
        if wanted != self._horizon:
            self._horizon = wanted
            self._fit()

    def select_layer(self, index: int | None) -> None:
        """Name that layer; its histograms come with the next snapshot."""
        self._layer = index
        self._say()

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as another plot does after a zoom."""
        self._zoomed = True
        self._box.setXRange(first, last, padding=0)

    def follow_steps(self) -> None:
        """Show all steps again."""
        self._zoomed = False
        self._box.setXRange(-0.5, self._horizon + 0.5, padding=0)

    def reset_view(self) -> None:
        """Show all steps and the whole axis."""
        self._zoomed = False
        self._fit()
        self.steps_zoomed.emit(None)

    def full_title(self) -> str:
        """What is shown of which layer."""
        return self.tr("Histograms of the {0} of {1}").format(self._word(), self._name())

    def figure_note(self) -> str:
        """Where the cursor's line stands."""
        return line_words(self._snapshot)

    def values(self) -> PlottedValues | None:
        """A row for each bin that ever holds something, a column for each step in sight."""
        first, last = self._box.viewRange()[0]
        shown = np.flatnonzero((self._steps >= first) & (self._steps <= last))
        if not len(shown):
            return None
        bins = np.flatnonzero(self._counts[shown].sum(axis=0))
        name = self.tr("entries of the {0} of {1} at step (columns), by signed magnitude from")
        head = name.format(self._word(), self._name())
        low, high = bin_bounds()
        return PlottedValues(
            columns=(
                Column(name=entries_head(head, self._sample()), cells=low[bins]),
                Column(name=self.tr("to"), cells=high[bins]),
                *(Column(name=str(self._steps[at]), cells=self._counts[at, bins]) for at in shown),
            )
        )

    def _draw(self, steps: np.ndarray, counts: np.ndarray) -> None:
        self._steps, self._counts = steps, counts
        before, self.scale = self.scale, self.scale.covering(self._counts.sum(axis=0))
        rows = np.arange(-self.scale.half + _ROW / 2, self.scale.half, _ROW)
        bins = [self.scale.bin_at(float(place)) for place in rows]
        shares = self._counts / np.maximum(self._counts.sum(axis=1, keepdims=True), 1)
        known = np.array([at is not None for at in bins])
        picture = np.zeros((len(rows), len(self._steps)))
        picture[known] = shares[:, [at for at in bins if at is not None]].T
        codes = encode(picture, *_DECADES)
        codes[picture == 0] = NOTHING
        self._codes = codes
        if self.scale != before:
            self._fit()
        self._paint()
        self._draw_marks()

    def _paint(self) -> None:
        """The columns in sight, each with the newest histogram of its steps or before them."""
        low, high = self._box.viewRange()[0]
        if self._snapshot is None or not len(self._steps):
            return
        begin = max(int(self._steps[0]), math.floor(low + 0.5))
        end = min(self._snapshot.last_step + 1, math.ceil(high + 0.5))
        if begin >= end:
            self._image.clear()
            return
        width = -(-(end - begin) // _COLUMNS)
        columns = np.arange(begin, end, width)
        shown = np.searchsorted(self._steps, columns + width - 1, side="right") - 1
        self._image.setImage(np.ascontiguousarray(self._codes[:, shown]), levels=None, autoLevels=False)
        half = self.scale.half
        self._image.setRect(QRectF(begin - 0.5, -half, width * len(columns), 2 * half))

    def _draw_veil(self) -> None:
        """Over what stands far behind its measurement, whose own place stays clear."""
        low, high = self._box.viewRange()[0]
        steps = self._steps
        if self._snapshot is not None and len(steps):
            steps = np.append(steps, self._snapshot.last_step + 1)
        wide = np.flatnonzero(wide_gaps(steps, high - low))
        own = max(1.0, (high - low) * _OWN)
        edges = np.column_stack([steps[:-1][wide] - 0.5 + own, steps[1:][wide] - 0.5, steps[1:][wide]])
        half = np.tile([self.scale.half, self.scale.half, np.nan], len(wide))
        self._veil.set_data(edges.ravel(), -half, half)

    def _draw_marks(self) -> None:
        infinite = self._counts[:, histogram.PLUS_INF] + self._counts[:, histogram.MINUS_INF]
        found = {
            Mark.NAN: self._steps[self._counts[:, histogram.NAN] > 0],
            Mark.INFINITE: self._steps[infinite > 0],
        }
        top = self.scale.shown
        self._marks.show({mark: (steps, np.full(len(steps), top)) for mark, steps in found.items()})

    def _clear(self, quiet: str) -> None:
        self._drawn = None
        self._steps, self._counts = self._steps[:0], self._counts[:0]
        self._image.clear()
        self._draw_veil()
        self._name_steps()
        self._marks.show({})
        self.canvas.set_quiet_line(quiet)

    def _fit(self) -> None:
        half, shown = self.scale.half, self.scale.shown
        self._box.setLimits(
            xMin=-0.5,
            xMax=self._horizon + 0.5,
            yMin=-half,
            yMax=half,
            minYRange=2,
            minXRange=min(4, self._horizon + 1),
        )
        self._box.setYRange(-shown, shown, padding=0.02)
        if not self._zoomed:
            self._box.setXRange(-0.5, self._horizon + 0.5, padding=0)

    def _on_stretch(self, *_unused: object) -> None:
        self._paint()
        self._draw_veil()
        self._name_steps()

    def _name_steps(self) -> None:
        """The axis says how seldom was measured: the heading has no room for it."""
        often = few_words(self._steps, *self._box.viewRange()[0])
        self._bottom.set_title(" · ".join(part for part in (self.tr("step"), often) if part), self.tr("step"))

    def _ticks(self, low: float, high: float, pixels: float) -> list[Tick]:
        return self.scale.upright_ticks(low, high, pixels)

    def _make_choices(self) -> dict[str, QToolButton]:
        group = QButtonGroup(self)
        choices = {}
        for quantity, text in (
            ("weight_histogram", self.tr("weights")),
            ("gradient_histogram", self.tr("gradients")),
        ):
            button = QToolButton(self)
            button.setProperty("role", "choice")
            button.setText(text)
            button.setToolTip(self.tr("Show the {0} of the selected layer").format(text))
            button.setCheckable(True)
            button.setChecked(quantity == self.quantity)
            button.setProperty("quantity", quantity)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._on_chosen)
            group.addButton(button)
            self.add_switch(button)
            choices[quantity] = button
        return choices

    def _word(self) -> str:
        if self.quantity == "weight_histogram" and self._snapshot is not None:
            return weights_word(self._snapshot.run, self._layer)
        return self.choices[self.quantity].text()

    def _name(self) -> str:
        known = self._layer is not None and self._layer < len(self._names)
        return self._names[self._layer] if known and self._layer is not None else ""

    def _say(self) -> None:
        name = self._name()
        shot = self._snapshot
        if shot is not None:
            word = weights_word(shot.run, self._layer)  # the button stays short: the tabs need the room
            tip = self.tr("Show the {0} of the selected layer").format(word)
            self.choices["weight_histogram"].setToolTip(tip)
        whole = self.tr("{0} of {1}").format(self._word(), name) if name else ""
        self._axis.set_title(whole, self._word())
        sample = self._sample()
        self.remark.setText(sample if name else "")

    def _on_chosen(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.quantity = str(button.property("quantity"))
            self._say()
            self.wants_changed.emit()

    def _on_zoomed(self, *_unused: object) -> None:
        self._zoomed = True
        self.steps_zoomed.emit(tuple(self._box.viewRange()[0]))

    def _sample(self) -> str:
        """Of what sample of the layer's entries the columns are, where they are of one."""
        shot = self._snapshot
        return sample_remark(shot) if shot is not None and shot.layer == self._layer else ""

    def _on_hovered(self, place: QPointF | None) -> None:
        where = None if place is None else self.scale.bin_at(place.y())
        if place is None or where is None or not len(self._steps) or place.x() < self._steps[0] - 0.5:
            self.canvas.hide_card()
            return
        column = max(0, int(np.searchsorted(self._steps, place.x() + 0.5, side="right")) - 1)
        lines = [
            self.tr("step {0}").format(count(int(self._steps[column]))),
            *entries_words(self._counts[column], where, self._sample()),
        ]
        self.canvas.show_card(self._box, place, f"{self._word()}: {bin_words(where)}", lines)
