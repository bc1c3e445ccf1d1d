"""Before a network is trained that takes very much memory: says how much, and asks."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.spec.memory import memory_question


class MemoryGuard(QObject):
    """Asks once for a size; a yes holds as long as the network stays that large."""

    def __init__(self, document: SessionDocument, model: LayerTreeModel, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._model = model
        self._window = window
        self._agreed = 0

    def may_train(self) -> bool:
        """Whether the experiment may be trained now, after a question if one is needed."""
        inspection = self._model.inspection
        if inspection is None or inspection.parameters == self._agreed:
            return True
        question = memory_question(inspection.parameters, self._document.experiment.optimizer)
        if question is None or self._box(question).exec() == QMessageBox.StandardButton.Yes:
            self._agreed = inspection.parameters
            return True
        return False

    def _box(self, question: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("A huge network"))
        box.setText(self.tr("Train this network all the same?"))
        box.setInformativeText(question)
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.button(QMessageBox.StandardButton.Yes).setText(self.tr("Train"))
        box.button(QMessageBox.StandardButton.Cancel).setText(self.tr("Cancel"))
        return box
