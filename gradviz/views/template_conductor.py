"""What “New from template…” does: from the dialog to the engine, and from its answer to the document."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import TemplateMade
from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Value
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.actions import set_reason
from gradviz.views.template_dialog import TemplateDialog


class TemplateConductor(QObject):
    """Opens the dialog; the experiment that is chosen is an edit of the session's, which can be undone."""

    def __init__(self, document: SessionDocument, host: EngineHost, action: QAction, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._host = host
        self._action = action
        self._window = window
        self._dialog: TemplateDialog | None = None
        self._question = 0
        action.triggered.connect(self.open)
        document.catalogue_changed.connect(self._on_catalogue)
        host.template_made.connect(self._on_made)
        self._on_catalogue(document.catalogue)

    @property
    def dialog(self) -> TemplateDialog | None:
        """The dialog while it is open."""
        return self._dialog

    def open(self) -> None:
        """Offer the templates."""
        catalogue = self._document.catalogue
        if catalogue is None or self._dialog is not None:
            return
        data = self._document.experiment.data
        dialog = TemplateDialog(catalogue.templates, data.name, self._window)
        dialog.wanted.connect(self._on_wanted)
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def _on_catalogue(self, _catalogue: object) -> None:
        catalogue = self._document.catalogue
        known = catalogue is not None and bool(catalogue.templates)
        set_reason(self._action, "" if known else self.tr("The engine is starting"))

    def _on_wanted(self, name: str, knobs: Mapping[str, Value], for_current: bool) -> None:
        data = self._document.experiment.data if for_current else None
        self._question = self._host.ask_template(name, knobs, data)

    def _on_made(self, made: TemplateMade) -> None:
        if self._dialog is not None and made.id == self._question:
            self._dialog.show_answer(made)

    def _on_chosen(self, experiment: ExperimentSpec) -> None:
        self._document.edit(experiment, self.tr("New from {0}").format(experiment.name))

    def _on_finished(self, _result: int) -> None:
        self._dialog = None
