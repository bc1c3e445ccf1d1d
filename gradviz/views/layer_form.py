"""The form of the selected layer: its kind, which can be changed, its name, its parameters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from gradviz.spec.catalogue import Entry
from gradviz.spec.experiment import LayerSpec
from gradviz.views.combo import fill
from gradviz.views.parameter_form import ParameterForm, add_row, tight_form


class LayerForm(QWidget):
    """Shows one layer; what the user changes is told, not done."""

    kind_chosen = Signal(object)
    """The Entry of the kind that the layer should have."""
    renamed = Signal(object)
    """The new name (str), None for the automatic one."""
    value_changed = Signal(object, object)
    """A parameter's name (str) and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alternatives: dict[str, Entry] = {}
        self._name: str | None = None
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(self.tr("Kind of the layer"))
        self.kind.setMaxVisibleItems(24)
        self.kind.textActivated.connect(self._on_kind)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("automatic"))
        self.name.setToolTip(self.tr("The layer’s name in plots and tables"))
        self.name.setAccessibleName(self.tr("Name of the layer"))
        self.name.editingFinished.connect(self._on_named)
        self.parameters = ParameterForm(self)
        self.parameters.value_changed.connect(self.value_changed)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 8, 12, 0)
        rows.setSpacing(4)
        head = QWidget(self)
        form = tight_form(head)
        add_row(form, self.tr("kind"), self.kind)
        add_row(form, self.tr("name"), self.name)
        rows.addWidget(head)
        rows.addWidget(self.parameters)
        rows.addStretch(1)

    def show_layer(self, layer: LayerSpec, entry: Entry, alternatives: Sequence[Entry]) -> None:
        """Show a layer and the kinds that may stand in its place."""
        self._alternatives = {other.name: other for other in alternatives}
        self._name = layer.name
        fill(self.kind, list(self._alternatives), entry.name)
        self.kind.setToolTip(entry.doc)
        self.name.setText(layer.name or "")
        self.parameters.show_parameters(entry.parameters, layer.parameters)

    def _on_kind(self, name: str) -> None:
        self.kind_chosen.emit(self._alternatives[name])

    def _on_named(self) -> None:
        name = self.name.text().strip() or None
        if name != self._name:
            self.renamed.emit(name)
