"""A strip that says what happened without standing in the way: icon, sentence, what to do, close."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.views.icons import icon


class Tone(StrEnum):
    """How grave it is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_LOOKS = {
    Tone.INFO: ("info", "accent"),
    Tone.WARNING: ("triangle-alert", "exploding"),
    Tone.ERROR: ("circle-x", "non_finite"),
}


class MessageStrip(QFrame):
    """Hidden until it has something to say. In a `narrow` place the link stands below the sentence."""

    closed = Signal()
    """The user has read the message and closed it."""

    def __init__(self, parent: QWidget | None = None, *, closable: bool = True, narrow: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._action = QPushButton(self)
        self._action.setProperty("role", "link")
        self._action.hide()
        self._act: Callable[[], object] | None = None
        self._topic = ""
        self._action.clicked.connect(self._on_action)
        close = QToolButton(self)
        close.setProperty("role", "small")
        close.setIcon(icon("x", "secondary"))
        close.setToolTip(self.tr("Close this message"))
        close.setAccessibleName(close.toolTip())
        close.clicked.connect(self._on_close)
        close.setVisible(closable)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 12, 6)
        layout.setSpacing(8)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        if narrow:
            said = QVBoxLayout()
            layout.addLayout(said, 1)
            said.setSpacing(2)
            said.addWidget(self._text)
            said.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft)
            self._action.setProperty("role", "inline")
        else:
            layout.addWidget(self._text, 1)
            layout.addWidget(self._action)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    @property
    def has_action(self) -> bool:
        """Whether it offers to do something."""
        return bool(self._action.text())

    @property
    def topic(self) -> str:
        """What the message is about: the id of a run, or nothing in particular."""
        return self._topic

    def act(self) -> None:
        """Do what it offers."""
        self._action.click()

    def say(
        self,
        tone: Tone,
        text: str,
        action: str = "",
        act: Callable[[], object] | None = None,
        *,
        topic: str = "",
    ) -> None:
        """Show a message, with a link that does something about it if `action` is given."""
        self._topic = topic
        name, colour = _LOOKS[tone]
        self._icon.setPixmap(icon(name, colour).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._act = act
        self.setProperty("tone", tone.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()

    def _on_action(self) -> None:
        if self._act is not None:
            self._act()
