"""How the weights start: by an initializer, or as a saved run left them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.experiment import ExperimentSpec, StartSpec
from gradviz.views.combo import fill
from gradviz.views.fixed_form import FixedForm
from gradviz.views.named_choice import NamedChoice, few
from gradviz.views.named_place import INITIALIZER
from gradviz.views.parameter_form import add_row, tight_form
from gradviz.views.part import Part
from gradviz.views.wheel_guard import let_wheel_pass


class StartPart(Part):
    """The initializer, and [start]."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("start",), ("model", "initializer"), parent=parent)
        self.source = QComboBox(self)
        self.source.setToolTip(self.tr("Start afresh, or from the weights of a run in a saved session"))
        self.source.setAccessibleName(self.tr("How weights start"))
        self.source.textActivated.connect(self._on_source)
        let_wheel_pass(self.source)
        head = QWidget(self)
        add_row(tight_form(head), self.tr("weights from"), self.source)
        self.form = FixedForm(
            document,
            "start",
            sections.START,
            {"weights": self.tr("which")},
            hints={
                "session": self.tr("Layers are matched by name and shape; what does not fit starts afresh"),
            },
            unless_given={"run": self.tr("newest")},
        )
        self.initializer = NamedChoice(
            document,
            INITIALIZER,
            self.tr("initializer"),
            self.tr("How weights start"),
            at_hand=few,
            explained=True,
        )
        self.add(head)
        self.add_form(("start",), self.form)
        self.add(self.initializer)
        self._forms += [(("model", "initializer"), form) for form in self.initializer.forms]
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show how weights start."""
        fresh, saved = self.tr("initializer"), self.tr("saved run…")
        fill(self.source, [fresh, saved], saved if spec.start else fresh)
        self.form.show_experiment(spec)
        self.form.setVisible(spec.start is not None)
        self.initializer.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """Xavier uniform; or: depth.gradviz, best."""
        start = spec.start
        if start is None:
            return spec.model.initializer.name.replace("_", " ")
        run = f", {start.run}" if start.run else ""
        best = self.tr(", best") if start.weights == "best" else ""
        return f"{Path(start.session).name}{run}{best}"

    def _on_source(self, text: str) -> None:
        start = self._document.experiment.start
        if text == self.tr("initializer"):
            if start is not None:
                self.edit(self.tr("Start afresh"), start=None)
        elif start is None:
            title, kinds = self.tr("Start from a saved run"), self.tr("Sessions (*.gradviz);;All files (*)")
            path, _ = QFileDialog.getOpenFileName(self.window(), title, "", kinds)
            if path:
                self.edit(self.tr("Start from a saved run"), start=StartSpec(session=path))
            else:
                self.show_experiment(self._document.experiment)
