"""An engine in a thread of this process, for debugging: one process to attach to, one to profile.

It trains up to 15 times slower beside a busy window, because the interpreter's lock is handed over at
every small tensor operation, and it cannot be killed.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from importlib import import_module

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from gradviz.control.engine_link import EngineEnd, EngineLink


class ThreadLink(EngineLink):
    """Runs the engine's `serve` between two in-memory streams."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = _Requests()
        self._thread = _EngineThread(self._requests, self)
        self._thread.line_written.connect(self._on_line)
        self._thread.finished.connect(self._on_finished)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def send(self, line: bytes) -> None:
        """Put one line into its stream."""
        self._requests.put(line.decode())

    def close(self, grace_ms: int) -> None:  # noqa: ARG002
        """End its stream and wait for it, however long: a thread cannot be forced."""
        self._requests.close()
        self._thread.wait()
        # Its last lines and its end are queued here; whoever closes wants to have heard them.
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    @Slot(object)
    def _on_line(self, line: bytes) -> None:
        self.line_received.emit(line)

    @Slot()
    def _on_finished(self) -> None:
        self.ended.emit(EngineEnd(text=self._thread.failure or "ended by itself"))


class _EngineThread(QThread):
    line_written = Signal(object)

    def __init__(self, requests: _Requests, parent: QObject) -> None:
        super().__init__(parent)
        self._requests = requests
        self.failure = ""

    def run(self) -> None:
        try:
            serve = import_module("gradviz.engine.serve").serve
            serve(self._requests, self)
        except Exception as error:  # noqa: BLE001 - the end of a thread has to be told like a process's
            self.failure = f"failed: {error!r}"

    def write(self, text: str) -> None:
        """As the engine's output: whole lines, which cross to the controller's thread."""
        self.line_written.emit(text.encode().rstrip())

    def flush(self) -> None:
        """Nothing is held back."""


class _Requests:
    """Lines that another thread puts in, until it closes."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def put(self, line: str) -> None:
        self._lines.put(line)

    def close(self) -> None:
        self._lines.put(None)

    def __iter__(self) -> Iterator[str]:
        while (line := self._lines.get()) is not None:
            yield line
