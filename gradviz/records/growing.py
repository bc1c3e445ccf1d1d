"""A stretch of single steps that is asked for again and again while it grows: only what is new is copied.

A picture that follows a run takes the same steps 30 times a second with a few more at the end. Joined anew,
1,000 layers over 2,800 steps are 11 MB of fresh memory each time, which made one frame in 50 late (measured).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gradviz.records.kept import Kept
from gradviz.records.ladder import Ladder
from gradviz.records.levels import Floats
from gradviz.records.schema import TILE
from gradviz.records.series import Piece, Series


class GrowingSteps:
    """Keeps what it gave last, in memory with room to grow; what was given is never written again."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._first = self._count = 0
        self._kept = Kept()
        self._steps: npt.NDArray[np.int64]
        self._ones: npt.NDArray[np.int64]
        self._values: Floats
        self._begin_anew(0, self._kept)

    def take(self, ladder: Ladder, first: int, last: int, most: int) -> Series | None:
        """The steps `first` to `last`, both included; None where not every one of them is kept.

        It is expected to grow to `most` steps.
        """
        if (first, ladder.kept) != (self._first, self._kept) or last < first + self._count - 1:
            self._begin_anew(first, ladder.kept)
        begin = self._first + self._count
        pieces = ladder.pieces(0, begin, last) if begin <= last else []
        if not _are_single(pieces, begin, last):
            return None
        self._make_room(last - first + 1, most)
        for piece in pieces:
            until = self._count + len(piece.steps)
            self._values[:, self._count : until] = piece.mean
            self._count = until
        values = self._values[:, : self._count]
        return Series(
            steps=self._steps[: self._count],
            counts=self._ones[: self._count],
            mean=values,
            low=values,
            high=values,
            level=0,
        )

    def _begin_anew(self, first: int, kept: Kept) -> None:
        self._first, self._kept, self._count = first, kept, 0
        self._steps = np.empty(0, np.int64)
        self._ones = np.empty(0, np.int64)
        self._values = np.empty((self._width, 0), np.float32)

    def _make_room(self, count: int, most: int) -> None:
        if count <= len(self._steps):
            return
        room = max(count, min(most, max(4 * count, 4 * TILE)))
        values = np.empty((self._width, room), np.float32)
        values[:, : self._count] = self._values[:, : self._count]
        self._values = values
        self._steps = np.arange(self._first, self._first + room, dtype=np.int64)
        self._ones = np.ones(room, np.int64)


def _are_single(pieces: list[Piece], begin: int, last: int) -> bool:
    """Whether the pieces are all single steps from `begin` to `last`, without a gap."""
    for piece in pieces:
        count = len(piece.steps)
        if not count or piece.steps[0] != begin or piece.steps[-1] != begin + count - 1:
            return False
        if piece.counts[0] != 1 or piece.counts[-1] != 1:
            return False
        begin += count
    return begin == last + 1
