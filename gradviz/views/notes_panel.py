"""The session's notes: plain text that is saved with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument


class NotesPanel(QWidget):
    """Edits `document.notes`."""

    summary_changed = Signal(object)
    """The notes' first line (str)."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.field = QPlainTextEdit(self)
        self.field.setPlaceholderText(self.tr("What was tried, what was seen"))
        self.field.setAccessibleName(self.tr("Notes"))
        self.field.setTabChangesFocus(True)
        self.field.setMinimumHeight(80)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 12)
        layout.addWidget(self.field)
        self.field.textChanged.connect(self._on_typed)
        document.notes_changed.connect(self.refresh)
        document.reopened.connect(self.refresh)
        self.refresh()

    def refresh(self, *_unused: object) -> None:
        """Show the document as it is now."""
        if self.field.toPlainText() != self._document.notes:
            self.field.blockSignals(True)  # noqa: FBT003 - Qt's own
            self.field.setPlainText(self._document.notes)
            self.field.blockSignals(False)  # noqa: FBT003
        self.summary_changed.emit(self._document.notes.strip().partition("\n")[0][:60])

    def _on_typed(self) -> None:
        self._document.set_notes(self.field.toPlainText())
