"""The table of layers with its heading: sorted by any column, folded into blocks, those selected.

Rows keep their places while training, also sorted ones: what jumps cannot be read. They are sorted anew by a
click on the header, and whenever the user moves in time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)

from gradviz.records.layer import LayerInfo
from gradviz.records.run import RunState
from gradviz.records.snapshot import Snapshot
from gradviz.views.icons import icon
from gradviz.views.layer_table.cells import NUMBERS, Cell
from gradviz.views.layer_table.folding import Folding, folding_of
from gradviz.views.layer_table.model import ROW_ROLE, LayerTableModel
from gradviz.views.layer_table.rows import Row
from gradviz.views.layer_table.sparkline import SparklineDelegate
from gradviz.views.number_format import count
from gradviz.views.picking import runs_of
from gradviz.views.plots.plot_view import PlotView, RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues, texts
from gradviz.views.theme import Theme
from gradviz.views.throttle import Throttle

_WIDTHS = {
    Cell.NAME: 128,
    Cell.COURSE: 84,
    Cell.GRADIENT: 74,
    Cell.RATIO: 86,
    Cell.WEIGHT: 68,
    Cell.PARAMETERS: 88,
    Cell.SHAPE: 88,
    Cell.KIND: 96,
}
_WIDEST_COURSE = 420
READING_MS = 250
"""Numbers change no faster than they can be read."""
_ARROW, _INDENT = 14, 16
_TWO_LINES = 36


class LayerTable(PlotView):
    """Shows every measured layer of a run; a click or an arrow key selects the layer everywhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.model = LayerTableModel()
        self.table = _Table(self.model)
        super().__init__(self.table, "", parent)
        self.model.setParent(self)
        self.title.setText(self.tr("Layers"))
        self.table.setAccessibleName(self.tr("Table of layers"))
        self.table.quiet.setText(self.tr("Each layer’s gradient, update ratio and weights in numbers"))
        self._sparklines = SparklineDelegate(self.table)
        self.table.setItemDelegateForColumn(Cell.COURSE, self._sparklines)
        self._selecting = False
        self._taken: Snapshot | None = None
        self._soon = Throttle(self._show_taken, READING_MS, self)
        self.fold_switch = QToolButton(self)
        self.fold_switch.setProperty("role", "chip")
        self.fold_switch.setText(self.tr("blocks"))
        self.fold_switch.setToolTip(self.tr("Show blocks of layers; open one with a double click or →"))
        self.fold_switch.setCheckable(True)
        self.fold_switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold_switch.setIcon(icon("layers", "secondary"))
        self.fold_switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold_switch.toggled.connect(self._on_fold)
        self.add_switch(self.fold_switch)
        self.model.modelReset.connect(self._on_reset)
        self.model.folded.connect(self._on_folded)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self._say()

    def set_theme(self, _theme: Theme) -> None:
        """The palette says it; only the rows have to be drawn again."""
        self.table.viewport().update()

    def expect(self, coming: RunToCome) -> None:
        """Name the layers of a run that is to come."""
        self._taken = None
        self.show_layers(coming.layers)

    def take(self, snapshot: Snapshot) -> None:
        """Tell it at reading speed: a table is read and not watched."""
        self._taken = snapshot
        self._soon()

    def show_layers(self, layers: Sequence[LayerInfo]) -> None:
        """Name the layers of a run that is to come."""
        self._sparklines.cursor = -1
        self.model.show_layers(layers)
        self._say()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Tell what was measured (at reading speed)."""
        is_still = not snapshot.live or snapshot.status.state is not RunState.RUNNING
        self._sparklines.cursor = -1 if snapshot.live else snapshot.cursor
        self.model.show_snapshot(snapshot, arrange=is_still)
        self._say()

    def show_folds(self, kept: object) -> None:
        """Blocks, and which of them are open, as they were kept."""
        self.model.show_folding(folding_of(kept))
        self._say()

    def select_layer(self, index: int | None) -> None:
        """Make that row the current one, and select its own and those of the layers beside it."""
        self.chosen = self.marked_with(index)
        self._select()

    def reset_view(self) -> None:
        """The order of the network again, from the top."""
        self.table.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.scrollToTop()

    def values(self) -> PlottedValues | None:
        """A row for each row, in the order that is shown."""
        model = self.model
        if model.snapshot is None or not model.rows:
            return None
        columns = []
        heads = [name for name, _ in model.heads()]
        for cell, name, found in (
            (Cell.GRADIENT, self.tr("gradient norm ‖∂L/∂W‖₂ at step {0}"), model.snapshot.profile),
            (Cell.RATIO, self.tr("update ratio ‖Δw‖/‖w‖ at step {0}"), model.snapshot.update_ratio),
            (Cell.WEIGHT, self.tr("weight norm ‖W‖₂ at step {0}"), model.snapshot.weight_norm),
        ):
            heads[cell] = heads[cell] if found is None else name.format(found[0])
        for cell in Cell:
            if cell is Cell.COURSE:
                continue
            if cell in NUMBERS:
                measured = [model.number(row, cell) for row in model.rows]
                unknown = [value is None for value in measured]
                numbers = np.array([0.0 if value is None else value for value in measured], np.float32)
                cells = np.ma.MaskedArray(numbers, mask=unknown)
                columns.append(Column(name=heads[cell], cells=cells))
            elif cell is Cell.PARAMETERS:
                counts = np.array([model.parameters(row) for row in model.rows], np.int64)
                columns.append(Column(name=heads[cell], cells=counts))
            else:
                shown = (model.index(place, cell).data() for place in range(len(model.rows)))
                columns.append(Column(name=heads[cell], cells=texts(str(text) for text in shown)))
        return PlottedValues(columns=tuple(columns))

    def _say(self) -> None:
        snapshot = self.model.snapshot
        self.fold_switch.setVisible(self.model.has_blocks)
        self.fold_switch.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.fold_switch.setChecked(self.model.is_folding)
        self.fold_switch.blockSignals(False)  # noqa: FBT003
        if snapshot is None or snapshot.last_step < 0:
            self.remark.setText("")
            return
        text = self.tr("at step {0}") if snapshot.exact else self.tr("at the nearest kept step {0}")
        self.remark.setText(text.format(count(snapshot.profile.step)))

    def _show_taken(self) -> None:
        if self._taken is not None:
            self.show_snapshot(self._taken)

    def _on_fold(self, folded: bool) -> None:
        self.model.fold(folded=folded)

    def _on_folded(self, folding: Folding) -> None:
        self.folds_changed.emit(folding.to_raw())

    def _on_reset(self) -> None:
        self._select()

    def _select(self) -> None:
        """Show what is selected; a folded block stands for its layers."""
        if self._selecting:
            return
        self._selecting = True
        model, selection = self.model, self.table.selectionModel()
        flag = QItemSelectionModel.SelectionFlag
        place = model.row_of(self.chosen[-1]) if self.chosen else None
        if place is None:
            self.table.clearSelection()
        else:
            index = model.index(place, Cell.NAME)
            moves = self.table.currentIndex().row() != place
            selection.setCurrentIndex(index, flag.NoUpdate)
            ranges = QItemSelection()
            for first, last in runs_of(model.rows_of(self.chosen)):
                ranges.select(model.index(first, Cell.NAME), model.index(last, len(Cell) - 1))
            selection.select(ranges, flag.ClearAndSelect | flag.Rows)
            if moves:
                self.table.scrollTo(index)
        self._selecting = False

    def _on_selected(self, *_unused: object) -> None:
        """Tell the layers of the selected rows; while Shift is held the primary is what a range goes from."""
        if self._selecting:
            return
        model, current = self.model, self.table.currentIndex()
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        if not places:  # the last one stays selected
            self._select()
            return
        layers = [
            layer for place in places for layer in range(model.rows[place].first, model.rows[place].stop)
        ]
        before = self.chosen[-1] if self.chosen else -1
        row = model.rows[current.row() if current.row() in places else places[0]]
        shift = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        stays = bool(shift) or before in row or current.row() not in places
        primary = before if before in layers and stays else row.first
        chosen = (*dict.fromkeys(layer for layer in layers if layer != primary), primary)
        if {*chosen} == {*self.chosen} and primary == before:
            return
        self.chosen = chosen
        self._selecting = True
        if len(chosen) > 1:
            self.layers_chosen.emit(chosen)
        else:
            self.layer_clicked.emit(primary)
        self._selecting = False


class _Table(QTreeView):
    """Flat rows; → and ← open and close a block, Enter and a double click do either."""

    def __init__(self, model: LayerTableModel) -> None:
        super().__init__()
        self._layers = model
        self.setProperty("role", "table")
        self.setModel(model)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSortingEnabled(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegateForColumn(Cell.NAME, _NameDelegate(self))
        header = self.header()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumHeight(_TWO_LINES)  # for the steps of the columns, which come with a run
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for cell, width in _WIDTHS.items():
            self.setColumnWidth(cell, width)
        self.quiet = QLabel(self)
        self.quiet.setProperty("role", "quiet")
        self.quiet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.quiet.setWordWrap(True)
        self.quiet.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        model.modelReset.connect(self._show_whether_empty)
        self._show_whether_empty()

    def _show_whether_empty(self) -> None:
        """Without layers there is a sentence, and no heading or scroll bar of nothing."""
        is_empty = not self._layers.rows
        self.quiet.setVisible(is_empty)
        self.setHeaderHidden(is_empty)
        bars = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bars.ScrollBarAlwaysOff if is_empty else bars.ScrollBarAsNeeded)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give room that is left to the courses."""
        super().resizeEvent(event)
        self.quiet.setGeometry(self.rect())
        others = sum(width for cell, width in _WIDTHS.items() if cell is not Cell.COURSE)
        room = self.viewport().width() - others
        self.setColumnWidth(Cell.COURSE, min(max(_WIDTHS[Cell.COURSE], room), _WIDEST_COURSE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open and close blocks."""
        row = self.currentIndex().data(ROW_ROLE)
        if isinstance(row, Row) and row.is_block:
            key, is_open = event.key(), self._layers.is_unfolded(row)
            wanted = {
                Qt.Key.Key_Right: True,
                Qt.Key.Key_Left: False,
                Qt.Key.Key_Return: not is_open,
                Qt.Key.Key_Enter: not is_open,
            }.get(Qt.Key(key))
            if wanted is not None and wanted != is_open:
                self._unfold(row, unfolded=wanted)
                return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a block's arrow opens or closes it."""
        index = self.indexAt(event.position().toPoint())
        row = index.data(ROW_ROLE)
        left = event.position().x() - self.visualRect(index).left()
        super().mousePressEvent(event)
        if isinstance(row, Row) and row.is_block and index.column() == Cell.NAME and left < _ARROW + 4:
            self._unfold(row, unfolded=not self._layers.is_unfolded(row))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click on a block opens or closes it."""
        row = self.indexAt(event.position().toPoint()).data(ROW_ROLE)
        if isinstance(row, Row) and row.is_block:
            self._unfold(row, unfolded=not self._layers.is_unfolded(row))
            return
        super().mouseDoubleClickEvent(event)

    def _unfold(self, row: Row, *, unfolded: bool) -> None:
        place = self.verticalScrollBar().value()
        self._layers.unfold_row(row, unfolded=unfolded)
        self.verticalScrollBar().setValue(place)
        index = self._layers.index(self._layers.rows.index(row), Cell.NAME)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)


class _NameDelegate(QStyledItemDelegate):
    """A name with a block's arrow before it, or a step to the right below one."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw arrow and name."""
        row = index.data(ROW_ROLE)
        model = index.model()
        moved = QStyleOptionViewItem(option)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        if isinstance(row, Row) and row.is_block and isinstance(model, LayerTableModel):
            name = "chevron-down" if model.is_unfolded(row) else "chevron-right"
            arrow = icon(name, "secondary").pixmap(QSize(_ARROW, _ARROW))
            painter.drawPixmap(rect.left(), rect.center().y() - _ARROW // 2, arrow)
        if isinstance(row, Row) and (row.is_block or row.inside):
            moved.rect = rect.adjusted(_INDENT if row.is_block else 2 * _INDENT, 0, 0, 0)  # type: ignore[attr-defined]
        super().paint(painter, moved, index)
