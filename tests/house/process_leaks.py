"""What a test leaves behind in the process: running threads and child processes.

A leaked thread or engine makes a later, innocent test fail or hang. So the test that leaks fails
itself, with a message that says what was left and how to end it (the idea is napari's).
"""

from __future__ import annotations

import threading
import time

import psutil

GRACE_SECONDS = 2.0
PARENTS_OWN = ("resource_tracker", "forkserver")


class ProcessWatch:
    """Remembers the threads and children that exist now; `leaks` tells of those that came and stayed."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._threads = set(threading.enumerate())
        self._children = {child.pid for child in self._me.children(recursive=True)}

    def leaks(self) -> list[str]:
        """One teaching line per thread or child left; those that are just ending get a moment to end."""
        deadline = time.monotonic() + GRACE_SECONDS
        while (threads := self._new_threads()) and time.monotonic() < deadline:
            time.sleep(0.01)
        while (children := self._new_children()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return [
            *(
                f"thread “{thread.name}” still runs: end what it waits for and join() it"
                for thread in threads
            ),
            *(
                f"child process {pid} still runs ({command}): ask it to quit and wait() for it, "
                "or close the EngineHost that owns it"
                for pid, command in children
            ),
        ]

    def _new_threads(self) -> list[threading.Thread]:
        # A thread of Qt or torch that once ran Python stays listed as a _DummyThread up to Python 3.12.
        return [
            thread
            for thread in threading.enumerate()
            if thread not in self._threads and not isinstance(thread, threading._DummyThread)
        ]

    def _new_children(self) -> list[tuple[int, str]]:
        found = []
        for child in self._me.children(recursive=True):
            if child.pid in self._children:
                continue
            try:
                command = " ".join(child.cmdline())
                zombie = child.status() == psutil.STATUS_ZOMBIE
            except psutil.NoSuchProcess:
                continue
            if zombie or not any(name in command for name in PARENTS_OWN):
                found.append((child.pid, "zombie, never waited for" if zombie else command))
        return found
