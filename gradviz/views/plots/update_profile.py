"""Update ratios across depth: how far the shown step moves each layer's weights, relative to their size.

Around 1e-3 training goes well (Karpathy, CS231n); a layer far below it hardly learns, one far above it
jumps about. The band is what the last measurements were.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.marked import MarkedStep
from gradviz.records.snapshot import Profile, Snapshot
from gradviz.views.number_format import count
from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.curve_design import USUAL_RATIO
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.magnitude import decades
from gradviz.views.plots.plain_items import PlainLine
from gradviz.views.plots.profile_words import ProfileWords
from gradviz.views.plots.slow_range import SlowRange, whole_decades
from gradviz.views.theme import Theme

_USUAL = math.log10(USUAL_RATIO)
_EMPTY = (-6.0, 0.0)


class UpdateProfile(DepthProfile):
    """Shows `snapshot.update_ratio` and the band of its history, on an axis of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        place = {"position": 0.02, "anchors": [(0, 1), (1, 1)], "movable": False}
        self._usual = PlainLine(pos=_USUAL, angle=90, movable=False, label=" ", labelOpts=place)
        self._range = SlowRange(whole_decades, _EMPTY)
        self._said: int | None = None
        super().__init__(parent)
        self._usual.label.setFormat(self.tr("usual"))
        self._usual.label.setFont(plot_font())
        self.canvas.boxes[0].addItem(self._usual, ignoreBounds=True)
        self.set_decades(*_EMPTY)

    @property
    def wants(self) -> frozenset[str]:
        """The history, for the band."""
        return frozenset({"update_ratio"})

    def write_numbers(self, snapshot: Snapshot) -> None:
        """Name the step of the shown ratios."""
        if snapshot.update_ratio is not None:
            self.show_step(snapshot.update_ratio[0], exact=True)

    def show_step(self, step: int, *, exact: bool) -> None:  # noqa: ARG002 - measured ones are kept as they are
        """Name the step at the axis: it is rarely the shown one, and a heading full of tabs has no room."""
        self._say_step(step)

    def show_layers(self, names: Sequence[str]) -> None:
        """Name the rows, and no step."""
        super().show_layers(names)
        self._say_step(None)

    def show_levels(self, low: float, high: float) -> None:
        """Its axis is its own."""

    def words(self) -> ProfileWords:
        """What is said of the values."""
        return ProfileWords(
            title=self.tr("Updates"),
            axis=self.tr("‖Δw‖ / ‖w‖"),
            folded=self.tr("‖Δw‖ / ‖w‖, medians of {0} layers"),
            accessible=self.tr("Update ratios across depth"),
            quiet=self.tr("How far a step moves each layer’s weights; about 1e-3 of their norm is usual"),
            value=self.tr("moved by {0} of its norm"),
            band=self.tr("Show smallest to largest over the last measurements"),
            column=self.tr("update ratio ‖Δw‖/‖w‖ at step {0}"),
        )

    def taken(self, snapshot: Snapshot) -> Profile:
        """The newest measured ratios and the band of the last ones; NaN before the first."""
        unknown = np.full(len(snapshot.run.measured), np.nan, np.float32)
        if snapshot.update_ratio is None:
            return Profile(-1, unknown, None, unknown, unknown)
        step, ratios = snapshot.update_ratio
        low, high = snapshot.ratio_band or (ratios, ratios)
        return Profile(step, ratios, None, low, high)

    def taken_of(self, run: ComparedRun) -> tuple[int, np.ndarray | None]:
        """The ratios measured last at or before the shown step."""
        return run.update_ratio or (-1, None)

    def taken_of_mark(self, mark: MarkedStep) -> tuple[int, np.ndarray | None]:
        """The ratios measured last at or before a marked step."""
        return mark.update_ratio or (-1, None)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        self._usual.setPen(pg.mkPen(theme.limit_line, width=1, style=Qt.PenStyle.DashLine))
        self._usual.label.setColor(theme.limit_line)
        self._usual.label.fill = pg.mkBrush(theme.panel)  # the selected layer's line may go through it

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured; the usual ratio is always in sight."""
        if self._snapshot is not None and self._snapshot.run.id != snapshot.run.id:
            self._range.reset()
        if snapshot.last_step >= 0 and snapshot.update_ratio is None:
            self.show_layers(self._names)
            self.canvas.set_quiet_line(self.tr("No update was measured up to this step"))
            return
        super().show_snapshot(snapshot)
        profile = self.taken(snapshot)
        found = decades(np.concatenate([profile.values, profile.band_low, profile.band_high]))
        low, high = found or (_USUAL, _USUAL)
        if self._range.include(min(low, _USUAL), max(high, _USUAL), time.monotonic()):
            self.set_decades(self._range.low, self._range.high)

    def name_values(self) -> None:
        """Say at the axis what the values are, of which step, and what lines go through."""
        words, each = self.words(), self.lines.each
        if self._said is None:
            self.values_axis.set_title(words.axis if each == 1 else words.folded.format(each), words.axis)
            return
        text = short = self.tr("‖Δw‖ / ‖w‖ at step {0}")
        if each > 1:
            text = self.tr("‖Δw‖ / ‖w‖ at step {0}, medians of {1} layers")
        titles = (text, short, words.axis)
        self.values_axis.set_title(*(title.format(count(self._said), each) for title in titles))

    def _say_step(self, step: int | None) -> None:
        self._said = step
        self.name_values()
