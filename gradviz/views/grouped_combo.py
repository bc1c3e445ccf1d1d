"""A choice among the catalogue's entries, under the headings of their groups, each with its explanation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QWidget

from gradviz.spec.catalogue import Entry
from gradviz.views.wheel_guard import let_wheel_pass

_MOST_SHOWN = 24


class GroupedCombo(QComboBox):
    """Headings only where there are several groups; they cannot be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxVisibleItems(_MOST_SHOWN)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._shown: tuple[object, ...] = ()
        let_wheel_pass(self)

    @property
    def names(self) -> list[str]:
        """What can be chosen, in its order."""
        return [self.itemText(i) for i in range(self.count()) if self._can_choose(i)]

    @property
    def headings(self) -> list[str]:
        """The headings, in their order."""
        return [self.itemText(i) for i in range(self.count()) if not self._can_choose(i)]

    def show_entries(self, entries: Sequence[Entry], current: str, *, first: str = "") -> None:
        """Offer the entries (and `first` before them) and show `current`, without telling."""
        wanted = (first, *((entry.name, entry.group, entry.doc) for entry in entries))
        self.blockSignals(True)  # noqa: FBT003 - Qt's own
        if wanted != self._shown or (current and self.findText(current) < 0):
            self._shown = wanted
            self._offer(entries, first, current)
        self.setCurrentText(current)
        self.blockSignals(False)  # noqa: FBT003

    def _offer(self, entries: Sequence[Entry], first: str, current: str) -> None:
        self.clear()
        if first:
            self.addItem(first)
        groups = list(dict.fromkeys(entry.group for entry in entries))
        for group in groups:
            if len(groups) > 1 and group:
                self._add_heading(group)
            for entry in entries:
                if entry.group == group:
                    self.addItem(entry.name)
                    self.setItemData(self.count() - 1, entry.doc, Qt.ItemDataRole.ToolTipRole)
        if current and self.findText(current) < 0:  # of a file, and unknown: it stays to be seen
            self.addItem(current)

    def _add_heading(self, text: str) -> None:
        model = self.model()
        if isinstance(model, QStandardItemModel):
            item = QStandardItem(text)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            font = item.font()
            font.setPixelSize(11)
            item.setFont(font)
            model.appendRow(item)

    def _can_choose(self, index: int) -> bool:
        return bool(self.model().flags(self.model().index(index, 0)) & Qt.ItemFlag.ItemIsEnabled)
