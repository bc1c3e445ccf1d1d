"""The table of layer groups: edited in place, with the layers' names offered; moved by buttons and keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gradviz.views.training.group_model import GroupModel

_ROW, _MOST_ROWS = 28, 8
_WIDTHS = {1: 48, 2: 52, 3: 66}


class GroupTable(QTableView):
    """As high as its groups, up to eight. Insert adds, Delete removes, Alt with an arrow moves a group."""

    row_chosen = Signal()
    """Another row is the current one."""

    def __init__(self, model: GroupModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups = model
        self._names = QStringListModel(self)
        self.setModel(model)
        self.setItemDelegateForColumn(0, _PatternDelegate(self._names, self))
        self.setItemDelegate(_CellDelegate(self))
        self.setAccessibleName(self.tr("Groups of layers"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(40)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        model.modelAboutToBeReset.connect(self._give_up_editing)
        model.modelReset.connect(self._fit)
        self.selectionModel().currentRowChanged.connect(self._on_row)
        self._fit()

    @property
    def row(self) -> int:
        """The current group, −1 without one."""
        return self.currentIndex().row()

    def set_names(self, names: Sequence[str]) -> None:
        """Offer these for a pattern."""
        self._names.setStringList(list(names))

    def add_group(self) -> None:
        """Put a group behind the current one and begin with its pattern."""
        row = self.row + 1 if self.row >= 0 else self._groups.rowCount()
        self._groups.add(row)
        self.setCurrentIndex(self._groups.index(row, 0))
        self.setFocus()
        self.edit(self._groups.index(row, 0))

    def remove_group(self) -> None:
        """Take the current group away."""
        row = self.row
        self._groups.remove(row)
        self._choose(min(row, self._groups.rowCount() - 1))

    def move_group(self, offset: int) -> None:
        """Move the current group."""
        row = self.row
        if self._groups.move(row, offset):
            self._choose(row + offset)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the buttons, while the table has the focus."""
        keys = Qt.Key
        moves = {keys.Key_Up: -1, keys.Key_Down: 1}
        key = Qt.Key(event.key())
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and key in moves:
            self.move_group(moves[key])
        elif key is keys.Key_Insert:
            self.add_group()
        elif key is keys.Key_Delete:
            self.remove_group()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """The header and the rows."""
        rows = min(max(self._groups.rowCount(), 1), _MOST_ROWS)
        return QSize(200, self.horizontalHeader().sizeHint().height() + rows * _ROW + 4)

    def _give_up_editing(self) -> None:
        """The rows are about to be others: an editor would write into a wrong one."""
        for editor in self.viewport().findChildren(QLineEdit):
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)

    def _choose(self, row: int) -> None:
        if row >= 0:
            self.setCurrentIndex(self._groups.index(row, max(self.currentIndex().column(), 0)))
        self.row_chosen.emit()

    def _on_row(self, *_unused: object) -> None:
        self.row_chosen.emit()

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self.row_chosen.emit()


class _CellDelegate(QStyledItemDelegate):
    """A plain line without a frame of its own."""

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line as high as the row."""
        line = QLineEdit(parent)
        line.setProperty("role", "cell")
        return line


class _PatternDelegate(_CellDelegate):
    """A line that offers the layers' names."""

    def __init__(self, names: QStringListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._names = names

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line with a completer."""
        line = super().createEditor(parent, option, index)
        if isinstance(line, QLineEdit):
            completer = QCompleter(self._names, line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            line.setCompleter(completer)
        return line
