"""Keys where a plot was clicked: up and down go through layers (Shift takes several), others through time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent

from gradviz.views.layer_selection import LayerSelection
from gradviz.views.picking import Pick, picked
from gradviz.views.time_track import TimeTrack

if TYPE_CHECKING:
    from gradviz.views.plots.plot_area import PlotArea

_LAYERS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
_STEPS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


class PlotKeys(QObject):
    """Hears the keys of all plots; the first layer stands below in each of them."""

    def __init__(self, plots: PlotArea, selection: LayerSelection, track: TimeTrack) -> None:
        super().__init__(plots)
        self._selection = selection
        self._track = track
        plots.keyed.connect(self._on_key)

    def _on_key(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held == Qt.KeyboardModifier.ShiftModifier and key in _LAYERS and self._selection.rows:
            end = self._selection.rows[0] + _LAYERS[key]
            self._selection.select_rows(picked(self._selection.rows, end, Pick.RANGE))
            event.accept()
        if held:
            return
        if key in _LAYERS and self._selection.row is not None:
            self._selection.select_row(self._selection.row + _LAYERS[key])
            event.accept()
        elif key in _STEPS and self._track.isEnabled():
            event.accept()
            self._track.keyPressEvent(event)
