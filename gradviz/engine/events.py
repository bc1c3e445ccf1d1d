"""Events of the engine, one JSON object a line: what goes to whoever started it.

The lines are ASCII and strict JSON (no NaN), so nothing on the way can misread them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from gradviz.records.layer import Inspection
from gradviz.records.run import RunStatus
from gradviz.spec.catalogue import Catalogue


class Sink(Protocol):
    """What events are written to."""

    def write(self, text: str, /) -> object:
        """Take some text."""

    def flush(self) -> object:
        """Send it on its way."""


class Events:
    """Writes events, from any thread, one whole line at a time.

    When nobody listens any more `broken` becomes true and further events are dropped: the engine then
    ends as it does at the end of its input.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self.broken = False

    def ready(
        self, *, pid: int, catalogue: Catalogue, devices: tuple[str, ...], versions: Mapping[str, str]
    ) -> None:
        """The engine is up."""
        self._send("ready", pid=pid, catalogue=catalogue.to_raw(), devices=devices, versions=dict(versions))

    def inspected(self, number: int, inspection: Inspection) -> None:
        """The answer to an Inspect."""
        self._send("inspected", id=number, inspection=inspection.to_raw())

    def not_inspected(self, number: int, error: str, where: str = "") -> None:
        """The answer to an Inspect of what cannot be inspected, and the place in the experiment."""
        self._send("inspected", id=number, error=error, where=where)

    def answered(self, number: int, answer: Mapping[str, Any]) -> None:
        """The answer to an Ask."""
        self._send("answered", id=number, answer=dict(answer))

    def not_answered(self, number: int, error: str, where: str = "") -> None:
        """The answer to an Ask that cannot be answered, and the place in the experiment."""
        self._send("answered", id=number, error=error, where=where)

    def status(self, run: str, status: RunStatus) -> None:
        """A run's new status."""
        self._send(
            "status",
            run=run,
            state=status.state,
            steps=status.steps,
            finish=status.finish,
            reason=status.reason,
        )

    def log(self, level: str, text: str) -> None:
        """A line for the log."""
        self._send("log", level=level, text=text)

    def error(self, text: str) -> None:
        """Something that the sender of a request did wrong."""
        self._send("error", text=text)

    def _send(self, event: str, **content: Any) -> None:
        line = json.dumps({"event": event, **content}, allow_nan=False, separators=(",", ":"))
        with self._lock:
            if self.broken:
                return
            try:
                self._sink.write(line + "\n")
                self._sink.flush()
            except (OSError, ValueError):  # the pipe is gone, or the stream is closed
                self.broken = True
