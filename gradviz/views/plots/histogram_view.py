"""The weights and the gradients of the selected layer as histograms over signed magnitude.

The axis is logarithmic to both sides, −1e2 … −1e-12 | 0 | 1e-12 … 1e2, and wider where the entries are,
since what vanishes moves over dozens of decades. Weights stand above gradients on the same axis, so their
distance can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.elided_combo import ElidedCombo
from gradviz.views.number_format import count
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.histogram_pane import HistogramPane
from gradviz.views.plots.histogram_scale import HistogramScale, bin_bounds, bin_words
from gradviz.views.plots.histogram_words import weights_word, why_no_gradients
from gradviz.views.plots.plot_frame import PlotFrame
from gradviz.views.plots.plot_view import RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues
from gradviz.views.plots.sample_remark import entries_head, entries_words, sample_remark
from gradviz.views.plots.ticks import Tick, percent_ticks
from gradviz.views.theme import Theme

_CHOOSER_WIDTH = 132


class HistogramView(PlotFrame):
    """Shows the snapshot's two histograms; the chooser in the heading selects a layer."""

    every = 3

    def __init__(self, parent: QWidget | None = None) -> None:
        self.scale = HistogramScale()
        bottom = Axis(Side.BOTTOM, self._ticks, "")
        canvas = Canvas(bottom)
        super().__init__(canvas, "", parent)
        self.title.setText(self.tr("Histograms"))
        canvas.setAccessibleName(self.tr("Histograms of weights and gradients"))
        bottom.set_title(self.tr("signed magnitude of the entries"), self.tr("signed magnitude"))
        self.weights = HistogramPane(canvas, self._axis(), self.tr("weights"), "train_line")
        self.gradients = HistogramPane(canvas, self._axis(), self.tr("gradients"), "validation_line")
        canvas.finish_layout()
        for pane in (self.weights, self.gradients):
            canvas.add_grid(pane.box, bottom)
        self.chooser = ElidedCombo(self)
        self.chooser.setFixedWidth(_CHOOSER_WIDTH)
        self.chooser.setMaxVisibleItems(20)
        self.chooser.setToolTip(self.tr("The layer whose entries are shown"))
        self.chooser.setAccessibleName(self.tr("Layer of the histograms"))
        self.chooser.activated.connect(self._on_chosen)
        self.add_chooser(self.chooser)
        self._names: Sequence[str] = ()
        self._run = ""
        self._whose: tuple[str, int | None] | None = None
        self._sample = ""
        self._selected: int | None = None
        self.weights.box.hovered.connect(self._on_weights_hovered)
        self.gradients.box.hovered.connect(self._on_gradients_hovered)
        for pane, other in ((self.weights, self.gradients), (self.gradients, self.weights)):
            pane.box.sigXRangeChanged.connect(other.follow)
        self.set_theme(appearance().theme)
        self.show_layers(())

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self.weights.set_theme(theme)
        self.gradients.set_theme(theme)

    def expect(self, coming: RunToCome) -> None:
        """Offer the layers of a run that is to come."""
        self.show_layers(coming.names)

    def show_layers(self, names: Sequence[str]) -> None:
        """Offer the layers of a run that is to come."""
        self._name_layers(names)
        self.weights.clear()
        self.gradients.clear()
        self.scale = HistogramScale()
        self.remark.setText("")
        self.canvas.set_quiet_line(self.tr("The entries of the selected layer by magnitude"))
        self.reset_view()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured."""
        names = tuple(layer.name for layer in snapshot.run.measured)
        if names != tuple(self._names):
            self._name_layers(names)
        self._sample = sample_remark(snapshot)
        self.remark.setText(self._sample)
        if snapshot.weight_histogram is None and snapshot.gradient_histogram is None:
            if snapshot.last_step >= 0:
                self.canvas.set_quiet_line(self.tr("No histogram of this layer was taken up to this step"))
            self.weights.clear()
            self.gradients.clear()
            return
        self.canvas.set_quiet_line("")
        whose = (snapshot.run.id, snapshot.layer)
        if whose != self._whose:
            self._whose = whose
            self.weights.begin_anew()
            self.gradients.begin_anew()
        self._widen(snapshot)
        not_yet = self.tr("Not measured up to this step")
        self.weights.name = weights_word(snapshot.run, snapshot.layer)
        self.weights.show_histogram(snapshot.weight_histogram, snapshot.cursor, not_yet)
        frozen = why_no_gradients(snapshot)
        gradients = None if frozen else snapshot.gradient_histogram
        self.gradients.show_histogram(gradients, snapshot.cursor, frozen or not_yet)

    def select_layer(self, index: int | None) -> None:
        """Show that layer in the chooser."""
        self._selected = index
        self.chooser.setCurrentIndex(-1 if index is None else index)

    def reset_view(self) -> None:
        """Show the whole axis."""
        for pane in (self.weights, self.gradients):
            pane.set_scale(self.scale)

    def full_title(self) -> str:
        """The title and the layer."""
        return self.tr("Histograms of {0}").format(self.chooser.currentText())

    def values(self) -> PlottedValues | None:
        """A row for each bin that holds something, from −∞ to NaN; how many entries it has."""
        panes = [pane for pane in (self.weights, self.gradients) if pane.counts is not None]
        if not panes:
            return None
        filled = np.flatnonzero(sum(pane.counts for pane in panes if pane.counts is not None))
        columns = [
            Column(name=self.tr("signed magnitude from"), cells=bin_bounds()[0][filled]),
            Column(name=self.tr("to"), cells=bin_bounds()[1][filled]),
        ]
        for pane in panes:
            name = self.tr("{0} at step {1}: entries").format(pane.name, pane.step)
            head = entries_head(name, self._sample)
            columns.append(Column(name=head, cells=np.asarray(pane.counts)[filled]))
        return PlottedValues(columns=tuple(columns))

    def _widen(self, snapshot: Snapshot) -> None:
        """Let the axis reach as far as the entries do; it never shrinks while a run is shown."""
        scale = self.scale if snapshot.run.id == self._run else HistogramScale()
        self._run = snapshot.run.id
        for taken in (snapshot.weight_histogram, snapshot.gradient_histogram):
            if taken is not None:
                scale = scale.covering(taken[1])
        if scale != self.scale:
            self.scale = scale
            self.reset_view()

    def _ticks(self, low: float, high: float, pixels: float) -> list[Tick]:
        return self.scale.ticks(low, high, pixels)

    def _axis(self) -> Axis:
        return Axis(Side.LEFT, percent_ticks, self.tr("share"))

    def _name_layers(self, names: Sequence[str]) -> None:
        self._names = names
        self.chooser.clear()
        self.chooser.addItems(list(names))
        self.chooser.setEnabled(bool(names))
        self.chooser.setCurrentIndex(-1 if self._selected is None else self._selected)

    def _on_chosen(self, index: int) -> None:
        self.layer_clicked.emit(index)

    def _on_weights_hovered(self, place: QPointF | None) -> None:
        self._show_card(self.weights, place)

    def _on_gradients_hovered(self, place: QPointF | None) -> None:
        self._show_card(self.gradients, place)

    def _show_card(self, pane: HistogramPane, place: QPointF | None) -> None:
        where = None if place is None else self.scale.bin_at(place.x())
        if place is None or where is None or pane.counts is None:
            self.canvas.hide_card()
            return
        lines = [
            *entries_words(pane.counts, where, self._sample),
            self.tr("step {0}").format(count(pane.step)),
        ]
        self.canvas.show_card(pane.box, place, f"{pane.name}: {bin_words(where)}", lines)
