"""The layer groups of an optimizer as a table: a row a group, a column a field; every edit can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.catalogue import Parameter, Value
from gradviz.spec.experiment import ExperimentSpec, GroupSpec
from gradviz.spec.layer_patterns import matching
from gradviz.views.parameter_text import parsed, why_refused, worded

Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class GroupModel(QAbstractTableModel):
    """Reads and writes `optimizer.groups` of a document."""

    refused = Signal(object)
    """A sentence (str): why a value was not taken."""

    def __init__(self, document: SessionDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._groups: tuple[GroupSpec, ...] = ()
        self._names: tuple[str, ...] = ()
        self.parameters: tuple[Parameter, ...] = sections.GROUP
        self._titles = {
            "layers": self.tr("layers"),
            "lr_factor": self.tr("rate ×"),
            "frozen": self.tr("frozen"),
            "unfreeze_at": self.tr("until step"),
        }

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the groups as they are now; what is selected stays where rows stay."""
        new = spec.optimizer.groups
        if len(new) == len(self._groups):
            self._groups = new
            if new:
                self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, len(self.parameters) - 1))
        else:
            self.beginResetModel()
            self._groups = new
            self.endResetModel()

    def set_names(self, names: Sequence[str]) -> None:
        """The layers there are, for the tooltips that say which ones a pattern matches."""
        self._names = tuple(names)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many groups."""
        return 0 if parent.isValid() else len(self._groups)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many fields."""
        return 0 if parent.isValid() else len(self.parameters)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        """What a column is; its tooltip explains it."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        parameter = self.parameters[section]
        if role == _ROLE.DisplayRole:
            return self._titles[parameter.name]
        if role == _ROLE.TextAlignmentRole:
            side = _LEFT if parameter.name in ("layers", "frozen") else _RIGHT
            return side | Qt.AlignmentFlag.AlignVCenter
        return f"{parameter.doc}\n{parameter.expected()}" if role == _ROLE.ToolTipRole else None

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """A field of a group."""
        parameter = self.parameters[index.column()]
        value = getattr(self._groups[index.row()], parameter.name)
        if parameter.name == "frozen":
            state = Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
            return {_ROLE.CheckStateRole: state, _ROLE.ToolTipRole: self._tip(index)}.get(_ROLE(role))
        if role in (_ROLE.DisplayRole, _ROLE.EditRole):
            return worded(value)
        if role == _ROLE.TextAlignmentRole and parameter.name != "layers":
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self._tip(index) if role == _ROLE.ToolTipRole else None

    def setData(self, index: Index, value: Any, role: int = _ROLE.EditRole) -> bool:
        """Take a new value if it is one; else say why not, and all stays."""
        parameter = self.parameters[index.column()]
        if role == _ROLE.CheckStateRole:
            return self._set(index, Qt.CheckState(value) == Qt.CheckState.Checked)
        new = parsed(str(value), parameter)
        complaint = why_refused(str(value), parameter)
        if complaint is None and parameter.name == "unfreeze_at" and new is not None:
            frozen = self._groups[index.row()].frozen
            complaint = None if frozen else self.tr("is for a frozen group: tick “frozen” first")
        if complaint is not None:
            self.refused.emit(f"{self._titles[parameter.name]} {complaint}")
            return False
        return self._set(index, new)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """All fields can be edited."""
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_tick = index.isValid() and self.parameters[index.column()].name == "frozen"
        return base | (Qt.ItemFlag.ItemIsUserCheckable if is_tick else Qt.ItemFlag.ItemIsEditable)

    def add(self, row: int) -> None:
        """Put a new group before that row."""
        groups = (*self._groups[:row], GroupSpec(layers="*"), *self._groups[row:])
        self._edit(groups, self.tr("Add group of layers"))

    def remove(self, row: int) -> None:
        """Take a group away."""
        if 0 <= row < len(self._groups):
            groups = (*self._groups[:row], *self._groups[row + 1 :])
            self._edit(groups, self.tr("Remove group of layers"))

    def move(self, row: int, offset: int) -> bool:
        """Move a group up (−1) or down (1): the first that matches a layer counts."""
        target = row + offset
        if not (0 <= row < len(self._groups) and 0 <= target < len(self._groups)):
            return False
        groups = list(self._groups)
        groups.insert(target, groups.pop(row))
        self._edit(tuple(groups), self.tr("Move group of layers"))
        return True

    def _set(self, index: Index, value: Value) -> bool:
        row, name = index.row(), self.parameters[index.column()].name
        new: Any = float(value) if name == "lr_factor" else value  # type: ignore[arg-type]
        group = replace(self._groups[row], **{name: new})
        if not group.frozen and group.unfreeze_at is not None:
            group = replace(group, unfreeze_at=None)
        if group == self._groups[row]:
            return True
        groups = (*self._groups[:row], group, *self._groups[row + 1 :])
        text = self.tr("Change {0} of a group").format(self._titles[name])
        self._edit(groups, text, f"group {row} {name}")
        return True

    def _tip(self, index: Index) -> str:
        pattern = self._groups[index.row()].layers
        found = matching(pattern, self._names)
        if not self._names:
            return self.parameters[index.column()].doc
        if not found:
            return self.tr("No layer is called “{0}”").format(pattern)
        listed = ", ".join(found[:8]) + ("…" if found[8:] else "")
        return self.tr("{0} layers: {1}").format(len(found), listed)

    def _edit(self, groups: tuple[GroupSpec, ...], text: str, merge: str = "") -> None:
        spec = self._document.experiment
        optimizer = replace(spec.optimizer, groups=groups)
        self._document.edit(replace(spec, optimizer=optimizer), text, merge=merge)
