"""The help menu's dialogs: what gradviz is and is made of, and every keyboard shortcut."""

from __future__ import annotations

from collections.abc import Mapping

import PySide6
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gradviz import __version__
from gradviz.views.actions import shortcut_text


class _TextDialog(QDialog):
    """A titled dialog with one button."""

    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 20, 24, 20)
        self._layout.setSpacing(12)
        heading = QLabel(title, self)
        heading.setProperty("role", "title")
        self._layout.addWidget(heading)

    def _finish(self) -> None:
        close = QPushButton(self.tr("Close"), self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self._layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


class AboutDialog(_TextDialog):
    """Versions and licences."""

    def __init__(self, engine_versions: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__("gradviz", parent)
        purpose = QLabel(
            self.tr(
                "See why a deep network does not train: vanishing and exploding gradients, layer by layer."
            ),
            self,
        )
        purpose.setWordWrap(True)
        self._layout.addWidget(purpose)
        versions = {
            "gradviz": __version__,
            "Qt": qVersion() or "",
            "PySide6": PySide6.__version__,
            **engine_versions,
        }
        grid = QGridLayout()
        self._layout.addLayout(grid)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for row, (name, version) in enumerate(versions.items()):
            label = QLabel(name, self)
            label.setProperty("role", "secondary")
            grid.addWidget(label, row, 0)
            grid.addWidget(QLabel(version, self), row, 1)
        grid.setColumnStretch(1, 1)
        licence = QLabel(self.tr("MIT licence. Icons: Lucide, ISC licence. Colour map: viridis, CC0."), self)
        licence.setProperty("role", "secondary")
        licence.setWordWrap(True)
        self._layout.addWidget(licence)
        self._finish()
        self.setFixedWidth(420)


class ShortcutsDialog(_TextDialog):
    """Every action that has a shortcut, and what keys and wheel do in the plots."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Keyboard shortcuts"), parent)
        grid = QGridLayout()
        self._layout.addLayout(grid)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        rows = [(action.text().rstrip("…"), shortcut_text(action)) for action in actions.values()]
        rows = [row for row in rows if row[1]]
        rows += [
            (self.tr("Step back or on (time bar)"), self.tr("Left, Right")),
            (self.tr("Select one more layer, or one less"), self.tr("Ctrl+Click")),
            (self.tr("Select layers up to one"), self.tr("Shift+Click")),
            (self.tr("Zoom steps in a plot"), self.tr("Wheel")),
            (self.tr("Zoom layers in a plot"), self.tr("Shift+Wheel")),
            (self.tr("Pan a plot"), self.tr("Drag")),
            (self.tr("Reset a plot"), self.tr("Double click")),
            (self.tr("Move a plot"), self.tr("Drag its name")),
        ]
        half = (len(rows) + 1) // 2
        for number, (name, keys) in enumerate(rows):
            row, column = number % half, 2 * (number // half)
            grid.addWidget(QLabel(name, self), row, column)
            label = QLabel(keys, self)
            label.setProperty("role", "secondary")
            grid.addWidget(label, row, column + 1)
        self._finish()
