"""A run that goes on in another store is recorded as if it had never been cut."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.records import levels
from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.continuing import continuation
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import RunState
from gradviz.records.schema import TILE
from gradviz.records.writer import RunWriter

LAST = CheckpointKind.LAST


def made(step: int, kind: CheckpointKind = LAST) -> Checkpoint:
    return Checkpoint(kind=kind, step=step, state="{}", tensors=b"weights")


def record(writer: RunWriter, rows: np.ndarray, first: int, last: int) -> None:
    for step in range(first, last):
        writer.append(step, rows[step])
        if step % 50 == 0:
            writer.sample("val_loss", step, step)
            writer.sample("weight_histogram", step, np.arange(3) + step, 0)
            writer.event(step, "mark", None)
            writer.log("info", f"step {step}")


def contents(path: Path, table: str, columns: str) -> list[tuple]:
    connection = sqlite3.connect(path)
    rows = connection.execute(f"SELECT id, {columns} FROM {table} ORDER BY id").fetchall()
    connection.close()
    return rows


def whole(path: Path) -> list[list[tuple]]:
    """All rows but their checks, which hold the run's id, and times."""
    columns = {
        "tile": "quantity, statistic, level, idx, data",
        "sample": "quantity, layer, step, dtype, data",
        "event": "step, kind, layer, detail",
        "log": "level, text",
    }
    return [contents(path, table, names) for table, names in columns.items()]


