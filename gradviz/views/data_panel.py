"""The data panel: which data set, its own parameters, batch size and the share that is held out."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.catalogue import Value, find
from gradviz.views.combo import fill
from gradviz.views.number_format import count
from gradviz.views.parameter_form import ParameterForm, add_row, tight_form


class DataPanel(QWidget):
    """Edits `experiment.data`."""

    summary_changed = Signal(object)
    """A few words (str) for the section's heading."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.choice = QComboBox(self)
        self.choice.setToolTip(self.tr("The data set to learn from"))
        self.choice.setAccessibleName(self.tr("Data set"))
        self.choice.textActivated.connect(self._on_chosen)
        self.own = ParameterForm(self)
        self.fixed = ParameterForm(self)
        self.own.value_changed.connect(self._on_own)
        self.fixed.value_changed.connect(self._on_fixed)
        head = QWidget(self)
        add_row(tight_form(head), self.tr("data set"), self.choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 12)
        layout.setSpacing(4)
        for part in (head, self.own, self.fixed):
            layout.addWidget(part)
        document.experiment_changed.connect(self.refresh)
        document.catalogue_changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_unused: object) -> None:
        """Show the document as it is now."""
        data, catalogue = self._document.experiment.data, self._document.catalogue
        names = [entry.name for entry in catalogue.data_sets] if catalogue else [data.name]
        fill(self.choice, names, data.name)
        entry = find(catalogue.data_sets, data.name) if catalogue else None
        self.own.show_parameters(entry.parameters if entry else (), data.parameters)
        self.fixed.show_parameters(
            sections.DATA,
            {"batch_size": data.batch_size, "validation": data.validation},
            {"batch_size": self.tr("batch size"), "validation": self.tr("held out")},
        )
        self.summary_changed.emit(self.tr("{0} · batch {1}").format(data.name, count(data.batch_size)))

    def _on_chosen(self, name: str) -> None:
        data = self._document.experiment.data
        if name != data.name:
            self._edit(replace(data, name=name, parameters={}), self.tr("Choose data set"))

    def _on_own(self, name: str, value: Value) -> None:
        data = self._document.experiment.data
        changed = replace(data, parameters={**data.parameters, name: value})
        self._edit(changed, self.tr("Change {0}").format(name), merge=f"data {name}")

    def _on_fixed(self, name: str, value: Value) -> None:
        changed = replace(self._document.experiment.data, **{name: value})  # type: ignore[arg-type]
        self._edit(changed, self.tr("Change {0}").format(name), merge=f"data {name}")

    def _edit(self, data: object, text: str, merge: str = "") -> None:
        experiment = replace(self._document.experiment, data=data)  # type: ignore[arg-type]
        self._document.edit(experiment, text, merge=merge)
