"""What the code actions do: import a model from a Python file, write the experiment as a script.

Somebody's code runs only after a yes, which is remembered for its file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gradviz.control.engine_state import Exported, InspectionReply
from gradviz.spec.experiment import ExperimentSpec, ModelSpec
from gradviz.spec.source import offered, split_source
from gradviz.trust import allow, is_allowed
from gradviz.views.chosen_file import ask_where
from gradviz.views.dialogs import show_error
from gradviz.views.import_dialog import ImportDialog
from gradviz.views.message_strip import Tone

if TYPE_CHECKING:
    from gradviz.views.main_window import MainWindow

_FORMATS = {"pytorch": "PyTorch", "keras": "Keras"}


class CodeConductor(QObject):
    """Stands between a window, its document and the engine where Python code comes in or goes out."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        self._host = window.host
        self._asked: set[Path] = set()
        panel = window.left.imported
        panel.change_wanted.connect(self.change)
        panel.reload_wanted.connect(self._inspect)
        panel.layers_wanted.connect(self.use_layers)
        panel.allow_wanted.connect(self.ask_permission)
        self._document.experiment_replaced.connect(self._on_replaced)
        self._document.experiment_changed.connect(self._on_changed)
        self._host.inspected.connect(self._on_inspected)
        self._host.exported.connect(self._on_exported)
        self._on_replaced(self._document.experiment)

    # in

    def import_model(self) -> None:
        """Ask for a Python file, and what of it is the model."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Import a model"), "", self.tr("Python files (*.py);;All files (*)")
        )
        if name:
            self._open_dialog(Path(name), None)

    def change(self) -> None:
        """Ask again which class of the same file, and with what arguments."""
        model = self._document.experiment.model
        self._open_dialog(split_source(model.source)[0], model)

    def use_layers(self) -> None:
        """Put an empty layer tree in place of the imported model; undo brings it back."""
        self._set_model(ModelSpec(), self.tr("Use layers"))

    def ask_permission(self) -> None:
        """Ask whether the code of the imported model may run."""
        path, name = split_source(self._document.experiment.model.source)
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Run Python code"))
        box.setText(self.tr("This experiment runs “{0}” of {1}. Allow it?").format(name, path.name))
        said = self.tr(
            "{0}\nThe file is run as it is, with all that you are allowed to do on this computer. "
            "The answer is remembered for this file."
        )
        box.setInformativeText(said.format(path))
        yes = box.addButton(self.tr("Allow"), QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(self.tr("Not now"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.finished.connect(box.deleteLater)
        yes.clicked.connect(lambda: self._permit(path))
        box.open()

    def _open_dialog(self, path: Path, model: ModelSpec | None) -> None:
        try:
            names = offered(path)
        except (OSError, ValueError) as error:
            show_error(self._window, self.tr("Cannot import"), str(error))
            return
        dialog = ImportDialog(path, names, allowed=is_allowed(path), model=model, parent=self._window)
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_chosen(self, model: ModelSpec) -> None:
        path, name = split_source(model.source)
        self._asked.add(path)
        self._permit(path)
        self._set_model(model, self.tr("Import {0}").format(name))

    def _set_model(self, model: ModelSpec, text: str) -> None:
        self._document.edit(replace(self._document.experiment, model=model), text)

    def _permit(self, path: Path) -> None:
        try:
            allow(path)
        except OSError as error:
            said = self.tr("That {0} may run cannot be remembered: {1}")
            self._window.strip.say(Tone.ERROR, said.format(path.name, error.strerror or error))
            return
        self._on_changed(self._document.experiment)
        self._inspect()

    def _inspect(self) -> None:
        self._host.inspect(self._document.experiment)

    def _on_replaced(self, experiment: ExperimentSpec) -> None:
        self._on_changed(experiment)
        path = split_source(experiment.model.source)[0]
        if experiment.model.source and not is_allowed(path) and path.is_file() and path not in self._asked:
            self._asked.add(path)
            self.ask_permission()

    def _on_changed(self, experiment: ExperimentSpec) -> None:
        self._window.left.show_imported(is_imported=bool(experiment.model.source))
        if experiment.model.source:
            allowed = is_allowed(split_source(experiment.model.source)[0])
            self._window.left.imported.show_experiment(experiment, allowed=allowed)

    def _on_inspected(self, reply: InspectionReply) -> None:
        source = self._document.experiment.model.source
        if source:
            allowed = is_allowed(split_source(source)[0])
            self._window.left.imported.show_inspection(reply, allowed=allowed)

    # out

    def export(self, to: str) -> None:
        """Ask for a file and write the experiment as a script; `to` is "pytorch" or "keras"."""
        title = self.tr("Export as a {0} script").format(_FORMATS[to])
        suggestion = f"{self._document.experiment.name.strip().lower().replace(' ', '_') or 'experiment'}.py"
        kinds = {".py": self.tr("Python files (*.py)"), "": self.tr("All files (*)")}
        path = ask_where(self._window, title, suggestion, kinds, or_other=True)
        if path is not None:
            self._host.ask_export(self._document.experiment, to, path)

    def _on_exported(self, exported: Exported) -> None:
        path = exported.path
        if exported.error:
            said = self.tr("{0} was not written: {1}").format(path.name, exported.error)
            self._window.strip.say(Tone.ERROR, said)
            return
        url = QUrl.fromLocalFile(str(path.parent))
        said = self.tr("Written: {0}").format(path)
        self._window.strip.say(Tone.INFO, said, self.tr("Open folder"), lambda: QDesktopServices.openUrl(url))
