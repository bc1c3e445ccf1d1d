"""Has the system read an opened file before anybody looks at it: on a cold disk a zoom waits for its pages.

A session of 1,000,000 steps that nobody had read lately took up to 61 ms a zoom and 25 afterwards (measured).
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

PIECE = 1 << 20
"""Bytes that are asked for at once; of more Linux reads the beginning alone."""
AT_ONCE = 4
EVERY_MS = 5
FIRST_MS = 500
"""So long after the file was opened its first picture is there: asking sooner takes the disk from it."""
MOST = 1 << 30
"""Bytes of a file, a run's default budget; what is larger may not fit into memory."""


class ReadAhead(QObject):
    """Asks for one file after the other, a few pieces at a time; elsewhere than on Linux it does nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = -1
        self._at = self._left = self._size = 0
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_reading(self) -> bool:
        """Whether there is more to ask for."""
        return self._file >= 0

    def begin(self, path: Path, share: float = 0.0) -> None:
        """Read this file ahead, and the last one no further; what cannot be read is left alone.

        It begins at that share of the file, where the shown run lies, and goes on at the front.
        """
        self.stop()
        if not hasattr(os, "posix_fadvise"):
            return
        try:
            self._file = os.open(path, os.O_RDONLY)
        except OSError:
            return
        self._size = os.fstat(self._file).st_size
        self._left = min(-(-self._size // PIECE), MOST // PIECE)
        self._at = int(self._size * share) // PIECE * PIECE
        self._timer.start(FIRST_MS)

    def stop(self) -> None:
        """Ask for no more."""
        self._timer.stop()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _go_on(self) -> None:
        self._timer.setInterval(EVERY_MS)
        for _ in range(AT_ONCE):
            if not self._left:
                self.stop()
                return
            if self._at >= self._size:
                self._at = 0
            try:
                os.posix_fadvise(self._file, self._at, PIECE, os.POSIX_FADV_WILLNEED)
            except OSError:  # a pipe, or a file system that knows no advice
                self.stop()
                return
            self._at += PIECE
            self._left -= 1
