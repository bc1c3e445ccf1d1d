"""What maps over the steps share: columns at even distances, and the lines that hold the selected row."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.views.plots.magnitude import Codes
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.theme import Theme

_MOST = 1200
"""Columns at even distances, where the kept steps lie unevenly: about as many as a picture has pixels."""


class RowSelection:
    """Two thin lines that hold the selected row."""

    def __init__(self, box: PlotBox) -> None:
        self._lines = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        for line in self._lines:
            line.setZValue(30)
            line.hide()
            box.addItem(line, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        for line in self._lines:
            line.setPen(pg.mkPen(theme.panel, width=1, style=Qt.PenStyle.SolidLine))

    def show_row(self, row: int | None) -> None:
        """Hold that row, or none."""
        for line, offset in zip(self._lines, (-0.5, 0.5), strict=True):
            line.setVisible(row is not None)
            if row is not None:
                line.setValue(row + offset)


def evenly(steps: np.ndarray, codes: Codes) -> tuple[np.ndarray, Codes]:
    """Columns at even distances: where kept steps lie unevenly, the newest of a column's or before."""
    if len(steps) < 3:
        return steps, codes
    gaps = np.diff(steps)
    if (gaps == gaps[0]).all():
        return steps, codes
    width = max(int(np.gcd.reduce(gaps)), int(steps[-1] - steps[0]) // _MOST)
    even = np.arange(steps[0], steps[-1] + 1, width)
    return even, np.ascontiguousarray(codes[:, np.searchsorted(steps, even + width - 1, side="right") - 1])
