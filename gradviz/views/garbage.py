"""Garbage is collected in the window's thread alone, four times a second.

Python looks for cycles in whichever thread happens to make objects, and PySide deletes what a dead wrapper
owned right there: `gc.collect` in a thread emits `destroyed` of widgets, timers and scenes in it (measured
with 6.9.3). A thread that saves a session, or hears the engine, would take them from under a paint.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 250


class GarbageCollection(QObject):
    """From its making on there is no other; when it goes with its parent, Python collects by itself again."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.timeout.connect(collect)
        timer.start(EVERY_MS)
        self.destroyed.connect(_by_itself)


def collect() -> None:
    """Collect the oldest generation that Python would collect now, if any: counts go on without it."""
    due = [
        generation
        for generation, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        if count > most > 0
    ]
    if due:
        gc.collect(due[-1])


def _by_itself() -> None:
    gc.enable()
