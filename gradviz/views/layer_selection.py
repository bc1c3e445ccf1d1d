"""The selected layers, as the tree knows them (paths) and as plots know them (measured rows)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import Path
from gradviz.views.picking import Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A layer or block that was chosen: its path in the tree, and its measured row where it has one."""

    path: Path
    row: int | None


class LayerSelection(QObject):
    """Clicking a layer anywhere selects it everywhere; a Repeat's layer stands for its first iteration.

    Several can be selected. The one that was chosen last is the primary: it is what a histogram shows.
    """

    row_changed = Signal(object)
    """The index (int) of the primary measured layer, or None."""
    rows_changed = Signal(object)
    """All selected measured layers (tuple of int), the primary last."""
    path_changed = Signal(object)
    """The path of the selected layer in the tree, after a click on a measured row."""
    paths_changed = Signal(object)
    """Their paths (tuple), the primary's first, after several rows were chosen in a plot."""

    place_changed = Signal(object)
    """The Place that the user chose, anywhere; of a layer that is not measured too."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._inside: dict[Path, list[int]] = {}
        self._rows: Rows = ()
        self._chosen: tuple[str, ...] = ()
        self._blocks: tuple[Path, ...] = ()
        self._preferred = ""

    @property
    def row(self) -> int | None:
        """The primary measured layer."""
        return self._rows[-1] if self._rows else None

    @property
    def rows(self) -> Rows:
        """All selected measured layers, the primary last."""
        return self._rows

    @property
    def name(self) -> str:
        """The name of the primary layer, empty without one."""
        return self._layers[self._rows[-1]].name if self._rows else ""

    def prefer(self, name: str) -> None:
        """Select that layer as soon as there is one of that name, unless the user is quicker."""
        self._preferred = name

    def set_layers(self, layers: Sequence[LayerInfo]) -> None:
        """Other measured layers: of those that were chosen the ones there are, else the first.

        What was chosen is kept while a depth goes down and up again; a block is all that it holds now.
        """
        self._layers = tuple(layers)
        self._inside = {}
        for row, layer in enumerate(self._layers):
            for depth in range(1, len(layer.path) + 1):
                self._inside.setdefault(layer.path[:depth], []).append(row)
        preferred = self._row_of(self._preferred)
        self._rows = self._still_chosen() or ((0,) if self._layers else ())
        if preferred is not None:
            self.select_row(preferred)
            return
        self._tell(primary=True)

    def select_row(self, row: int) -> None:
        """A measured layer was clicked."""
        if 0 <= row < len(self._layers):
            self._preferred = ""
            self._rows = (row,)
            self._keep()
            self._tell(primary=True)
            self.path_changed.emit(self._layers[row].path)
            self.place_changed.emit(Place(path=self._layers[row].path, row=row))

    def select_rows(self, rows: Rows) -> None:
        """Several measured layers were chosen; the last one is the primary."""
        known = tuple(dict.fromkeys(row for row in reversed(rows) if 0 <= row < len(self._layers)))[::-1]
        if len(known) < 2:
            self.select_row(known[0] if known else -1)
            return
        self._preferred = ""
        self._take(known)
        self._keep()
        paths = tuple(dict.fromkeys(self._layers[row].path for row in reversed(known)))
        self.paths_changed.emit(paths)
        self.place_changed.emit(Place(path=paths[0], row=known[-1]))

    def select_path(self, path: Path) -> None:
        """A layer of the tree was selected; of one that is not measured the plots show the one before it.

        An activation has no weights: what goes into it comes from the measured layer before. A block is all
        its measured layers, a layer is one, also where it is gone through several times.
        """
        self._preferred = ""
        rows = self._inside.get(path, [])
        near = rows or self._before(path)
        if path and near:
            primary = self.row if self.row in near else near[0]
            self._take(_with_primary(rows, primary) if self._is_block(path) else (primary,))
            self._keep(path)
        if path:
            self.place_changed.emit(Place(path=path, row=self.row if self.row in rows else None))

    def select_paths(self, paths: Sequence[Path]) -> None:
        """Several layers or blocks of the tree were selected, the current one first."""
        self._preferred = ""
        rows, before = set[int](), {*self._rows}
        for path in paths:
            inside = self._inside.get(path, [])
            if self._is_block(path):
                rows.update(inside)
            else:  # a layer that is gone through several times stands for those that were looked at
                rows.update(before.intersection(inside) or inside[:1])
        first = next((self._inside[path] for path in paths if path in self._inside), None)
        if first is None:
            self.select_path(paths[0])
            return
        primary = self.row if self.row in first else min(rows.intersection(first))
        self._take(_with_primary(rows, primary))
        self._keep(*paths)
        own = primary in self._inside.get(paths[0], [])
        self.place_changed.emit(Place(path=paths[0], row=primary if own else None))

    def select_place(self, path: Path, row: int | None) -> None:
        """A node of the diagram was clicked: any of the tree, and one of its measured rows if it has any."""
        if row is not None and 0 <= row < len(self._layers):
            self._take((row,))
            self._keep()
        self.path_changed.emit(path)

    def _keep(self, *paths: Path) -> None:
        """Remember what is selected as chosen by the user, in the tree as these paths."""
        self._chosen = tuple(self._layers[row].name for row in self._rows)
        self._blocks = tuple(path for path in paths if self._is_block(path))

    def _still_chosen(self) -> Rows:
        known = {layer.name: row for row, layer in reversed([*enumerate(self._layers)])}
        named = tuple(known[name] for name in self._chosen if name in known)
        inside = {row for path in self._blocks if self._is_block(path) for row in self._inside[path]}
        return _with_primary(inside.union(named), named[-1]) if named and inside else named

    def _take(self, rows: Rows) -> None:
        """Have those selected, and tell what is new about it."""
        before, self._rows = self._rows, rows
        if before != rows:
            self._tell(primary=before[-1:] != rows[-1:])

    def _tell(self, *, primary: bool) -> None:
        if primary:
            self.row_changed.emit(self.row)
        self.rows_changed.emit(self._rows)

    def _row_of(self, name: str) -> int | None:
        return next((i for i, layer in enumerate(self._layers) if name and layer.name == name), None)

    def _is_block(self, path: Path) -> bool:
        """Whether several measured layers are there, and not one that is gone through several times."""
        layers = [self._layers[row] for row in self._inside.get(path, [])]
        rounds = {layer.repeat for layer in layers}
        return len(rounds) < len(layers) or any(layer.path != path for layer in layers)

    def _before(self, path: Path) -> list[int]:
        """The measured rows of the last layer of the tree that stands before a path."""
        last = max((layer.path for layer in self._layers if layer.path < path), default=None)
        return [i for i, layer in enumerate(self._layers) if layer.path == last] if last is not None else []


def _with_primary(rows: Iterable[int], primary: int) -> Rows:
    return (*(row for row in sorted(rows) if row != primary), primary)
