"""The line under a control that says why what was entered does not count; a good value stands there again."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from gradviz.views.restyle import restyle

REFUSED_MS = 8000
"""How long the reason stands why an entry was refused, unless another entry comes before."""


class RefusedNote(QLabel):
    """Hidden until it is told something; it goes by itself, but nothing moves below a pointer for it."""

    def __init__(self, control: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._control = control
        self.setWordWrap(True)
        self.setIndent(0)
        self.setProperty("role", "note-problem")
        self._ends = QTimer(self)
        self._ends.setSingleShot(True)
        self._ends.setInterval(REFUSED_MS)
        self._ends.timeout.connect(self._on_long_said)
        self.hide()

    def say(self, text: str) -> None:
        """Show that, and what it is about in its colour; nothing where it is empty."""
        self._ends.stop()
        if text:
            self._ends.start()
        if text != self.text():
            self.setText(text)
            self.setVisible(bool(text))
            restyle(self._control, "wrong", "yes" if text else "")

    def _on_long_said(self) -> None:
        if self.window().underMouse():
            self._ends.start()
        else:
            self.say("")
