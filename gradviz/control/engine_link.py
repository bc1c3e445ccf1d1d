"""What the controller needs of an engine, wherever it runs: lines to it, lines from it, and its end."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineEnd:
    """How an engine ended; `text` continues the sentence “The engine …”, as in “was killed (signal 9)”."""

    text: str
    started: bool = True


class EngineLink(QObject):
    """One engine, started once. Created, used and deleted in the controller's thread.

    `line_received` and `complained` give bytes without the line's end, `ended` one EngineEnd, whatever
    happens.
    """

    line_received = Signal(object)
    complained = Signal(object)
    ended = Signal(object)

    def start(self) -> None:
        """Start the engine; it says “ready” on its own."""
        raise NotImplementedError

    def send(self, line: bytes) -> None:
        """Send one line; after the end it goes nowhere."""
        raise NotImplementedError

    def close(self, grace_ms: int) -> None:
        """End its input and wait for its end, by force after the grace where there is force."""
        raise NotImplementedError
