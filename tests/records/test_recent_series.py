"""A stretch that is asked for again is the same object, as long as nothing was recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from gradviz.records.reader import RunReader
from gradviz.records.recent_series import KEPT, RecentSeries
from gradviz.records.run import RunInfo
from gradviz.records.writer import RunWriter


def test_it_is_read_again_only_when_there_is_something_new(
    tmp_path: Path, new_info: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray]
) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2))
    rows = some_rows(50)
    for step, row in enumerate(rows[:40]):
        run.append(step, row)
    run.commit()
    with RunReader(tmp_path / "run") as reader:
        before = [reader.series("train_loss", 5, 99, 99), reader.means("grad_norm", 5, 99, 99)]
        reader.series("train_loss", 30, 34, 5)  # around the cursor
        assert reader.series("train_loss", 5, 99, 99) is before[0]
        assert reader.means("grad_norm", 5, 99, 99) is before[1]
        for step, row in enumerate(rows[40:], 40):
            run.append(step, row)
        run.commit()
        assert reader.refresh()
        for quantity, series in (("train_loss", reader.series), ("grad_norm", reader.means)):
            found = series(quantity, 5, 99, 99)
            assert found.steps.tolist() == list(range(5, 50))
            np.testing.assert_array_equal(found.mean, rows[5:, reader.slices[quantity]].T)
    run.close()


def test_the_one_that_was_asked_for_longest_ago_is_forgotten() -> None:
    recent, asked = RecentSeries(), []

    def ask(at: int) -> object:
        return recent.take(("loss",), (at,), lambda: asked.append(at) or object())  # type: ignore[arg-type]

    for at in range(KEPT):
        ask(at)
    assert ask(0) is ask(0)
    ask(KEPT)
    ask(0)
    assert asked == [*range(KEPT), KEPT]
    ask(1)
    assert asked[-1] == 1
