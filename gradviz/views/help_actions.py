"""What the help menu does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QDialog, QWidget

from gradviz.paths import state_folder

if TYPE_CHECKING:
    from gradviz.control.engine_state import EngineStatus


class HelpActions(QObject):
    """Opens dialogs, which delete themselves when closed."""

    def __init__(self, window: QWidget, actions: dict[str, QAction]) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._versions: Mapping[str, str] = {}
        actions["help.about"].triggered.connect(self._about)
        actions["help.shortcuts"].triggered.connect(self._shortcuts)
        actions["help.logs"].triggered.connect(self._logs)

    def set_status(self, status: EngineStatus) -> None:
        """Remember the engine's versions."""
        self._versions = status.versions

    def _about(self) -> None:
        from gradviz.views.help_dialogs import AboutDialog  # noqa: PLC0415 - not needed to start

        self._open(AboutDialog(self._versions, self._window))

    def _shortcuts(self) -> None:
        from gradviz.views.help_dialogs import ShortcutsDialog  # noqa: PLC0415 - not needed to start

        self._open(ShortcutsDialog(self._actions, self._window))

    def _logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(state_folder())))

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
