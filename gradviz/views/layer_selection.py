"""The one selected layer, as the tree knows it (a path) and as the plots know it (a measured row)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A layer or block that was chosen: its path in the tree, and its measured row where it has one."""

    path: Path
    row: int | None


class LayerSelection(QObject):
    """Clicking a layer anywhere selects it everywhere; a Repeat's layer stands for its first iteration."""

    row_changed = Signal(object)
    """The index (int) of the measured layer, or None."""
    path_changed = Signal(object)
    """The path of the selected layer in the tree, after a click on a measured row."""

    place_changed = Signal(object)
    """The Place that the user chose, anywhere; of a layer that is not measured too."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._row: int | None = None
        self._preferred = ""

    @property
    def row(self) -> int | None:
        """The selected measured layer."""
        return self._row

    @property
    def name(self) -> str:
        """The name of the selected layer, empty without one."""
        return self._layers[self._row].name if self._row is not None else ""

    def prefer(self, name: str) -> None:
        """Select that layer as soon as there is one of that name, unless the user is quicker."""
        self._preferred = name

    def set_layers(self, layers: Sequence[LayerInfo]) -> None:
        """Other measured layers: the one of the same name stays selected, else the first is."""
        name = self.name
        self._layers = tuple(layers)
        preferred = self._row_of(self._preferred)
        same = preferred if preferred is not None else self._row_of(name)
        self._row = same if same is not None else (0 if self._layers else None)
        if preferred is not None:
            self.select_row(preferred)
            return
        self.row_changed.emit(self._row)

    def select_row(self, row: int) -> None:
        """A measured layer was clicked."""
        if 0 <= row < len(self._layers):
            self._preferred = ""
            self._row = row
            self.row_changed.emit(row)
            self.path_changed.emit(self._layers[row].path)
            self.place_changed.emit(Place(path=self._layers[row].path, row=row))

    def select_path(self, path: Path) -> None:
        """A layer of the tree was selected; of one that is not measured the plots show the one before it.

        An activation has no weights: what goes into it comes from the measured layer before.
        """
        self._preferred = ""
        rows = [i for i, layer in enumerate(self._layers) if layer.path[: len(path)] == path]
        near = rows or self._before(path)
        if path and near and self._row not in near:
            self._row = near[0]
            self.row_changed.emit(self._row)
        if path:
            self.place_changed.emit(Place(path=path, row=self._row if self._row in rows else None))

    def select_place(self, path: Path, row: int | None) -> None:
        """A node of the diagram was clicked: any of the tree, and one of its measured rows if it has any."""
        if row is not None and 0 <= row < len(self._layers) and row != self._row:
            self._row = row
            self.row_changed.emit(row)
        self.path_changed.emit(path)

    def _row_of(self, name: str) -> int | None:
        return next((i for i, layer in enumerate(self._layers) if name and layer.name == name), None)

    def _before(self, path: Path) -> list[int]:
        """The measured rows of the last layer of the tree that stands before a path."""
        last = max((layer.path for layer in self._layers if layer.path < path), default=None)
        return [i for i, layer in enumerate(self._layers) if layer.path == last] if last is not None else []
