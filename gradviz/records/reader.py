"""The reader of one run, in a live store or in a session document, for pictures and tables.

The window reads what is new 30 times a second, so `refresh` costs one row where nothing is, and every other
method answers from what the last `refresh` saw. Where a file is damaged, `damage` says so in sentences and
the rest is shown.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from gradviz.records.checkpoint import Checkpoint, CheckpointKind, checkpoint_steps, read_checkpoint
from gradviz.records.errors import RecordsError
from gradviz.records.growing import GrowingSteps
from gradviz.records.happenings import Event, Happenings, Log
from gradviz.records.kept import Kept, full_tiles, kept_tiles
from gradviz.records.ladder import Ladder
from gradviz.records.levels import Floats
from gradviz.records.opening import UNREADABLE, open_reading, why_unreadable
from gradviz.records.progress import Progress
from gradviz.records.recent_series import RecentSeries
from gradviz.records.run import RunInfo, RunStatus
from gradviz.records.sample_picks import Stretch
from gradviz.records.samples import Samples, Values
from gradviz.records.series import Series, join, nearest_level
from gradviz.records.spread import RatioSpread
from gradviz.records.standing import find_run, progress_row
from gradviz.records.tiles import RunRows, Tail


class RunReader:
    """Reads one run, which may still be growing. Used by one thread at a time."""

    def __init__(self, path: str | Path, run: str | None = None, *, counts: bool = True) -> None:
        """Open the run with the id `run`, or the first one; RecordsError says what is wrong.

        Whether all rows are there is found out by counting (20 ms of a long run), unless only a word about
        the run is wanted.
        """
        self.path = Path(path)
        self._connection = open_reading(self.path)
        try:
            key, uuid, self._described = find_run(self._connection, self.path, run)
            self.info = RunInfo.from_raw(json.loads(self._described))
            self._rows = RunRows(self._connection, key, uuid)
            self.slices: dict[str, slice] = {}
            width = 0
            for series in self.info.series:
                self.slices[series.quantity] = slice(width, width + series.width)
                width += series.width
            self._tail = Tail(width)
            self._ladders = {
                quantity: Ladder(self._rows, self._tail, quantity, place, self._kept_now)
                for quantity, place in self.slices.items()
            }
            self._means: dict[str, Ladder] = {}
            self._growing: dict[str, GrowingSteps] = {}
            self._recent = RecentSeries()
            self._seen: tuple[int, str] | None = None
            self._progress = Progress()
            self._kept = Kept()
            self._samples = Samples(self._rows)
            self.ratios = RatioSpread()
            self._happenings = Happenings(self._rows)
            self._counts = counts
            self.refresh()
        except UNREADABLE as error:
            self._connection.close()
            raise why_unreadable(self.path, error) from error
        except RecordsError:
            self._connection.close()
            raise

    @property
    def status(self) -> RunStatus:
        """How the run stands. A run whose writer was killed stands as it last said: see `interrupted.py`."""
        return self._progress.status

    @property
    def last_step(self) -> int:
        """The newest recorded step, -1 when there is none."""
        return self._progress.recorded - 1

    @property
    def damage(self) -> tuple[str, ...]:
        """What could not be read, so far, in sentences for people; empty for a healthy file."""
        return tuple(f"“{self.path.name}”, run “{self.info.name}”: {what}." for what in self._rows.damage)

    def refresh(self) -> bool:
        """See what was committed since; whether there was anything."""
        try:
            return self._refresh()
        except (*UNREADABLE, RecordsError) as error:
            if self._seen is None:
                raise
            self._rows.report(f"what is new cannot be read ({error})")
            return False

    def series(self, quantity: str, first: int, last: int, columns: int) -> Series:
        """The steps `first` to `last` (both included) at the level nearest to `columns` columns.

        The columns cover the range as far as it is recorded; the first may begin before it. KeyError for a
        quantity that is not recorded at every step.
        """
        first, last = max(first, 0), min(last, self.last_step)
        return self._recent.take(
            (quantity,),
            (first, last, columns),
            lambda: self._series(self._ladders[quantity], quantity, first, last, columns),
        )

    def means(self, quantity: str, first: int, last: int, columns: int) -> Series:
        """The same without the smallest and the largest of a column: all three are the mean."""
        first, last = max(first, 0), min(last, self.last_step)
        return self._recent.take(
            (quantity, "means"),
            (first, last, columns),
            lambda: self._means_of(quantity, first, last, columns),
        )

    def at(self, quantity: str, step: int) -> tuple[int, Floats]:
        """The values [width] at a step, exact where `is_exact`, and the step they belong to.

        Where only levels were kept it is the mean of the finest column nearest to it, and the step in that
        column's middle; step -1 and NaN where nothing is recorded.
        """
        step = min(max(step, 0), self.last_step)
        if step >= 0:
            ladder = self._mean_ladder(quantity)
            near = self._series(ladder, quantity, step, step, 1)
            if not len(near.steps):
                near = self._series(ladder, quantity, 0, self.last_step, 4096)
            if len(near.steps):
                column = int(np.argmin(np.abs(near.steps + near.counts // 2 - step)))
                return int(near.steps[column] + near.counts[column] // 2), near.mean[:, column]
        place = self.slices[quantity]
        return -1, np.full(place.stop - place.start, np.nan, np.float32)

    def is_exact(self, quantity: str, step: int) -> bool:
        """Whether this very step is kept at full resolution."""
        return 0 <= step <= self.last_step and self._ladders[quantity].has_full_resolution(step)

    def sample_at(self, quantity: str, step: int, layer: int = -1) -> tuple[int, Values] | None:
        """The newest scheduled measurement at or before a step: its step and values [k], or None."""
        return self._samples.newest(quantity, layer, step)

    def samples(self, quantity: str, layer: int = -1) -> tuple[npt.NDArray[np.int64], Values]:
        """All that is kept of a scheduled measurement: steps [n] and values [n, k] ([0, 0] when none)."""
        return self._samples.all(quantity, layer, self._progress)

    def picked(
        self, quantity: str, first: int, last: int, columns: int, layer: int = -1
    ) -> tuple[npt.NDArray[np.int64], Values]:
        """Of a scheduled measurement about `columns` between two steps, each the newest of its column.

        Steps [n] and values [n, k] as `samples` has them, one before `first` and one after `last`.
        """
        stretch = Stretch(max(first, 0), min(last, self.last_step), columns)
        return self._samples.picks.between(quantity, layer, stretch, self._progress)

    def recent_samples(self, quantity: str, step: int, count: int, layer: int = -1) -> Values:
        """The newest `count` of a scheduled measurement at or before a step, values [n, k]."""
        return self._samples.recent(quantity, layer, step, count)

    def events(self) -> tuple[Event, ...]:
        """Everything that happened so far, in order."""
        return self._happenings.events(self._progress.events)

    def logs(self) -> tuple[Log, ...]:
        """Every line of the log so far, in order."""
        return self._happenings.logs(self._progress.logs)

    def checkpoints(self) -> dict[CheckpointKind, int]:
        """The steps that were done at each checkpoint that is there now."""
        try:
            return checkpoint_steps(self._connection, self._rows.run)
        except (*UNREADABLE, ValueError) as error:
            self._rows.report(f"the checkpoints: {error}")
            return {}

    def checkpoint(self, kind: CheckpointKind = CheckpointKind.LAST) -> Checkpoint | None:
        """A checkpoint, None where there is none; RecordsError where it is damaged."""
        found = read_checkpoint(self._connection, self._rows.run, self.info.id, kind)
        return found and found[0]

    def close(self) -> None:
        """Close the file. Can be called twice."""
        self._rows.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _refresh(self) -> bool:
        self._connection.execute("BEGIN")  # state and tail of the same commit
        try:
            seen = self._progress_row()
            if seen == self._seen:
                return False
            progress = Progress.from_json(seen[1])
            self._rows.read_tail(self._tail, progress.recorded)
            if progress.kept != self._kept.first:
                query = partial(self._rows.rows, "the steps around events")
                self._kept = kept_tiles(query, self._rows.run, progress.kept)
            if self._seen is None and self._counts:
                self._take_stock(progress)
        finally:
            self._connection.execute("COMMIT")
        self._seen, self._progress = seen, progress
        self._recent.forget()
        for ladder in (*self._ladders.values(), *self._means.values()):
            ladder.see(progress.recorded, self._kept)
        return True

    def _mean_ladder(self, quantity: str) -> Ladder:
        if quantity not in self._means:
            ladder = Ladder(
                self._rows, self._tail, quantity, self.slices[quantity], self._kept_now, means_only=True
            )
            self._means[quantity] = ladder
            ladder.see(self._progress.recorded, self._kept)
        return self._means[quantity]

    def _means_of(self, quantity: str, first: int, last: int, columns: int) -> Series:
        if not nearest_level(last - first + 1, columns):
            place = self.slices[quantity]
            growing = self._growing.setdefault(quantity, GrowingSteps(place.stop - place.start))
            found = growing.take(self._mean_ladder(quantity), first, last, 3 * columns)
            if found is not None:
                return found
        self._growing.pop(quantity, None)
        return self._series(self._mean_ladder(quantity), quantity, first, last, columns)

    def _series(self, ladder: Ladder, quantity: str, first: int, last: int, columns: int) -> Series:
        place = self.slices[quantity]
        level = nearest_level(last - first + 1, columns)
        pieces = ladder.pieces(level, first, last) if first <= last else []
        return join(pieces, place.stop - place.start, level)

    def _progress_row(self) -> tuple[int, str]:
        rows = self._rows
        return progress_row(self._connection, self.path, rows.run, rows.uuid, self._described)

    def _kept_now(self) -> tuple[int, ...]:
        return Progress.from_json(self._progress_row()[1]).kept

    def _take_stock(self, progress: Progress) -> None:
        """Compare what is there with what was written, as far as that is cheap."""
        rows = self._rows
        expected = {"sample": progress.samples_kept, "event": progress.events, "log": progress.logs}
        expected["tile"] = level = 0
        while full_tiles(progress.recorded, level):
            there = self._kept.count(progress.recorded, level)
            expected["tile"] += there * len(self.slices) * (3 if level else 1)
            level += 1
        for table, count in expected.items():
            found = rows.rows(f"the {table}s", f"SELECT count(*) FROM {table} WHERE run = ?", rows.run)
            if found and found[0][0] != count:
                rows.report(f"{found[0][0]} of {count} {table}s are there")
