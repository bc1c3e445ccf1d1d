"""A form of parameters: label left, control right, one row of 28 px each.

Under a row a note may stand: what the tooltip does not leave room for, or what is wrong with the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QWidget

from gradviz.spec.catalogue import Kind, Parameter, Value
from gradviz.views.browse_button import BrowseButton
from gradviz.views.parameter_field import Mixed, ParameterField
from gradviz.views.refused_note import REFUSED_MS
from gradviz.views.restyle import restyle

LABEL_WIDTH = 104
Beside = Callable[[ParameterField, QWidget], QWidget]
"""Makes the button that stands beside a field; it goes with the field."""


class ParameterForm(QWidget):
    """Shows the fields of some parameters; is rebuilt only when the parameters are others.

    By the names of parameters: `hints` stand under fields, what `beside` makes stands at their right, and
    `unless_given` says in an empty field what counts then.
    """

    value_changed = Signal(object, object)
    """A parameter's name (str) and its new value."""
    rebuilt = Signal()
    """There are other fields, which Tab reaches last until it is told better."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        hints: Mapping[str, str] | None = None,
        beside: Mapping[str, Beside] | None = None,
        unless_given: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._unless_given = dict(unless_given or {})
        self._parameters: tuple[Parameter, ...] = ()
        self._fields: dict[str, ParameterField] = {}
        self._rows: dict[str, QWidget] = {}
        self._notes: dict[str, QLabel] = {}
        self._buttons: dict[str, QWidget] = {}
        self._hints = dict(hints or {})
        self._problems: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._forget_refused = QTimer(self)
        self._forget_refused.setSingleShot(True)
        self._forget_refused.setInterval(REFUSED_MS)
        self._forget_refused.timeout.connect(self._on_long_said)
        self._beside = dict(beside or {})
        self._layout = tight_form(self)

    @property
    def fields(self) -> Mapping[str, ParameterField]:
        """The fields by their parameters' names."""
        return self._fields

    @property
    def notes(self) -> Mapping[str, str]:
        """What stands under the fields, by their parameters' names."""
        return {name: note.text() for name, note in self._notes.items()}

    def show_parameters(
        self,
        parameters: Sequence[Parameter],
        values: Mapping[str, Value | Mixed],
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Show those parameters with those values."""
        if tuple(parameters) != self._parameters:
            self._rebuild(tuple(parameters), labels or {})
        for name, field in self._fields.items():
            field.set_value(values.get(name, field.parameter.default))

    def button(self, name: str) -> QWidget | None:
        """What stands beside a field now, if anything does."""
        return self._buttons.get(name)

    def set_hint(self, name: str, text: str) -> None:
        """Let a line under a field say something; nothing takes it away."""
        self._hints[name] = text
        self._show_note(name)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say under the fields what is wrong with their values, in the place of hints."""
        for name in {*self._problems, *problems}:
            text = problems.get(name, "")
            if self._problems.get(name, "") != text:
                self._problems[name] = text
                self._show_note(name)

    def _rebuild(self, parameters: tuple[Parameter, ...], labels: Mapping[str, str]) -> None:
        while self._layout.rowCount():
            self._layout.removeRow(0)
        for field in self._fields.values():
            field.deleteLater()
        self._refused.clear()
        self._parameters = parameters
        self._fields, self._rows, self._notes, self._buttons = {}, {}, {}, {}
        for parameter in parameters:
            unless_given = self._unless_given.get(parameter.name, "")
            field = ParameterField(parameter, self, unless_given=unless_given)
            field.value_changed.connect(self._on_changed)
            field.refused.connect(self._on_refused)
            self._fields[parameter.name] = field
            row = self._with_beside(field)
            self._rows[parameter.name] = row
            label = labels.get(parameter.name, parameter.name)
            add_row(self._layout, label, row, field.widget)
            self._show_note(parameter.name)
        self.rebuilt.emit()

    def _with_beside(self, field: ParameterField) -> QWidget:
        make = self._beside.get(field.parameter.name)
        if make is None and Kind.PATH in field.parameter.kinds:
            make = BrowseButton
        if make is None:
            return field.widget
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(field.widget, 1)
        button = self._buttons[field.parameter.name] = make(field, row)
        layout.addWidget(button)
        return row

    def _show_note(self, name: str) -> None:
        row = self._rows.get(name)
        if row is None:
            return
        problem = self._refused.get(name) or self._problems.get(name, "")
        parameter = self._fields[name].parameter
        explained = parameter.doc if Kind.PATH in parameter.kinds else ""
        text = problem or self._hints.get(name, explained)
        note = self._notes.get(name)
        if note is None:
            if not text:
                return
            note = self._notes[name] = note_label(self)
            at, _role = cast("tuple[int, object]", self._layout.getWidgetPosition(row))
            self._layout.insertRow(at + 1, note)
        note.setText(text)
        note.setVisible(bool(text))
        restyle(note, "role", "note-problem" if problem else "note")
        restyle(self._fields[name].widget, "wrong", "yes" if problem else "")

    def _on_changed(self, value: object) -> None:
        field = self.sender()
        if isinstance(field, ParameterField):
            self._on_read()
            self.value_changed.emit(field.parameter.name, value)

    def _on_refused(self, complaint: str) -> None:
        """Keep the complaint where it can be read: the field itself shows a good value again."""
        field = self.sender()
        if isinstance(field, ParameterField):
            self._refused[field.parameter.name] = self.tr("It {0}").format(complaint)
            self._forget_refused.start()
            self._show_note(field.parameter.name)

    def _on_long_said(self) -> None:
        """Let the complaint go, but not from under the pointer: what is below moves up then."""
        if self.window().underMouse():
            self._forget_refused.start()
        else:
            self._on_read()

    def _on_read(self) -> None:
        names = list(self._refused)
        self._refused.clear()
        for name in names:
            self._show_note(name)


def tight_form(parent: QWidget) -> QFormLayout:
    """A form layout on the 4 px grid."""
    layout = QFormLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(8)
    layout.setVerticalSpacing(4)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


def add_row(layout: QFormLayout, text: str, row: QWidget, control: QWidget | None = None) -> QLabel:
    """Put a labelled control below the others; it may be part of a wider `row`."""
    control = control or row
    label = QLabel(text)
    label.setProperty("role", "field")
    label.setFixedWidth(LABEL_WIDTH)
    label.setMinimumHeight(28)
    label.setBuddy(control)
    label.setToolTip(control.toolTip())
    layout.addRow(label, row)
    return label


def note_label(parent: QWidget) -> QLabel:
    """A quiet line under a control that wraps."""
    note = QLabel(parent)
    note.setWordWrap(True)
    note.setIndent(0)
    note.setProperty("role", "note")
    return note
