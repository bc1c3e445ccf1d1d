"""Has the system read what the first picture of a long run needs, and brings nothing of it into Python.

On a cold disk that picture waits for a few megabytes of the map and for a thousand pages of single
measurements, one after the other. Threads that touch them meanwhile hold no lock of the interpreter: each
statement here is one step of SQLite and gives one number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from gradviz.records.errors import RecordsError
from gradviz.records.opening import UNREADABLE, open_reading
from gradviz.records.progress import Progress
from gradviz.records.sample_picks import PICKS, column_width
from gradviz.records.schema import FACTOR, TILE
from gradviz.records.series import nearest_level
from gradviz.records.single_numbers import CURVES

Touched = tuple[str, tuple[object, ...]]
"""A statement and its values."""
Wanted = Callable[[int, int, int], Iterator[Touched]]
"""What to touch of the run with a key, of so many recorded steps, for so many columns."""
_TILES = (
    "SELECT count(substr(data, -1) || '') FROM tile WHERE run = ? AND quantity = 'grad_norm'"
    " AND statistic = ? AND level = ? AND idx BETWEEN ? AND ?"
)


def touch(path: Path, run: str, columns: int, wanted: Wanted) -> int:
    """Touch what is `wanted` of the run with that id; how many rows that was. 0 of a file that is damaged."""
    try:
        with closing(open_reading(path)) as connection:
            key = connection.execute("SELECT run FROM run WHERE uuid = ?", (run,)).fetchone()[0]
            told = connection.execute("SELECT data FROM progress WHERE run = ?", (key,)).fetchone()[0]
            recorded = Progress.from_json(told).recorded
            return sum(
                connection.execute(statement, values).fetchone()[0]
                for statement, values in wanted(key, recorded, columns)
            )
    except (*UNREADABLE, RecordsError, TypeError, ValueError, KeyError):
        return 0  # whoever shows the run says what is wrong with it


def map_tiles(key: int, recorded: int, columns: int) -> Iterator[Touched]:
    """Those of the gradient norms of all steps: the full ones, and what the newest are thinned from."""
    first = 0
    for level in range(nearest_level(recorded, columns), -1, -1):
        full = recorded // (TILE * FACTOR**level)
        if first < full:
            yield _TILES, (key, "mean" if level else "value", level, first, full - 1)
        first = full * FACTOR


def curve_picks(key: int, recorded: int, columns: int) -> Iterator[Touched]:
    """The picks of single measurements, the last curve first: the window itself begins with the first."""
    width = column_width(recorded, columns)
    for quantity in reversed(CURVES):
        yield f"SELECT count(data) FROM ({PICKS})", (key, quantity, -1, 0, recorded - 1, width, recorded - 1)
