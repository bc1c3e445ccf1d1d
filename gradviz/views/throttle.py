"""Does something at once, and then not more often than so: the last call is always made, late if need be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Throttle(QObject):
    """Call it as often as you like."""

    def __init__(self, act: Callable[[], None], interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._waits = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._on_timeout)

    def __call__(self) -> None:
        """Act now, or when the interval since the last time is over."""
        if self._timer.isActive():
            self._waits = True
            return
        self._timer.start()
        self._act()

    def stop(self) -> None:
        """Forget a call that waits."""
        self._timer.stop()
        self._waits = False

    def _on_timeout(self) -> None:
        if self._waits:
            self._waits = False
            self()
