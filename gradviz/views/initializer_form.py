"""How the weights of the selected layers start: as what is around them says, or by a rule of their own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from gradviz.spec.catalogue import Catalogue, Value, find
from gradviz.spec.experiment import InitializerSpec
from gradviz.spec.first_value import first_value
from gradviz.views.combo import fill
from gradviz.views.parameter_field import Mixed
from gradviz.views.parameter_form import ParameterForm, add_row, tight_form


class InitializerForm(QWidget):
    """A choice among the catalogue's initializers, and the parameters of the chosen one."""

    changed = Signal(object)
    """The InitializerSpec that the user wants, None for the one around the layers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue: Catalogue | None = None
        self._shown: InitializerSpec | None = None
        self._inherited = ""
        self.choice = QComboBox(self)
        self.choice.setAccessibleName(self.tr("Initializer of the layer"))
        self.choice.setMaxVisibleItems(24)
        self.choice.textActivated.connect(self._on_chosen)
        self.parameters = ParameterForm(self)
        self.parameters.value_changed.connect(self._on_value)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        head = QWidget(self)
        add_row(tight_form(head), self.tr("initializer"), self.choice)
        rows.addWidget(head)
        rows.addWidget(self.parameters)

    def show_initializer(
        self, initializer: InitializerSpec | Mixed | None, inherited: InitializerSpec, catalogue: Catalogue
    ) -> None:
        """Show the layers' own rule (None: they have none), and which one counts for them otherwise."""
        self._catalogue = catalogue
        self._inherited = self.tr("as the model")
        names = [entry.name for entry in catalogue.initializers]
        mixed = isinstance(initializer, Mixed)
        self._shown = None if isinstance(initializer, Mixed) else initializer
        fill(self.choice, [self._inherited, *names], self._shown.name if self._shown else self._inherited)
        if mixed:
            self.choice.setPlaceholderText(self.tr("mixed"))
            self.choice.setCurrentIndex(-1)
        self.choice.setToolTip(self._tip(inherited, mixed=mixed))
        own = find(catalogue.initializers, self._shown.name) if self._shown else None
        values = self._shown.parameters if self._shown else {}
        self.parameters.show_parameters(own.parameters if own else (), values)
        self.parameters.setVisible(bool(own and own.parameters))

    def _tip(self, inherited: InitializerSpec, *, mixed: bool) -> str:
        if mixed or self._catalogue is None:
            return self.tr("How the weights of these layers start")
        counting = inherited if self._shown is None else self._shown
        entry = find(self._catalogue.initializers, counting.name)
        doc = f"{counting.name}: {entry.doc}" if entry else counting.name
        return doc if self._shown else self.tr("As the model, which starts by {0}").format(doc)

    def _on_chosen(self, name: str) -> None:
        if name == self._inherited:
            self.changed.emit(None)
            return
        entry = find(self._catalogue.initializers, name) if self._catalogue else None
        if entry is not None and (self._shown is None or self._shown.name != name):
            needed = {p.name: first_value(p) for p in entry.parameters if p.required}
            self.changed.emit(InitializerSpec(name=name, parameters=needed))

    def _on_value(self, name: str, value: Value) -> None:
        if self._shown is not None:
            parameters = {**self._shown.parameters, name: value}
            self.changed.emit(InitializerSpec(name=self._shown.name, parameters=parameters))
