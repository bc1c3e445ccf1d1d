"""Marks at a plot's edge for what has no place on its scale: ▼ exact zero, ▲ infinity, ✕ NaN, ■ frozen.

A frozen layer has no gradient either, but that was asked for: its mark is as quiet as an axis. Where marks
lie closer than they are wide, a line joins them and only some of them are drawn: hundreds beside each other
are a bar that says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPainterPath, QTransform

from gradviz.views.plots.plain_items import PlainCurve, PlainMarks
from gradviz.views.theme import Theme

_SIZE = 9
_LINE = 2
_APART = 20
"""Pixels from one mark to the next where a line joins them."""


class Mark(Enum):
    """What a mark stands for."""

    ZERO = "▼"
    INFINITE = "▲"
    NAN = "✕"
    FROZEN = "■"


def tone(theme: Theme, mark: Mark) -> str:
    """The mark's colour."""
    return {
        Mark.ZERO: theme.vanishing,
        Mark.INFINITE: theme.exploding,
        Mark.NAN: theme.non_finite,
        Mark.FROZEN: theme.secondary,
    }[mark]


def kinds(values: np.ndarray, frozen: np.ndarray | None = None) -> dict[Mark, np.ndarray]:
    """Where in `values` each mark belongs; `frozen` says whose zeros are none."""
    zero = values == 0
    found = {
        Mark.ZERO: np.flatnonzero(zero if frozen is None else zero & ~frozen),
        Mark.INFINITE: np.flatnonzero(np.isinf(values)),
        Mark.NAN: np.flatnonzero(np.isnan(values)),
    }
    if frozen is not None:
        found[Mark.FROZEN] = np.flatnonzero(zero & frozen)
    return found


class EdgeMarks:
    """One scatter of marks for each kind, and a line below those that lie close together."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self._scatters: dict[Mark, pg.ScatterPlotItem] = {}
        self._lines: dict[Mark, pg.PlotCurveItem] = {}
        nowhere = np.empty(0)
        self._places: dict[Mark, tuple[np.ndarray, np.ndarray]] = dict.fromkeys(Mark, (nowhere, nowhere))
        for mark in Mark:
            scatter = PlainMarks(symbol=_glyph(mark.value), size=_SIZE, pen=None, pxMode=True)
            line = PlainCurve()
            for item in (line, scatter):
                item.setZValue(20)
                box.addItem(item, ignoreBounds=True)
            self._scatters[mark], self._lines[mark] = scatter, line
        box.sigRangeChanged.connect(self._draw)
        box.sigResized.connect(self._draw)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        for mark, scatter in self._scatters.items():
            scatter.setBrush(pg.mkBrush(tone(theme, mark)))
            self._lines[mark].setPen(pg.mkPen(tone(theme, mark), width=_LINE))

    def show(
        self, places: Mapping[Mark, tuple[Sequence[float] | np.ndarray, Sequence[float] | np.ndarray]]
    ) -> None:
        """Put marks at (x, y) for each kind; a kind that is not named has none."""
        for mark in Mark:
            x, y = (np.asarray(part, dtype=float) for part in places.get(mark, ((), ())))
            if len(x) or self.count(mark):
                order = np.lexsort((y, x))
                self._places[mark] = x[order], y[order]
                self._draw_kind(mark)

    def count(self, mark: Mark) -> int:
        """How many places have a mark of that kind, those included that a line stands for."""
        return len(self._places[mark][0])

    def places(self, mark: Mark) -> np.ndarray:
        """Those places [n, 2], by x and then y."""
        return np.stack(self._places[mark], axis=1)

    def drawn(self, mark: Mark) -> tuple[np.ndarray, np.ndarray]:
        """Where marks of that kind are drawn [n, 2], and the lines from one place to another [k, 2, 2]."""
        marks = np.stack(self._scatters[mark].getData(), axis=1)
        x, y = self._lines[mark].getData()
        ends = np.empty((0, 2)) if x is None else np.stack([x, y], axis=1)
        return marks, ends.reshape(-1, 2, 2)

    def _draw(self, *_unused: object) -> None:
        for mark in Mark:
            if self.count(mark):
                self._draw_kind(mark)

    def _draw_kind(self, mark: Mark) -> None:
        x, y = self._places[mark]
        (left, right), (low, high) = self._box.viewRange()
        width, height = self._box.rect().width(), self._box.rect().height()
        across = (x - left) * width / (right - left)
        up = (y - low) * height / (high - low)
        near = (across > -_APART) & (across < width + _APART) & (up > -_APART) & (up < height + _APART)
        across, up = across[near], up[near]
        kept, crowds = thinned(across, up)
        x = left + _inside(across, width) * (right - left) / max(width, 1)
        y = low + _inside(up, height) * (high - low) / max(height, 1)
        self._scatters[mark].setData(x=x[kept], y=y[kept])
        ends = crowds.ravel()
        if len(ends):
            self._lines[mark].setData(x=x[ends], y=y[ends], connect="pairs")
        else:
            self._lines[mark].clear()


def _inside(places: np.ndarray, length: float) -> np.ndarray:
    """Marks at the very edge are moved inwards, so that nothing is cut off; those out of sight stay."""
    half = _SIZE / 2 + 0.5
    seen = (places >= -1) & (places <= length + 1)
    return np.where(seen & (length > 2 * half), np.clip(places, half, length - half), places)


def thinned(across: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which marks to draw of those at so many pixels, in order, and first and last [k, 2] of each crowd.

    A crowd is what lies closer together than a mark is wide; of it the first is drawn, the last where it has
    room, and between them what lies far enough from the one before.
    """
    if not len(across):
        return np.empty(0, np.int64), np.empty((0, 2), np.int64)
    gaps = np.hypot(np.diff(across), np.diff(up))
    starts = np.concatenate([[0], 1 + np.flatnonzero(gaps >= _SIZE)])
    stops = np.append(starts[1:], len(across))
    along = np.concatenate([[0.0], np.cumsum(gaps)])
    kept: list[int] = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        at = start
        while at < stop:
            kept.append(at)
            at = max(at + 1, int(np.searchsorted(along, along[at] + _APART)))
        if along[stop - 1] - along[kept[-1]] >= _SIZE:
            kept.append(stop - 1)
    several = along[stops - 1] - along[starts] >= _SIZE
    return np.array(kept), np.stack([starts[several], stops[several] - 1], axis=1)


def _glyph(text: str) -> QPainterPath:
    """The glyph as a symbol of size one around the origin."""
    path = QPainterPath()
    if text == "✕":
        for angle in (45, 135):
            bar = QPainterPath()
            bar.addRect(-0.55, -0.12, 1.1, 0.24)
            path = path.united(QTransform().rotate(angle).map(bar))
        return path
    if text == "■":
        path.addRect(-0.35, -0.35, 0.7, 0.7)
        return path
    direction = 1 if text == "▼" else -1
    path.moveTo(-0.5, -0.4 * direction)
    path.lineTo(0.5, -0.4 * direction)
    path.lineTo(0, 0.5 * direction)
    path.closeSubpath()
    return path
