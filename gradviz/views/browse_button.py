"""The button beside a path: finds a file or a folder and enters it into the path's field."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from gradviz.views.icons import icon
from gradviz.views.parameter_field import ParameterField


class BrowseButton(QToolButton):
    """Offers file or folder, as a data set may be either."""

    def __init__(self, field: ParameterField, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self.setIcon(icon("folder-open"))
        self.setToolTip(self.tr("Find it: {0}").format(field.parameter.doc))
        self.setAccessibleName(self.tr("Browse"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(self.tr("File…"), self.find_file)
        menu.addAction(self.tr("Folder…"), self.find_folder)
        self.setMenu(menu)

    def find_file(self) -> None:
        """Let the user choose a file."""
        self._enter(QFileDialog.getOpenFileName(self.window(), self.tr("Choose a file"), self._start())[0])

    def find_folder(self) -> None:
        """Let the user choose a folder."""
        title = self.tr("Choose a folder")
        self._enter(QFileDialog.getExistingDirectory(self.window(), title, self._start()))

    def _start(self) -> str:
        now = self._field.text
        return str(Path(now).parent) if now else ""

    def _enter(self, path: str) -> None:
        if path:
            self._field.enter(path)
