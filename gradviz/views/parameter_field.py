"""One control for one parameter of the catalogue: a box to tick, a choice, a number, a list.

Every control is made from the parameter's description, so a new layer or optimizer needs no code
here. For a value out of range the field says why and goes back to the last good one, so that what it shows
is always what counts.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from gradviz.spec.catalogue import Kind, Parameter, Value
from gradviz.views.bounded_box import BoundedBox
from gradviz.views.parameter_text import parsed, why_refused, worded
from gradviz.views.wheel_guard import let_wheel_pass

_INT_LIMIT = 2**31 - 1


class Mixed(Enum):
    """Stands for a value where several layers are shown that do not agree on it."""

    MIXED = "mixed"


MIXED = Mixed.MIXED


class ParameterField(QObject):
    """A control (`widget`) that shows and tells one value."""

    value_changed = Signal(object)
    """The new value; the user has finished entering it and it is in range."""
    refused = Signal(object)
    """Why (str) what was entered does not count; the field shows its last good value again."""

    def __init__(self, parameter: Parameter, parent: QWidget, *, unless_given: str = "") -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._unless_given = unless_given
        self._tip = f"{parameter.doc}\n{parameter.expected()}" if parameter.doc else parameter.expected()
        self._value: Value | Mixed = parameter.default
        self.widget = self._make(parent)
        let_wheel_pass(self.widget)
        self.widget.setToolTip(self._tip)
        self.widget.setAccessibleName(parameter.name)
        self.widget.setAccessibleDescription(parameter.doc)

    def set_value(self, value: Value | Mixed) -> None:
        """Show a value, without telling; MIXED: that there is no single one."""
        self._value = value
        widget = self.widget
        widget.blockSignals(True)  # noqa: FBT003 - Qt's own
        if isinstance(value, Mixed):
            self._show_mixed()
        elif isinstance(widget, QCheckBox):
            widget.setTristate(False)
            widget.setChecked(bool(value))
        elif isinstance(widget, QSpinBox):
            self._end_mixed_spin(widget)
            widget.setValue(int(value) if isinstance(value, int | float) else widget.minimum())
        elif isinstance(widget, QComboBox):
            if widget.isEditable():
                widget.setEditText(worded(value))
            else:
                widget.setCurrentText(worded(value))
        elif isinstance(widget, QLineEdit):
            text = worded(value)
            widget.setText(text)
            is_path = Kind.PATH in self.parameter.kinds
            widget.setCursorPosition(len(text) if is_path else 0)  # of a path the end says more
            if is_path:
                widget.setToolTip(f"{text}\n{self._tip}" if text else self._tip)
        if isinstance(widget, QLineEdit) or (isinstance(widget, QComboBox) and widget.isEditable()):
            self._line().setPlaceholderText(self._hint())
        widget.blockSignals(False)  # noqa: FBT003

    def _show_mixed(self) -> None:
        widget = self.widget
        if isinstance(widget, QCheckBox):
            widget.setTristate(True)
            widget.setCheckState(Qt.CheckState.PartiallyChecked)
        elif isinstance(widget, QSpinBox):
            self._end_mixed_spin(widget)
            widget.setMinimum(widget.minimum() - 1)
            widget.setSpecialValueText(self.tr("mixed"))
            widget.setValue(widget.minimum())
        elif isinstance(widget, QComboBox):
            widget.setPlaceholderText(self.tr("mixed"))
            widget.setCurrentIndex(-1)
            if widget.isEditable():
                widget.setEditText("")
        elif isinstance(widget, QLineEdit):
            widget.clear()

    @staticmethod
    def _end_mixed_spin(spin: QSpinBox) -> None:
        if spin.specialValueText():
            spin.setSpecialValueText("")
            spin.setMinimum(spin.minimum() + 1)

    def _hint(self) -> str:
        if self._value is MIXED:
            return self.tr("mixed")
        return self._unless_given or (self.tr("none") if self.parameter.optional else "")

    def _make(self, parent: QWidget) -> QWidget:
        kinds = set(self.parameter.kinds)
        if kinds == {Kind.BOOLEAN}:
            box = QCheckBox(parent)
            box.clicked.connect(self._on_clicked)
            return box
        if kinds == {Kind.CHOICE} and not self.parameter.optional:
            return self._choice(parent)
        if Kind.CHOICE in kinds:
            return self._editable_choice(parent)
        limit = self.parameter.maximum if self.parameter.maximum is not None else _INT_LIMIT
        if kinds == {Kind.INTEGER} and not self.parameter.optional and limit <= _INT_LIMIT:
            return self._spin(parent, int(limit))
        line = QLineEdit(parent)
        line.setPlaceholderText(self._hint())
        line.editingFinished.connect(self._on_text)
        return line

    def _choice(self, parent: QWidget) -> QComboBox:
        combo = QComboBox(parent)
        combo.addItems(list(self.parameter.choices))
        combo.textActivated.connect(self._on_value)
        return combo

    def _editable_choice(self, parent: QWidget) -> QComboBox:
        combo = QComboBox(parent)
        combo.setEditable(True)
        combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        combo.addItems(list(self.parameter.choices))
        line = QLineEdit(combo)
        combo.setLineEdit(line)
        line.editingFinished.connect(self._on_text)
        combo.textActivated.connect(self._on_chosen)
        return combo

    def _spin(self, parent: QWidget, limit: int) -> QSpinBox:
        spin = BoundedBox(parent)
        low = self.parameter.minimum if self.parameter.minimum is not None else -_INT_LIMIT
        spin.setRange(int(low), limit)
        spin.out_of_range.connect(self._on_out_of_range)
        spin.valueChanged.connect(self._on_value)
        return spin

    def _on_out_of_range(self, number: int) -> None:
        complaint = self.parameter.complaint(number)
        most = self.tr("must be at most {0}").format(f"{_INT_LIMIT:,}")
        self.refused.emit(most if complaint is None else complaint)

    def _on_clicked(self, _checked: bool) -> None:
        box = self.widget
        if isinstance(box, QCheckBox):
            ticked = box.checkState() is not Qt.CheckState.Unchecked  # a click on “mixed” ticks
            box.setTristate(False)
            box.setChecked(ticked)
            self._on_value(ticked)

    def _on_value(self, value: object) -> None:
        if isinstance(self.widget, QSpinBox) and self.widget.specialValueText():
            self._end_mixed_spin(self.widget)
        if value != self._value or type(value) is not type(self._value):
            self._value = value  # type: ignore[assignment]
            self.value_changed.emit(value)

    def _on_chosen(self, _text: str) -> None:
        self._on_text()

    @property
    def text(self) -> str:
        """What stands in the line of a field that has one."""
        return self._line().text()

    def enter(self, text: str) -> None:
        """Take a text as if it had been typed."""
        self._line().setText(text)
        self._on_text()

    def _on_text(self) -> None:
        text = self.widget.currentText() if isinstance(self.widget, QComboBox) else self._line().text()
        if self._value is MIXED and not text.strip():
            return
        value = parsed(text, self.parameter)
        complaint = why_refused(text, self.parameter)
        if complaint is not None:
            self.set_value(self._value)
            self.refused.emit(complaint)
        elif value != self._value:
            self._value = value
            self.value_changed.emit(value)

    def _line(self) -> QLineEdit:
        widget = self.widget
        line = widget.lineEdit() if isinstance(widget, QComboBox) else widget
        if not isinstance(line, QLineEdit):
            raise TypeError("this field has no text")
        return line
