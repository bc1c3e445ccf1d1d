"""What the table of layers says in each cell, for single layers and for blocks of them.

The norm of a block is that of all its entries together, √Σ‖·‖², and its update ratio that of all its weights,
so a folded row is measured like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from gradviz.records.frozen import Frozen, frozen_spans
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.layer_table.cells import LEARNING, NUMBERS, Cell
from gradviz.views.layer_table.folding import Folding
from gradviz.views.layer_table.rows import Key, Row, arranged, blocks, span_name
from gradviz.views.number_format import count, shape, significant
from gradviz.views.plots.edge_marks import Mark, tone

Index = QModelIndex | QPersistentModelIndex
COURSE_ROLE = Qt.ItemDataRole.UserRole
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
RESTING_ROLE = Qt.ItemDataRole.UserRole + 2
_COURSE_POINTS = 64
_LONG = 100_000


class LayerTableModel(QAbstractTableModel):
    """Rows of layers with what a snapshot says of them."""

    folded = Signal(object)
    """The Folding that the user has chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._blocks: tuple[Row, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._folding = Folding()
        self._sorted: tuple[Cell, bool] | None = None
        self._snapshot: Snapshot | None = None
        self._spans: tuple[Frozen, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows from the top."""
        return self._rows

    @property
    def has_blocks(self) -> bool:
        """Whether there is anything to fold."""
        return any(block.is_block for block in self._blocks) and len(self._blocks) > 1

    @property
    def is_folding(self) -> bool:
        """Whether layers stand in blocks."""
        return self.has_blocks and self._folding.is_wanted(len(self._layers))

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown."""
        return self._snapshot

    def show_layers(self, layers: Sequence[LayerInfo]) -> None:
        """Other layers, of which nothing is known yet."""
        self._snapshot = None
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, NUMBERS[0], NUMBERS[-1])
        if tuple(layers) != self._layers:
            self._layers = tuple(layers)
            self._blocks = blocks(self._layers)
        self._arrange()

    def show_snapshot(self, snapshot: Snapshot, *, arrange: bool) -> None:
        """Tell what it says; rows change their places only if `arrange`."""
        if snapshot.run.measured != self._layers:
            self.show_layers(snapshot.run.measured)
        before = [*map(self.step_of, NUMBERS)]
        self._snapshot = snapshot
        self._spans = frozen_spans(snapshot.events, [layer.name for layer in self._layers])
        if [*map(self.step_of, NUMBERS)] != before:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, NUMBERS[0], NUMBERS[-1])
        if arrange and self._sorted is not None:
            self._arrange()
        elif self._rows:
            last = self.index(len(self._rows) - 1, Cell.WEIGHT)
            self.dataChanged.emit(self.index(0, Cell.COURSE), last)

    def fold(self, *, folded: bool) -> None:
        """Put layers into blocks, all of them closed, or show each."""
        self.show_folding(Folding(blocks=folded))
        self.folded.emit(self._folding)

    def show_folding(self, folding: Folding) -> None:
        """Fold as was chosen before."""
        self._folding = folding
        self._arrange()

    def unfold_row(self, row: Row, *, unfolded: bool) -> None:
        """Show the layers of a block below it, or hide them."""
        if row.is_block and self.is_unfolded(row) != unfolded:
            self.show_folding(self._folding.turned(self._layers[row.first].name))
            self.folded.emit(self._folding)

    def is_unfolded(self, row: Row) -> bool:
        """Whether a block's layers stand below it."""
        return self._layers[row.first].name in self._folding.open

    def row_of(self, layer: int) -> int | None:
        """Where a measured layer stands; else where its block does."""
        places = [place for place, row in enumerate(self._rows) if layer in row]
        single = [place for place in places if not self._rows[place].is_block]
        return next(iter(single or places), None)

    def rows_of(self, layers: Sequence[int]) -> tuple[int, ...]:
        """Where those layers stand, or the closed blocks that they are in."""
        wanted = {*layers}
        return tuple(
            place
            for place, row in enumerate(self._rows)
            if not (row.is_block and self.is_unfolded(row))
            and not wanted.isdisjoint(range(row.first, row.stop))
        )

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; −1 goes back to the order of the network."""
        descending = order is Qt.SortOrder.DescendingOrder
        self._sorted = None if column < 0 else (Cell(column), descending)
        self._arrange()

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """How many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(Cell)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names, and what they mean."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        name, tip = self.heads()[section]
        step = self.step_of(Cell(section))
        if role == Qt.ItemDataRole.DisplayRole:
            return name if step is None else f"{name}\n{self._step_words(step)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip if step is None else self.tr("{0}, measured at step {1}").format(tip, count(step))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Cell(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, colour and alignment of a cell, and the course of the gradient norm."""
        if not index.isValid():
            return None
        row, cell = self._rows[index.row()], Cell(index.column())
        if cell is Cell.COURSE and role in {COURSE_ROLE, Qt.ItemDataRole.AccessibleTextRole}:
            return self.course(row) if role == COURSE_ROLE else self._course_words(row)
        if role == RESTING_ROLE:
            return self.resting(row)
        tellers: dict[int, Callable[[Row, Cell], Any]] = {
            Qt.ItemDataRole.DisplayRole: self._text,
            Qt.ItemDataRole.TextAlignmentRole: lambda _row, cell: _alignment(cell),
            Qt.ItemDataRole.ForegroundRole: self._colour,
            Qt.ItemDataRole.ToolTipRole: self._tip,
            ROW_ROLE: lambda row, _cell: row,
        }
        teller = tellers.get(role)
        return None if teller is None else teller(row, cell)

    def step_of(self, cell: Cell) -> int | None:
        """The step that a column was measured at: some are measured at every step, others now and then."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.last_step < 0:
            return None
        if cell is Cell.GRADIENT:
            return snapshot.profile.step
        found = {Cell.RATIO: snapshot.update_ratio, Cell.WEIGHT: snapshot.weight_norm}.get(cell)
        return None if found is None else found[0]

    def number(self, row: Row, cell: Cell) -> float | None:
        """A measured number of a row, None where it is not known."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.last_step < 0:
            return None
        part = slice(row.first, row.stop)
        if cell is Cell.GRADIENT:
            return _together(snapshot.profile.values[part])
        weights = None if snapshot.weight_norm is None else snapshot.weight_norm[1][part]
        if cell is Cell.WEIGHT:
            return None if weights is None else _together(weights)
        ratios = None if snapshot.update_ratio is None else snapshot.update_ratio[1][part]
        return _ratio(ratios, weights)

    def course(self, row: Row) -> tuple[np.ndarray, np.ndarray]:
        """Steps [n] and gradient norms [n] of the steps in sight, for a small picture."""
        flow = None if self._snapshot is None else self._snapshot.flow
        if flow is None or not len(flow.steps):
            return np.empty(0, np.int64), np.empty(0)
        shown = np.unique(np.linspace(0, len(flow.steps) - 1, _COURSE_POINTS).astype(int))
        norms = flow.mean[row.first : row.stop, shown].astype(np.float64)
        return flow.steps[shown], np.sqrt((norms * norms).sum(axis=0))

    def heads(self) -> tuple[tuple[str, str], ...]:
        """Names of the columns, and what they mean."""
        return (
            (self.tr("layer"), self.tr("The layers that have parameters")),
            (
                self.tr("course"),
                self.tr(
                    "The gradient norm over the steps in sight, each on its own scale; sorted by its change"
                ),
            ),
            (self.tr("gradient"), self.tr("Gradient norm ‖∂L/∂W‖₂ at the shown step")),
            (self.tr("update ratio"), self.tr("‖Δw‖ / ‖w‖: how far a step moves the weights; 1e-3 is usual")),
            (self.tr("weights"), self.tr("Weight norm ‖W‖₂")),
            (self.tr("parameters"), self.tr("How many numbers are learned")),
            (self.tr("output"), self.tr("Output shape, without the batch")),
            (self.tr("kind"), self.tr("What the layer is")),
        )

    def name(self, row: Row) -> str:
        """The layer's name, or that of the block."""
        return span_name(self._layers[row.first].name, self._layers[row.stop - 1].name)

    def _arrange(self) -> None:
        self.beginResetModel()
        sorting = self._sorted
        self._rows = arranged(
            self._blocks,
            folding=self.is_folding,
            unfolded={block.first for block in self._blocks if self.is_unfolded(block)},
            key=None if sorting is None else lambda row: self._key(row, sorting[0]),
            descending=sorting is not None and sorting[1],
        )
        self.endResetModel()

    def _is_older(self, cell: Cell) -> bool:
        """Whether a column is of another step than the gradients, which are those of the shown step."""
        step = self.step_of(cell)
        return step is not None and step != self.step_of(Cell.GRADIENT)

    def _step_words(self, step: int) -> str:
        """Short enough for the narrowest column."""
        return count(step) if step >= _LONG else self.tr("step {0}").format(count(step))

    def is_frozen(self, row: Row, cell: Cell) -> bool:
        """Whether all its layers were frozen at that column’s step: they do not learn, and are not dead."""
        step = self.step_of(cell)
        if not self._spans or step is None or cell not in LEARNING:
            return False
        return all(
            any(span.row == layer and span.covers(step) for span in self._spans)
            for layer in range(row.first, row.stop)
        )

    def resting(self, row: Row) -> np.ndarray:
        """At which of the steps of its course [n, bool] a layer was frozen; a block never is."""
        steps, _ = self.course(row)
        found = np.zeros(len(steps), bool)
        for span in self._spans:
            if not row.is_block and span.row == row.first:
                found |= (steps >= span.first) & (steps < (np.inf if span.end is None else span.end))
        return found

    def _key(self, row: Row, cell: Cell) -> Key:
        if cell in NUMBERS:
            return None if self.is_frozen(row, cell) else self.number(row, cell)
        if cell is Cell.COURSE:
            return self._change(row)
        if cell is Cell.PARAMETERS:
            return float(self.parameters(row))
        if cell is Cell.SHAPE:
            return float(np.prod(self._layers[row.stop - 1].output_shape, dtype=np.float64))
        return float(row.first) if cell is Cell.NAME else self._text(row, cell)

    def _change(self, row: Row) -> Key:
        """By what factor the gradient norm has changed over the steps in sight."""
        _, norms = self.course(row)
        if not len(norms) or not np.isfinite(norms[[0, -1]]).all() or norms[0] == 0:
            return None
        return float(norms[-1] / norms[0])

    def parameters(self, row: Row) -> int:
        """How many it has; of a block all in it."""
        return sum(layer.parameters for layer in self._layers[row.first : row.stop])

    def _text(self, row: Row, cell: Cell) -> str:
        if cell is Cell.NAME:
            return self.name(row)
        if cell in NUMBERS:
            return self._number_text(row, cell)
        if cell is Cell.PARAMETERS:
            return count(self.parameters(row))
        if cell is Cell.SHAPE:
            return shape(self._layers[row.stop - 1].output_shape)
        if cell is Cell.KIND:
            several = self.tr("{0} layers").format(count(row.stop - row.first))
            return several if row.is_block else self._layers[row.first].kind
        return ""

    def _number_text(self, row: Row, cell: Cell) -> str:
        if self.is_frozen(row, cell):
            return self.tr("frozen") if cell is Cell.GRADIENT else "–"
        value = self.number(row, cell)
        mark = _mark(value)
        text = "–" if value is None else significant(value)
        return f"{mark.value} {text}" if mark is not None else text

    def _colour(self, row: Row, cell: Cell) -> QColor | None:
        theme = appearance().theme
        if self.is_frozen(row, cell):
            return QColor(theme.secondary)
        if cell in NUMBERS:
            mark = _mark(self.number(row, cell))
            if mark is not None:
                return QColor(tone(theme, mark))
            return QColor(theme.secondary) if self._is_older(cell) else None
        return QColor(theme.secondary) if cell in {Cell.SHAPE, Cell.KIND} else None

    def _tip(self, row: Row, cell: Cell) -> str | None:
        if cell is Cell.NAME:
            return self.name(row)
        if self.is_frozen(row, cell):
            return self.tr("frozen: it does not learn here")
        if self._is_older(cell):
            return self.tr("measured at step {0}").format(count(self.step_of(cell) or 0))
        if cell is not Cell.GRADIENT or not row.is_block or self.number(row, cell) is None:
            return None
        snapshot = self._snapshot
        norms = np.empty(0) if snapshot is None else snapshot.profile.values[row.first : row.stop]
        if not np.isfinite(norms).any():
            return None
        least, most = int(np.nanargmin(norms)), int(np.nanargmax(norms))
        return self.tr("smallest {0} in {1}, largest {2} in {3}").format(
            significant(float(norms[least])),
            self._layers[row.first + least].name,
            significant(float(norms[most])),
            self._layers[row.first + most].name,
        )

    def _course_words(self, row: Row) -> str:
        _, norms = self.course(row)
        if not len(norms):
            return ""
        ends = significant(float(norms[0])), significant(float(norms[-1]))
        return self.tr("gradient norm from {0} to {1}").format(*ends)


def _together(norms: np.ndarray) -> float:
    return float(np.sqrt((norms.astype(np.float64) ** 2).sum()))


def _ratio(ratios: np.ndarray | None, weights: np.ndarray | None) -> float | None:
    """‖Δw‖ / ‖w‖ of layers together."""
    if ratios is None or (weights is None and len(ratios) > 1):
        return None
    if weights is None or len(ratios) == 1:
        return float(ratios[0])
    size = _together(weights)
    return _together(ratios.astype(np.float64) * weights) / size if size else float("nan")


def _mark(value: float | None) -> Mark | None:
    if value is None:
        return None
    if np.isnan(value):
        return Mark.NAN
    if np.isinf(value):
        return Mark.INFINITE
    return Mark.ZERO if value == 0 else None


def _alignment(cell: Cell) -> Qt.AlignmentFlag:
    numbers = cell in {*NUMBERS, Cell.PARAMETERS, Cell.SHAPE}  # of neighbours to both sides one is read
    return (
        Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft
    ) | Qt.AlignmentFlag.AlignVCenter
