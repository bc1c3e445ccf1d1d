"""Layer groups: layers that learn at another rate, or not, or only from some step on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.layer_patterns import frozen_names, matching
from gradviz.views.icons import icon
from gradviz.views.parameter_form import note_label
from gradviz.views.part import Part
from gradviz.views.restyle import restyle
from gradviz.views.training.group_model import GroupModel
from gradviz.views.training.group_table import GroupTable
from gradviz.views.training.regularization_part import offered


class GroupsPart(Part):
    """The table, its buttons, and a line that says what it does."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("optimizer", "groups"), parent=parent)
        self._names: tuple[str, ...] = ()
        self._refusal = ""
        self.groups = GroupModel(document, self)
        self.groups.refused.connect(self._on_refused)
        buttons = QHBoxLayout()
        self.rows.addLayout(buttons)
        buttons.setSpacing(0)
        self.add_button = self._button("plus", self.tr("Add a group (Insert)"), self._on_add)
        self.up = self._button("arrow-up", self.tr("Let it count before the others (Alt+Up)"), self._on_up)
        self.down = self._button(
            "arrow-down", self.tr("Let it count after the others (Alt+Down)"), self._on_down
        )
        self.remove_button = self._button("trash-2", self.tr("Remove the group (Delete)"), self._on_remove)
        self.table = GroupTable(self.groups, self)  # after the buttons: so Tab goes as one reads
        self.table.row_chosen.connect(self._update_buttons)
        self.hint = note_label(self)
        for button in (self.add_button, self.up, self.down, self.remove_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.add(self.table)
        self.add(self.hint)
        self.finish()
        self._update_buttons()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the groups."""
        self._refusal = ""
        self.groups.show_experiment(spec)
        self.table.setVisible(bool(spec.optimizer.groups))
        self._update_buttons()
        self._say(spec)

    def set_names(self, names: Sequence[str]) -> None:
        """The layers there are."""
        self._names = tuple(names)
        self.groups.set_names(names)
        self.table.set_names(offered(self._names))
        self._say(self._document.experiment)

    def summary(self, spec: ExperimentSpec) -> str:
        """2 groups · 12 layers frozen."""
        groups = spec.optimizer.groups
        if not groups:
            return self.tr("none")
        parts = [self.tr("1 group") if len(groups) == 1 else self.tr("{0} groups").format(len(groups))]
        frozen = len(frozen_names(groups, self._names)) if self._names else 0
        if frozen:
            parts.append(self.tr("{0} frozen").format(frozen))
        elif any(group.frozen for group in groups):
            parts.append(self.tr("frozen"))
        return " · ".join(parts)

    def _button(self, name: str, tip: str, act: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(act)
        return button

    def _on_add(self) -> None:
        self.table.show()
        self.table.add_group()

    def _on_remove(self) -> None:
        self.table.remove_group()

    def _on_up(self) -> None:
        self.table.move_group(-1)

    def _on_down(self) -> None:
        self.table.move_group(1)

    def _on_refused(self, text: str) -> None:
        self._refusal = text
        self._say(self._document.experiment)

    def _update_buttons(self) -> None:
        row, count = self.table.row, self.groups.rowCount()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.remove_button.setEnabled(row >= 0)

    def _say(self, spec: ExperimentSpec) -> None:
        groups = spec.optimizer.groups
        none = [g.layers for g in groups if self._names and not matching(g.layers, self._names)]
        if self._refusal:
            text = self._refusal
        elif none:
            text = self.tr("No layer is called “{0}”: * stands for anything, ? for one character").format(
                none[0]
            )
        elif groups:
            text = self.tr("The first pattern that matches a layer’s name counts")
        else:
            text = self.tr("Let some layers learn slower, not at all, or only from a step on")
        self.hint.setText(text)
        restyle(self.hint, "role", "note-problem" if self._refusal or none else "note")
