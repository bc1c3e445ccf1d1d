"""What “Find…” beside the learning rate does: from dialog to engine, from the proposal to the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import RangeTested
from gradviz.control.session_document import SessionDocument
from gradviz.views.number_format import plain
from gradviz.views.training.at_hand import OptimizerPart

if TYPE_CHECKING:
    from gradviz.views.range_test.dialog import RangeTestDialog


class RangeTestConductor(QObject):
    """One dialog at a time; an answer to a test that was given up is dropped."""

    def __init__(
        self, document: SessionDocument, host: EngineHost, part: OptimizerPart, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document = document
        self._host = host
        self._part = part
        self._window = window
        self._dialog: RangeTestDialog | None = None
        self._question = 0
        part.find_wanted.connect(self.open)
        host.range_tested.connect(self._on_tested)

    @property
    def dialog(self) -> RangeTestDialog | None:
        """The dialog while it is open."""
        return self._dialog

    def open(self) -> None:
        """Open the dialog, which begins to test."""
        if self._dialog is not None:
            return
        from gradviz.views.range_test.dialog import RangeTestDialog  # noqa: PLC0415 - it draws: when asked

        optimizer = self._document.experiment.optimizer
        dialog = RangeTestDialog(optimizer.name, optimizer.lr, self._window)
        dialog.wanted.connect(self._on_wanted)
        dialog.given_up.connect(self._host.stop_range_test)
        dialog.chosen.connect(self._on_chosen)
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    def _on_wanted(self, test: Mapping[str, Any]) -> None:
        self._question = self._host.ask_range_test(self._document.experiment, **test)

    def _on_tested(self, tested: RangeTested) -> None:
        if self._dialog is not None and tested.id == self._question:
            self._dialog.show_answer(tested)

    def _on_chosen(self, lr: float) -> None:
        self._part.set_rate(lr, self.tr("Use found learning rate {0}").format(plain(lr)))

    def _on_finished(self, _result: int) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
