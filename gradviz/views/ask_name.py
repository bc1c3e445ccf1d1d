"""A question for a name, in a dialog that is wide enough for its own title."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QInputDialog, QWidget

WIDTH = 400
"""Qt makes it as narrow as the field, and of the title a window manager then shows “Save a…”."""


def ask_name(parent: QWidget, title: str, text: str = "") -> str:
    """What was entered, without the blanks around it; "" where nothing was, or the question was cancelled."""
    dialog = name_dialog(parent, title, text)
    agreed = dialog.exec()
    dialog.deleteLater()
    return dialog.textValue().strip() if agreed else ""


def name_dialog(parent: QWidget, title: str, text: str = "") -> QInputDialog:
    """The question."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(QCoreApplication.translate("Dialogs", "Name"))
    dialog.setTextValue(text)
    dialog.resize(WIDTH, dialog.sizeHint().height())
    return dialog
