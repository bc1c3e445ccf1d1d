"""Which question about the network is asked next, and which answer is one.

Typing or dragging makes a burst of edits: at most one question is with the engine, the newest waits, and
those between are never asked.
"""

from __future__ import annotations

from gradviz.control.engine_state import InspectionReply, InspectRequest


class InspectionQueue:
    """At most one question on its way and one waiting."""

    def __init__(self) -> None:
        self._asked: InspectRequest | None = None
        self._waiting: InspectRequest | None = None
        self._lost_over = -1

    def put(self, request: InspectRequest) -> None:
        """Let a question wait, in place of the one that did."""
        self._waiting = request

    def take(self) -> InspectRequest | None:
        """The question to send now, None while one is on its way or there is none."""
        if self._asked is not None or self._waiting is None:
            return None
        self._asked, self._waiting = self._waiting, None
        return self._asked

    def answered(self, reply: InspectionReply) -> bool:
        """Note an answer; whether it is one: not if it was given up meanwhile.

        It is told also where a newer question waits, so that shapes follow a slider while it is dragged.
        """
        if self._asked is None or reply.id != self._asked.id:
            return False
        self._asked = None
        return True

    def engine_lost(self) -> InspectRequest | None:
        """The engine that was asked is gone: ask the next one, unless a newer question waits.

        Returns the question where it is given up instead, because two engines died of it.
        """
        asked, self._asked = self._asked, None
        if asked is None or self._waiting is not None:
            return None
        if asked.id == self._lost_over:
            return asked
        self._lost_over = asked.id
        self._waiting = asked
        return None
