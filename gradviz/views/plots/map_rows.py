"""What maps over the steps share: columns at even distances, lines of selected rows, words for figures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from gradviz.records.snapshot import Snapshot
from gradviz.views.number_format import count
from gradviz.views.picking import Rows, runs_of
from gradviz.views.plots.magnitude import Codes
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.selected_lines import SelectedLines
from gradviz.views.theme import Theme

_MOST = 1200
"""Columns at even distances, where the kept steps lie unevenly: about as many as a picture has pixels."""


class RowSelection:
    """Two thin lines that hold the selected row, or each run of neighbours among several."""

    def __init__(self, box: PlotBox) -> None:
        self.lines = SelectedLines(box)
        self.lines.setZValue(30)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.lines.set_colour(theme.panel)

    def show_rows(self, rows: Rows) -> None:
        """Hold those rows."""
        self.lines.show_places([edge for low, high in runs_of(rows) for edge in (low - 0.5, high + 0.5)])


def line_words(snapshot: Snapshot | None) -> str:
    """Where the upright line of the cursor stands; nothing where that is the map's edge."""
    if snapshot is None or snapshot.cursor >= snapshot.last_step:
        return ""
    return QCoreApplication.translate("MapRows", "line at step {0}").format(count(snapshot.cursor))


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
