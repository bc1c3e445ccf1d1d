"""What rows take in a file as it is worked out, against the file; and a run's file against its budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.run import RunInfo
from gradviz.records.schema import create_tables, row_id
from gradviz.records.stored_size import stored_size, stored_sizes
from gradviz.records.writer import RunWriter


@pytest.mark.parametrize("data", [0, 4, 100, 800, 1224, 2000, 3000, 4000, 4096, 5000, 40_960, 819_200])
@pytest.mark.parametrize("table", ["tile", "sample"])
def test_it_is_about_what_the_file_grows_by(tmp_path: Path, table: str, data: int) -> None:
    count = max(2, min(3000, 8_000_000 // (data + 100)))
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as file:
        file.execute("BEGIN")
        create_tables(file, 1)
        file.execute("COMMIT")
        before = file.execute("PRAGMA page_count").fetchone()[0]
        file.execute("BEGIN")
        for number in range(1, count + 1):
            key = (
                ("weight_histogram", "mean", 1, number)
                if table == "tile"
                else ("grad_histogram", 7, number, "<u2")
            )
            row = (row_id(1, number), 1, *key, 4_000_000_000, bytes(data))
            file.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        file.execute("COMMIT")
        grown = (file.execute("PRAGMA page_count").fetchone()[0] - before) * 4096
    told = stored_sizes([(data, count)])
    assert told == count * stored_size(data)
    assert told == pytest.approx(grown, rel=0.25, abs=3 * 4096)
    if data > 10_000:
        assert told == pytest.approx(grown, rel=0.02)


def test_a_long_run_stays_within_its_budget(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    budget = 30_000_000
    run = RunWriter.create(tmp_path / "run", new_info(60), budget=budget)
    row = np.ones(62, np.float32)
    for step in range(140_000):
        run.append(step, row)
        if step % 200 == 0:
            run.sample("weight_histogram", step, np.arange(612), 0)
            run.sample("val_loss", step, 1.0)
            run.commit()
    run.close()
    size = run.path.stat().st_size
    assert run._store.progress.kept[0] > 0
    assert 0.9 * budget < size <= budget
