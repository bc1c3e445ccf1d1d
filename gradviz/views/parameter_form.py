"""A form of parameters: label left, control right, one row of 28 px each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from gradviz.spec.catalogue import Parameter, Value
from gradviz.views.parameter_field import Mixed, ParameterField

LABEL_WIDTH = 116


class ParameterForm(QWidget):
    """Shows the fields of some parameters; is rebuilt only when the parameters are others."""

    value_changed = Signal(object, object)
    """A parameter's name (str) and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameters: tuple[Parameter, ...] = ()
        self._fields: dict[str, ParameterField] = {}
        self._layout = tight_form(self)

    @property
    def fields(self) -> Mapping[str, ParameterField]:
        """The fields by their parameters' names."""
        return self._fields

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

    def _rebuild(self, parameters: tuple[Parameter, ...], labels: Mapping[str, str]) -> None:
        while self._layout.rowCount():
            self._layout.removeRow(0)
        for field in self._fields.values():
            field.deleteLater()
        self._parameters = parameters
        self._fields = {}
        for parameter in parameters:
            field = ParameterField(parameter, self)
            field.value_changed.connect(self._on_changed)
            self._fields[parameter.name] = field
            add_row(self._layout, labels.get(parameter.name, parameter.name), field.widget)
        for before, after in pairwise([self, *(field.widget for field in self._fields.values())]):
            self.setTabOrder(before, after)

    def _on_changed(self, value: object) -> None:
        field = self.sender()
        if isinstance(field, ParameterField):
            self.value_changed.emit(field.parameter.name, value)


def tight_form(parent: QWidget) -> QFormLayout:
    """A form layout on the 4 px grid."""
    layout = QFormLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(8)
    layout.setVerticalSpacing(4)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


def add_row(layout: QFormLayout, text: str, widget: QWidget) -> QLabel:
    """Put a labelled control below the others."""
    label = QLabel(text)
    label.setProperty("role", "field")
    label.setFixedWidth(LABEL_WIDTH)
    label.setMinimumHeight(28)
    label.setBuddy(widget)
    label.setToolTip(widget.toolTip())
    layout.addRow(label, widget)
    return label
