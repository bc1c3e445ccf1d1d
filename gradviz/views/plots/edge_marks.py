"""Marks at a plot's edge for what has no place on its scale: ▼ exact zero, ▲ infinity, ✕ NaN, ■ frozen.

A frozen layer has no gradient either, but that was asked for: its mark is as quiet as an axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPainterPath, QTransform

from gradviz.views.theme import Theme

_SIZE = 9
MOST = 400
"""More marks than that are thinned: they would only be one smear."""


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
    """One scatter of marks for each kind."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._scatters: dict[Mark, pg.ScatterPlotItem] = {}
        self._counts = dict.fromkeys(Mark, 0)
        for mark in Mark:
            scatter = pg.ScatterPlotItem(symbol=_glyph(mark.value), size=_SIZE, pen=None, pxMode=True)
            scatter.setZValue(20)
            box.addItem(scatter, ignoreBounds=True)
            self._scatters[mark] = scatter

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        for mark, scatter in self._scatters.items():
            scatter.setBrush(pg.mkBrush(tone(theme, mark)))

    def show(
        self, places: Mapping[Mark, tuple[Sequence[float] | np.ndarray, Sequence[float] | np.ndarray]]
    ) -> None:
        """Put marks at (x, y) for each kind; a kind that is not named has none."""
        for mark, scatter in self._scatters.items():
            x, y = places.get(mark, ((), ()))
            if len(x) > MOST:
                chosen = np.linspace(0, len(x) - 1, MOST).astype(int)
                x, y = np.asarray(x)[chosen], np.asarray(y)[chosen]
            if len(x) or self._counts[mark]:
                scatter.setData(x=np.asarray(x, dtype=float), y=np.asarray(y, dtype=float))
            self._counts[mark] = len(x)

    def count(self, mark: Mark) -> int:
        """How many marks of that kind are shown."""
        return self._counts[mark]


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
