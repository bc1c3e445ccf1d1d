"""Watches for the end of another process's promise to write a document: `gradviz run -o FILE`."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gradviz.records.outputs import LiveOutput, live_store_for

LOOK_MS = 1000


class OutputWatch(QObject):
    """Looks once a second; says once that the promise has ended, kept or broken.

    `live` stays what it was until the listener stops the watch.
    """

    ended = Signal(object)
    """The LiveOutput whose process has saved it, or has died."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._live: LiveOutput | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def live(self) -> LiveOutput | None:
        """What is watched."""
        return self._live

    def start(self, live: LiveOutput) -> None:
        """Watch that one."""
        self._live = live
        self._timer.start()

    def stop(self) -> None:
        """Watch nothing."""
        self._live = None
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Look now."""
        live = self._live
        if live is not None and live_store_for(live.target) is None:
            self._timer.stop()
            self.ended.emit(live)
