"""What a row takes in a store's file, so that a byte budget is one of the file and not of the bare numbers.

SQLite cuts the file into pages of 4 KiB. A small row shares a page with as many others as fit; of a big one a
rest lies there and all else in pages of its own, 4,092 bytes in each (sqlite.org/fileformat2.html, section
1.6). A measured norm of 1,000,000 steps came to 4 % more than its numbers. It is worked out and not asked of
the file, since a run that goes on elsewhere must drop the same tiles.
"""

from __future__ import annotations

from collections.abc import Iterable

PAGE = 4096
_KEY = 46
"""Bytes of the other columns and of the row's head."""
_INDEX = 44
"""Bytes of its entry in the index of its table."""
_MOST, _LEAST = PAGE - 35, (PAGE - 12) * 32 // 255 - 23
"""How much of a row at most lies in a shared page, and how much at least where it does not fit."""
_RESERVE = 50


def stored_size(data: int) -> int:
    """Bytes in the file for a row with so many bytes of data."""
    size = data + _KEY
    own = 0
    if size > _MOST:
        rest = _LEAST + (size - _LEAST) % (PAGE - 4)
        rest = rest if rest <= _MOST else _LEAST
        own = -(-(size - rest) // (PAGE - 4))
        size = rest
    return own * PAGE + PAGE // ((PAGE - 8) // (size + 6)) + _INDEX


def stored_sizes(lengths: Iterable[tuple[int, int]]) -> int:
    """Of all rows together, given as lengths of data and how many rows have each."""
    return sum(stored_size(length) * count for length, count in lengths)


def room_of(budget: int) -> int:
    """What of a budget is for tiles and samples: a fiftieth is for all else, and for what is just dropped."""
    return budget - budget // _RESERVE
