"""Gives plots what the session has kept of their folds, and keeps what the user folds in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from gradviz.control.kept_folds import KeptFolds
    from gradviz.views.plots.ensemble import Ensemble
    from gradviz.views.plots.plot_view import PlotView


class FoldKeeper(QObject):
    """A plot is told when it is made, and all of them when another session is there."""

    def __init__(self, kept: KeptFolds, ensemble: Ensemble, parent: QObject) -> None:
        super().__init__(parent)
        self._kept = kept
        self._ensemble = ensemble
        ensemble.made.connect(self._on_made)
        kept.reopened.connect(self._on_reopened)
        for key, plot in ensemble.plots.items():
            self._on_made(key, plot)

    def _on_made(self, key: str, plot: PlotView) -> None:
        plot.show_folds(self._kept.of(key))
        plot.folds_changed.connect(partial(self._kept.keep, key))

    def _on_reopened(self) -> None:
        for key, plot in self._ensemble.plots.items():
            plot.show_folds(self._kept.of(key))
