"""What the engine and the program said, newest last; folded away until somebody wants to know."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from gradviz.control.engine_state import LogLine
from gradviz.views.appearance import appearance
from gradviz.views.icons import icon

MOST_LINES = 2000


class LogPanel(QWidget):
    """Keeps the last lines."""

    hidden = Signal()
    """The user has closed it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Log"), self)
        title.setProperty("role", "heading")
        close = QToolButton(self)
        close.setProperty("role", "small")
        close.setIcon(icon("x", "secondary"))
        close.setToolTip(self.tr("Hide the log"))
        close.setAccessibleName(close.toolTip())
        close.clicked.connect(self._on_close)
        self.view = QPlainTextEdit(self)
        self.view.setReadOnly(True)
        self.view.setMaximumBlockCount(MOST_LINES)
        self.view.setAccessibleName(self.tr("Log"))
        self.view.setPlaceholderText(self.tr("Nothing was logged yet"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 12)
        layout.setSpacing(8)
        head = QHBoxLayout()
        layout.addLayout(head)
        head.addWidget(title, 1)
        head.addWidget(close)
        layout.addWidget(self.view)
        self.setMinimumHeight(120)

    def _on_close(self) -> None:
        self.hide()
        self.hidden.emit()

    def add(self, line: LogLine) -> None:
        """Put a line below the others, with the time of day."""
        theme = appearance().theme
        look = QTextCharFormat()
        tones = {"error": theme.non_finite, "warning": theme.exploding, "debug": theme.secondary}
        look.setForeground(QColor(tones.get(line.level, theme.text)))
        cursor = QTextCursor(self.view.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.view.document().isEmpty():
            cursor.insertBlock()
        now = QDateTime.currentDateTime().toString("HH:mm:ss")
        cursor.insertText(f"{now}  {line.level:<7}  {line.text}", look)
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.maximum())
