"""What a table file holds: asked of the engine when what is read changes, shown in the data panel."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import TablePreviewed
from gradviz.control.session_document import SessionDocument
from gradviz.views.data_panel import DataPanel

TABLE = "table"
_ASK_AFTER_MS = 120


class TableConductor(QObject):
    """One question at a time; an answer about an earlier state of the parameters is dropped."""

    def __init__(
        self, document: SessionDocument, host: EngineHost, panel: DataPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._host = host
        self._panel = panel
        self._shown: dict[str, Any] | None = None
        self._question = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_ASK_AFTER_MS)
        self._soon.timeout.connect(self._ask)
        panel.columns.inputs_chosen.connect(self._on_inputs)
        panel.columns.target_chosen.connect(self._on_target)
        document.experiment_changed.connect(self._on_changed)
        document.catalogue_changed.connect(self._on_changed)
        host.previewed.connect(self._on_previewed)
        self._on_changed()

    def _on_changed(self, *_unused: object) -> None:
        data = self._document.experiment.data
        parameters = dict(data.parameters)
        if data.name != TABLE or not parameters.get("path") or self._document.catalogue is None:
            self._shown = None
            self._soon.stop()
            self._panel.show_table(None)
        elif parameters != self._shown:
            self._shown = parameters
            self._soon.start()

    def _ask(self) -> None:
        if self._shown is not None:
            self._question = self._host.ask_preview(self._shown)

    def _on_previewed(self, answer: TablePreviewed) -> None:
        if self._shown is not None and answer.id == self._question:
            self._panel.show_table(answer.preview)

    def _on_inputs(self, names: list[str]) -> None:
        self._panel.choice.set_parameter("columns", names)

    def _on_target(self, name: str) -> None:
        self._panel.choice.set_parameter("target", name)
