"""Following a run that grows: nothing is missed, nothing that was handed over changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from covering import check_series
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo, RunState
from gradviz.records.schema import TILE
from gradviz.records.writer import RunWriter

EVERYTHING = 10**9


def test_a_picture_that_was_handed_over_does_not_change(
    tmp_path: Path, new_info: Callable[..., RunInfo]
) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2))
    reader = RunReader(tmp_path / "run")
    kept = []
    for step in range(TILE * 2 + 10):
        run.append(step, np.full(4, step, np.float32))
        if step % 97 == 0:
            run.commit()
            reader.refresh()
            series = reader.series("grad_norm", 0, EVERYTHING, step // 8 + 1)
            kept.append((series, series.high.copy(), series.mean.copy()))
            means = reader.means("grad_norm", 0, EVERYTHING, step + 1)
            kept.append((means, means.high.copy(), means.mean.copy()))
    for series, high, mean in kept:
        np.testing.assert_array_equal(series.high, high)
        np.testing.assert_array_equal(series.mean, mean)
    reader.close()
    run.close()


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8))
@settings(max_examples=15)
def test_following_a_run_sees_what_opening_it_afresh_sees(
    new_info: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray], stretches: list[int]
) -> None:
    rows = some_rows(sum(stretches), 4, odd=0.001)
    with tempfile.TemporaryDirectory() as folder:
        run = RunWriter.create(Path(folder) / "run", new_info(2))
        follower = RunReader(Path(folder) / "run")
        step = 0
        for stretch in stretches:
            for _ in range(stretch):
                run.append(step, rows[step])
                step += 1
            run.commit()
            assert follower.refresh()
            assert not follower.refresh()
            with RunReader(Path(folder) / "run") as fresh:
                for columns in (step, step // 8, step // 64):
                    one = follower.series("grad_norm", 0, step, columns)
                    other = fresh.series("grad_norm", 0, step, columns)
                    for name in ("steps", "counts", "mean", "low", "high"):
                        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
                    means = follower.means("grad_norm", 0, step, columns)
                    np.testing.assert_array_equal(means.mean, other.mean)
                    check_series(one, rows[:step, 2:], 0, step - 1) if columns < 400 else None
        assert follower.damage == ()
        follower.close()
        run.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_following_another_process_until_it_is_killed(endless: tuple[Path, subprocess.Popen[str]]) -> None:
    path, process = endless
    assert process.stdout is not None
    lines = iter(process.stdout)
    step, committed = 0, 0
    reader: RunReader | None = None
    deadline = time.monotonic() + 30
    while committed < TILE * 2 + 50 and time.monotonic() < deadline:
        step, committed = map(int, next(lines).split())
        if reader is None and committed:
            reader = RunReader(path)
        if reader is not None and step % 200 == 0:
            reader.refresh()
            assert reader.last_step >= committed - 1
            series = reader.series("train_loss", 0, EVERYTHING, EVERYTHING)
            assert series.mean[0].tolist() == list(range(reader.last_step + 1))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for line in lines:
        step, committed = map(int, line.split()) if line.endswith("\n") else (step, committed)
    assert reader is not None
    reader.refresh()
    with RunReader(path) as fresh:
        for one in (reader, fresh):
            assert one.last_step >= committed - 1
            assert one.series("train_loss", 0, EVERYTHING, EVERYTHING).mean[0].tolist() == list(
                range(one.last_step + 1)
            )
            assert one.status.state is RunState.RUNNING
            assert one.samples("val_loss")[0].tolist() == list(range(0, one.last_step + 1, 7))
            assert one.damage == ()
    reader.close()


@given(
    st.lists(
        st.tuples(st.integers(1, 900), st.integers(0, 1500), st.integers(0, 1500)), min_size=1, max_size=12
    )
)
@settings(max_examples=20)
def test_means_of_a_growing_run_are_those_of_a_reader_that_sees_it_first(
    new_info: Callable[..., RunInfo],
    some_rows: Callable[..., np.ndarray],
    looks: list[tuple[int, int, int]],
) -> None:
    """Whatever was looked at before, and while the oldest steps are dropped."""
    rows = some_rows(sum(count for count, _, _ in looks), 4, odd=0.001)
    with tempfile.TemporaryDirectory() as folder:
        run = RunWriter.create(Path(folder) / "run", new_info(2), budget=60_000)
        follower = RunReader(Path(folder) / "run")
        for count, first, behind in looks:
            run.extend(run.steps, rows[run.steps : run.steps + count])
            run.commit()
            follower.refresh()
            last = run.steps - 1 - behind
            with RunReader(Path(folder) / "run") as fresh:
                for begin in (0, first):
                    one = follower.means("grad_norm", begin, last, EVERYTHING)
                    other = fresh.series("grad_norm", begin, last, EVERYTHING)
                    for name in ("steps", "counts", "mean"):
                        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        follower.close()
        run.close()
