"""The columns of a table file as the engine understood them: which are inputs, which one is the target.

A tick makes a column an input; a double click, or Enter, makes it what is to be learnt.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTreeWidget, QTreeWidgetItem, QWidget

from gradviz.spec.table import ColumnInfo, ColumnKind, Role, TablePreview
from gradviz.views.number_format import count, significant

_ROW, _MOST_ROWS = 24, 9
_KIND_WIDTH, _ROLE_WIDTH = 88, 52


class TableColumns(QTreeWidget):
    """Shows a TablePreview; what the user does is told, not done."""

    inputs_chosen = Signal(object)
    """The names (list[str]) of the columns that should be inputs."""
    target_chosen = Signal(object)
    """The name (str) of the column that should be the target."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: TablePreview | None = None
        self.setAccessibleName(self.tr("Columns of the table"))
        self.setHeaderLabels([self.tr("column"), self.tr("kind"), self.tr("use")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().resizeSection(1, _KIND_WIDTH)
        self.header().resizeSection(2, _ROLE_WIDTH)
        self.itemChanged.connect(self._on_ticked)
        self.itemActivated.connect(self._on_activated)

    def show_preview(self, preview: TablePreview | None) -> None:
        """Show a table, or none."""
        self._preview = preview
        self.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.clear()
        for number, column in enumerate(preview.columns if preview else ()):
            item = QTreeWidgetItem(self, [column.name, self._kind(column.kind), self._role(column.role)])
            if column.role is not Role.TARGET:
                ticked = column.role is Role.INPUT
                item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
            for place in range(3):
                item.setToolTip(place, self._tip(column, number))
        self.blockSignals(False)  # noqa: FBT003
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as its columns, up to nine."""
        rows = min(max(self.topLevelItemCount(), 1), _MOST_ROWS)
        return QSize(200, self.header().sizeHint().height() + rows * _ROW + 4)

    def _on_ticked(self, item: QTreeWidgetItem, place: int) -> None:
        if place != 0 or self._preview is None:
            return
        ticked = item.checkState(0) is Qt.CheckState.Checked
        changed = self._preview.columns[self.indexOfTopLevelItem(item)]
        self.inputs_chosen.emit(
            [
                column.name
                for column in self._preview.columns
                if (ticked if column is changed else column.role is Role.INPUT)
            ]
        )

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        if self._preview is not None:
            column = self._preview.columns[self.indexOfTopLevelItem(item)]
            if column.role is not Role.TARGET:
                self.target_chosen.emit(column.name)

    def _tip(self, column: ColumnInfo, number: int) -> str:
        first = [row[number] for row in self._preview.rows if number < len(row)] if self._preview else []
        lines = [", ".join(cell or self.tr("(missing)") for cell in first[:5])]
        if column.low is not None and column.high is not None:
            lines.append(self.tr("{0} to {1}").format(significant(column.low), significant(column.high)))
        lines.append(
            self.tr("{0} different, {1} missing").format(count(column.distinct), count(column.missing))
        )
        lines.append(column.why)
        lines.append(self.tr("Tick: an input. Double click: what is to be learnt."))
        return "\n".join(line for line in lines if line)

    def _kind(self, kind: ColumnKind) -> str:
        return {
            ColumnKind.NUMBER: self.tr("number"),
            ColumnKind.TWO_VALUES: self.tr("two values"),
            ColumnKind.CATEGORY: self.tr("category"),
            ColumnKind.DATE: self.tr("date"),
            ColumnKind.IDENTIFIER: self.tr("identifier"),
            ColumnKind.OTHER: self.tr("other"),
            ColumnKind.EMPTY: self.tr("empty"),
        }[kind]

    def _role(self, role: Role) -> str:
        words = {Role.INPUT: self.tr("input"), Role.TARGET: self.tr("target"), Role.UNUSED: "–"}
        return words[role]
