"""Mean and spread of every layer's output: a stem each, and of many layers a band for each kind of them.

A thousand stems are stripes, for layers and the activations between them take turns. Layers of one kind are
alike, so the band of a kind is smooth, and its name stands at its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from gradviz.records.depth import LayerOutputs
from gradviz.records.layer import LayerInfo
from gradviz.views.plots.across_depth import MARKS_UP_TO
from gradviz.views.plots.band import Band
from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.ink import faint
from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.theme import LIGHT, Theme

_TONES = ("accent", "secondary", "validation_line")
_MANY = 12
"""A kind of fewer layers keeps its stems."""
_TEXT = 14.0


class Moments:
    """Draws into a box, and reads its range for the names: show it after that is set."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self._theme = LIGHT
        self.stems, self.means = PlainCurve(), PlainMarks(pen=None)
        self.bands = tuple(Band() for _ in _TONES)
        self.lines = tuple(PlainCurve() for _ in _TONES)
        self.names = tuple(pg.TextItem(anchor=(1, 1)) for _ in _TONES)
        for name in self.names:
            name.setFont(plot_font())
        for item in (*self.bands, self.stems, *self.lines, self.means, *self.names):
            box.addItem(item, ignoreBounds=True)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.stems.setPen(pg.mkPen(faint(theme.accent, theme.panel, 0.4), width=1))
        self.means.setBrush(pg.mkBrush(theme.accent))
        for tone, band, line, name in zip(_TONES, self.bands, self.lines, self.names, strict=True):
            band.set_colour(getattr(theme, tone), 0.2)
            line.setPen(pg.mkPen(getattr(theme, tone), width=1))
            name.setColor(QColor(getattr(theme, tone)))

    def clear(self) -> None:
        """Show nothing."""
        self.stems.clear()
        self.means.clear()
        self._show_kinds(())

    def show(self, layers: Sequence[LayerInfo], outputs: LayerOutputs) -> None:
        """Draw the mean and one standard deviation on either side."""
        low, high = outputs.mean - outputs.std, outputs.mean + outputs.std
        finite = np.isfinite(low) & np.isfinite(high)
        kinds = np.array([layer.kind for layer in layers])
        many = _many(kinds) if len(layers) > MARKS_UP_TO else ()
        alone = np.flatnonzero(finite & ~np.isin(kinds, many))
        ends = np.stack([low[alone], high[alone]], axis=1).ravel()
        self.stems.setData(x=np.repeat(alone.astype(float), 2), y=ends, connect="pairs")
        self.means.setData(x=alone, y=outputs.mean[alone], size=5 if len(layers) <= MARKS_UP_TO else 3)
        self._show_kinds(many)
        for kind, band, line in zip(many, self.bands, self.lines, strict=False):
            rows = np.flatnonzero(kinds == kind)
            band.set_data(rows.astype(float), low[rows], high[rows])
            line.setData(x=rows, y=outputs.mean[rows], connect="finite")
        self._place_names(kinds, outputs.mean)

    def _show_kinds(self, many: Sequence[str]) -> None:
        nowhere = np.empty(0)
        for at, (band, line, name) in enumerate(zip(self.bands, self.lines, self.names, strict=True)):
            name.setText(many[at] if at < len(many) else "")
            name.setVisible(at < len(many))
            if at >= len(many):
                band.set_data(nowhere, nowhere, nowhere)
                line.clear()

    def _place_names(self, kinds: np.ndarray, means: np.ndarray) -> None:
        """At the end of each line; names that would lie upon each other are pushed apart, within the pane."""
        low, high = self._box.viewRange()[1]
        row = _TEXT * (high - low) / max(self._box.rect().height(), 1)
        found = []
        for name in self.names:
            known = np.flatnonzero((kinds == name.toPlainText()) & np.isfinite(means))
            name.setVisible(bool(len(known)))
            if len(known):
                found.append((float(np.median(means[known[-_MANY:]])), float(known[-1]), name))
        found.sort(key=itemgetter(0))
        for (_, end, name), place in zip(found, _apart([at for at, *_ in found], row, high), strict=True):
            name.setPos(end, place)


def _apart(places: Sequence[float], row: float, high: float) -> list[float]:
    """Ascending places of texts that stand upon them, at least a row from each other and below `high`."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + row) if moved else place)
    limit = high - row
    for at in range(len(moved) - 1, -1, -1):
        moved[at] = min(moved[at], limit)
        limit = moved[at] - row
    return moved


def _many(kinds: np.ndarray) -> tuple[str, ...]:
    """The kinds with most layers, as many as there are colours."""
    found = Counter(kinds.tolist()).most_common(len(_TONES))
    return tuple(kind for kind, count in found if count >= _MANY)
