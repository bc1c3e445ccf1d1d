"""The engine's state, always in sight: a dot and a word, the whole sentence in the tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gradviz.views.appearance import appearance
from gradviz.views.theme import Theme

if TYPE_CHECKING:
    from gradviz.control.engine_state import EngineStatus

_STARTING = "starting"
_TONES = {
    _STARTING: "exploding",
    "ready": "good",
    "training": "accent",
    "paused": "secondary",
    "restarting": "exploding",
    "failed": "non_finite",
}
"""By the value of an EngineState, whose import would cost a tenth of the time to the first paint."""
_HOLLOW = {_STARTING, "paused", "restarting"}


class StatusPill(QWidget):
    """A filled dot: the engine is there; a ring: it waits or is on its way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = _STARTING
        self._theme = appearance().theme
        appearance().changed.connect(self._on_theme)
        self.setFixedSize(QSize(96, 28))
        self._describe("")

    @property
    def text(self) -> str:
        """The word that is shown."""
        return self._words()[self._state]

    def show_status(self, status: EngineStatus) -> None:
        """Show that state."""
        self._state = status.state.value
        self._describe(status.text)

    def _describe(self, text: str) -> None:
        self.setToolTip(text or self.tr("Engine: {0}").format(self.text))
        self.setAccessibleName(self.tr("Engine: {0}").format(self.text))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw dot and word, flush right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(getattr(self._theme, _TONES[self._state]))
        width = painter.fontMetrics().horizontalAdvance(self.text)
        left = self.width() - width - 2
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush if self._state in _HOLLOW else colour)
        painter.drawEllipse(QPointF(left - 12, self.height() / 2), 4, 4)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(
            self.rect().adjusted(0, 0, -2, 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            self.text,
        )

    def _words(self) -> dict[str, str]:
        return {
            _STARTING: self.tr("starting…"),
            "ready": self.tr("ready"),
            "training": self.tr("training"),
            "paused": self.tr("paused"),
            "restarting": self.tr("restarting…"),
            "failed": self.tr("not running"),
        }

    def _on_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()