@pytest.mark.parametrize("cut", [1, 700, TILE, TILE + 1, 8 * TILE + 100, 8 * TILE, 20 * TILE + 5])
@pytest.mark.parametrize("later", [0, 5 * TILE])
def test_rows_are_those_of_a_run_that_was_never_cut(
    cut: int, later: int, tmp_path, new_info, some_rows
) -> None:
    steps = cut + 9 * TILE + 3
    rows = some_rows(steps, 6, odd=0.1)
    rows[:, 4] = rows[:, 2]
    rows[: 3 * TILE, 5] = rows[: 3 * TILE, 3]
    info = new_info(2, clipped=True)
    straight = RunWriter.create(tmp_path / "straight.db", info)
    record(straight, rows, 0, steps)
    straight.close()
    old = RunWriter.create(tmp_path / "old.db", info)
    record(old, rows, 0, cut)
    assert old.checkpoint([made(cut), made(cut // 2, CheckpointKind.BEST)]) == ""
    record(old, -rows, cut, cut + later)  # superseded
    old.close()
    beginning = continuation(tmp_path / "old.db", None, replace(info, id="run-2"))
    new = RunWriter.go_on(tmp_path / "new.db", beginning)
    with RunReader(tmp_path / "new.db") as reader:
        assert reader.last_step == cut - 1
        assert reader.status.state is RunState.STARTING
        assert reader.checkpoints() == {LAST: cut, CheckpointKind.BEST: cut // 2}
        assert reader.damage == ()
    record(new, rows, cut, steps)
    new.close()
    assert whole(tmp_path / "new.db") == whole(tmp_path / "straight.db")
    with RunReader(tmp_path / "new.db") as reader, RunReader(tmp_path / "straight.db") as other:
        assert reader.info.id == "run-2"
        for quantity in reader.slices:
            for columns in (10**9, 100):
                a, b = reader.series(quantity, 0, steps, columns), other.series(quantity, 0, steps, columns)
                np.testing.assert_array_equal(a.mean.view(np.uint32), b.mean.view(np.uint32))
        assert reader.damage == ()
    assert not list(tmp_path.glob("*.part*"))


def test_what_was_given_up_since_the_checkpoint_is_not_needed(tmp_path, new_info, some_rows) -> None:
    cut, steps = 9 * TILE + 10, 40 * TILE
    rows = some_rows(steps)
    budget = 12 * TILE * 4 * 4
    straight = RunWriter.create(tmp_path / "straight.db", new_info())
    record(straight, rows, 0, steps)
    straight.close()
    old = RunWriter.create(tmp_path / "old.db", new_info(), budget=budget)
    record(old, rows, 0, cut)
    old.checkpoint([made(cut)])
    for first in range(cut, 30 * TILE, TILE):
        record(old, -rows, first, first + TILE)
        old.commit()
    old.close()
    with RunReader(tmp_path / "old.db") as reader:
        assert not reader.is_exact("train_loss", cut)
    beginning = continuation(tmp_path / "old.db", "run-1", replace(new_info(), id="run-2"))
    new = RunWriter.go_on(tmp_path / "new.db", beginning)
    record(new, rows, cut, steps)
    new.close()
    with RunReader(tmp_path / "new.db") as reader, RunReader(tmp_path / "straight.db") as other:
        a, b = reader.series("grad_norm", cut, steps, 10**9), other.series("grad_norm", cut, steps, 10**9)
        np.testing.assert_array_equal(a.mean, b.mean)
        for columns in (2000, 300):
            a, b = reader.series("grad_norm", 0, steps, columns), other.series("grad_norm", 0, steps, columns)
            np.testing.assert_array_equal(a.mean, b.mean)
        assert reader.damage == ()


def test_it_goes_on_keeping_to_the_budget(tmp_path, new_info, some_rows) -> None:
    rows, budget = some_rows(60 * TILE), 20 * TILE * 4 * 4
    old = RunWriter.create(tmp_path / "old.db", new_info(), budget=budget)
    for first in range(0, 30 * TILE, TILE):
        record(old, rows, first, first + TILE)
        old.commit()
    old.checkpoint([made(30 * TILE)])
    old.close()
    beginning = continuation(tmp_path / "old.db", None, replace(new_info(), id="run-2"))
    new = RunWriter.go_on(tmp_path / "new.db", beginning, budget=budget)
    assert new._store._thinning == old._store._thinning
    for first in range(30 * TILE, 60 * TILE, TILE):
        record(new, rows, first, first + TILE)
        new.commit()
    new.close()
    with RunReader(tmp_path / "new.db") as reader:
        assert reader.damage == ()
        assert reader.series("train_loss", 0, 60 * TILE, 60).mean.shape[1] >= 60


def test_a_measurement_goes_on_where_it_was(tmp_path, new_info, some_rows) -> None:
    old = RunWriter.create(tmp_path / "old.db", new_info())
    record(old, some_rows(200), 0, 200)
    old.checkpoint([made(200)])
    old.close()
    new = RunWriter.go_on(
        tmp_path / "new.db", continuation(tmp_path / "old.db", None, replace(new_info(), id="run-2"))
    )
    with pytest.raises(ValueError, match="after 3 at step 150"):
        new.sample("weight_histogram", 160, np.arange(4), 0)
    with pytest.raises(ValueError, match="after 1 at step 150"):
        new.sample("val_loss", 149, 1.0)
    with pytest.raises(ValueError, match="step 0 cannot follow 199"):
        new.append(0, np.zeros(4, np.float32))
    new.close()


def test_why_it_cannot(tmp_path, new_info, some_rows) -> None:
    path = tmp_path / "old.db"
    info = replace(new_info(), id="run-2")
    old = RunWriter.create(path, new_info())
    record(old, some_rows(TILE + 5), 0, TILE + 5)
    old.commit()
    with pytest.raises(RecordsError, match="has no checkpoint to go on from"):
        continuation(path, None, info)
    old.checkpoint([made(TILE + 5)])
    old.close()
    with pytest.raises(RecordsError, match="There is no such run"):
        continuation(path, "run-7", info)
    with pytest.raises(RecordsError, match="recorded with other measurements"):
        continuation(path, None, replace(new_info(3), id="run-2"))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE tile SET data = zeroblob(length(data)) WHERE level = 0")
    connection.commit()
    connection.close()
    with pytest.raises(RecordsError, match="from step 0 on is damaged"):
        continuation(path, None, info)


def test_nothing_is_left_where_it_fails(tmp_path, new_info, some_rows) -> None:
    old = RunWriter.create(tmp_path / "old.db", new_info())
    record(old, some_rows(10), 0, 10)
    old.checkpoint([made(10)])
    old.close()
    beginning = continuation(tmp_path / "old.db", None, replace(new_info(), id="run-2"))
    (tmp_path / "new.db").write_text("in the way")
    with pytest.raises(RecordsError, match="already there"):
        RunWriter.go_on(tmp_path / "new.db", beginning)
    assert (tmp_path / "new.db").read_text() == "in the way"
    with pytest.raises(RecordsError, match="cannot be continued in"):
        RunWriter.go_on(tmp_path / "old.db" / "new.db", beginning)
    assert not list(tmp_path.glob("*.part*"))


def test_a_pyramid_names_the_step_that_is_missing() -> None:
    with pytest.raises(KeyError, match="0"):
        levels.Pyramid.rebuilt(2, 3, lambda _level, _idx: None)
