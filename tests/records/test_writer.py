"""The writer: misuse, commits, budgets, and a disk that is full."""

from __future__ import annotations

import dataclasses
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.records import writer
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.schema import TILE
from gradviz.records.writer import RunWriter

COMPLETED = RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.sqlite"


def test_slices_follow_the_series(path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(path, new_info(3, clipped=True))
    assert run.width == 8
    assert run.slices["grad_norm"] == slice(2, 5)
    assert run.slices["grad_norm_clipped"] == slice(5, 8)
    run.close()


def test_a_store_is_never_written_over(path: Path, new_info: Callable[..., RunInfo]) -> None:
    path.write_text("precious")
    with pytest.raises(RecordsError, match="already there"):
        RunWriter.create(path, new_info())
    assert path.read_text() == "precious"


def test_a_store_that_cannot_be_made(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordsError, match="cannot be made"):
        RunWriter.create(tmp_path / "file" / "run.sqlite", new_info())


def test_misuse_raises(path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(path, new_info(2))
    run.append(0, np.zeros(4, np.float32))
    with pytest.raises(ValueError, match="one by one"):
        run.append(2, np.zeros(4, np.float32))
    with pytest.raises(ValueError, match="shape"):
        run.append(1, np.zeros(1, np.float32))
    with pytest.raises(ValueError, match="shape"):
        run.extend(1, np.zeros((2, 3), np.float32))
    run.sample("weight_norm", 5, np.zeros(2))
    with pytest.raises(ValueError, match="weight_norm"):
        run.sample("weight_norm", 6, np.zeros(3))
    with pytest.raises(ValueError, match="weight_norm"):
        run.sample("weight_norm", 4, np.zeros(2))
    with pytest.raises(ValueError, match="one dimension"):
        run.sample("update_ratio", 0, np.zeros((2, 2)))
    run.close()


@given(cuts=st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_many_rows_at_once_are_as_one_by_one(cuts: list[int], new_info: Callable[..., RunInfo]) -> None:
    rows = np.random.default_rng(0).standard_normal((sum(cuts), 4)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        single, bulk = Path(folder) / "single.sqlite", Path(folder) / "bulk.sqlite"
        with closing(RunWriter.create(single, new_info(2))) as run:
            for step, row in enumerate(rows):
                run.append(step, row)
        with closing(RunWriter.create(bulk, new_info(2))) as run:
            for part in np.split(rows, np.cumsum(cuts)[:-1]):
                run.extend(run.steps, part)
        found = []
        for path in (single, bulk):
            with closing(sqlite3.connect(path)) as connection:
                found.append(connection.execute("SELECT * FROM tile ORDER BY id").fetchall())
            with RunReader(path) as reader:
                assert reader.last_step == len(rows) - 1
                for step in {0, len(rows) // 2, len(rows) - 1}:
                    assert np.array_equal(reader.at("grad_norm", step)[1], rows[step, 2:])
    assert found[0] == found[1]


def test_rows_of_float64_stay_finite_and_not_zero(path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(path, new_info(2))
    run.append(0, np.array([1e300, 1e-300, np.inf, np.nan]))
    run.close()
    with RunReader(path) as reader:
        assert reader.at("train_loss", 0)[1][0] == np.finfo(np.float32).max
        assert reader.at("train_accuracy", 0)[1][0] > 0
        assert reader.at("grad_norm", 0)[1][0] == np.inf
        assert np.isnan(reader.at("grad_norm", 0)[1][1])


def test_a_reader_sees_what_is_committed_and_nothing_before(
    path: Path, new_info: Callable[..., RunInfo]
) -> None:
    run = RunWriter.create(path, new_info(2))
    with RunReader(path) as reader:
        run.append(0, np.zeros(4, np.float32))
        assert not reader.refresh()
        assert run.commit()
        assert reader.refresh()
        assert reader.last_step == 0
        run.append(1, np.zeros(4, np.float32))
        run.set_status(RunStatus(state=RunState.PAUSED))
        assert reader.refresh()
        assert reader.status.state is RunState.PAUSED
        assert reader.last_step == 1
    run.close()


def test_closing_writes_the_rest_and_can_be_repeated(path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(path, new_info(2))
    run.append(0, np.zeros(4, np.float32))
    run.close()
    run.close()
    with RunReader(path) as reader:
        assert reader.last_step == 0
        assert reader.status.state is RunState.STARTING
    assert [file.name for file in path.parent.iterdir() if not file.name.startswith(path.name + "-")] == [
        path.name
    ]


def test_budget_drops_the_oldest_full_resolution(
    path: Path, write_run: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray]
) -> None:
    rows = some_rows(TILE * 40, 18)
    tile = TILE * 18 * 4
    write_run(path, rows, budget=tile * 20)
    with RunReader(path) as reader:
        assert not reader.is_exact("grad_norm", 0)
        assert reader.is_exact("grad_norm", TILE * 40 - 1)
        exact = sum(reader.is_exact("grad_norm", at * TILE) for at in range(40))
        assert 2 <= exact <= 20
        whole = reader.series("grad_norm", 0, len(rows), 10**9)
        assert (whole.steps[1:] == whole.steps[:-1] + whole.counts[:-1]).all()
        assert whole.steps[-1] + whole.counts[-1] == len(rows)
        first = whole.counts == 8
        np.testing.assert_array_equal(
            whole.high[:, first].T, rows[: first.sum() * 8, 2:].reshape(-1, 8, 16).max(axis=1)
        )
        np.testing.assert_array_equal(whole.mean[:, ~first].T, rows[first.sum() * 8 :, 2:])
        step, values = reader.at("grad_norm", 17)
        assert step == 20
        np.testing.assert_allclose(values, rows[16:24, 2:].mean(axis=0, dtype=np.float64), rtol=1e-6)
        assert reader.damage == ()
    assert path.stat().st_size < tile * 20 * 1.3


def test_budget_thins_old_samples_but_not_single_numbers(
    path: Path, new_info: Callable[..., RunInfo]
) -> None:
    run = RunWriter.create(path, new_info(2), budget=40_000)
    for step in range(400):
        run.sample("weight_histogram", step, np.arange(50), layer=step % 2)
        run.sample("val_loss", step, step)
        assert run.commit()
    run.close()
    with RunReader(path) as reader:
        steps, values = reader.samples("weight_histogram", 0)
        assert 20 < len(steps) < 200
        assert steps[-1] == 398
        assert np.diff(steps)[0] > np.diff(steps)[-1]
        assert (values == np.arange(50)).all()
        assert reader.samples("val_loss")[0].tolist() == list(range(400))
        assert reader.damage == ()


def fill_disk(run: RunWriter, spare: int = 0) -> None:
    """Let the store grow by `spare` pages only."""
    connection = run._store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + spare}")


def empty_disk(run: RunWriter) -> None:
    run._store._connection.execute("PRAGMA max_page_count = 1000000")


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.0)


@pytest.mark.usefixtures("no_wait")
def test_a_full_disk_keeps_everything_for_later(
    path: Path, new_info: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray]
) -> None:
    rows = some_rows(TILE * 10 + 100)
    run = RunWriter.create(path, new_info(2))
    fill_disk(run, 3)
    for step, row in enumerate(rows):
        run.append(step, row)
        if step % 50 == 0:
            run.sample("val_loss", step, float(step))
            run.commit()
    assert "full" in run.held
    with RunReader(path) as reader:
        assert reader.last_step < TILE
        assert reader.damage == ()
        empty_disk(run)
        assert run.commit()
        assert run.held == ""
        assert run.finish(dataclasses.replace(COMPLETED, steps=len(rows))) == ""
        run.close()
        assert reader.refresh()
        series = reader.series("grad_norm", 0, len(rows), 10**9)
        np.testing.assert_array_equal(series.mean.T, rows[:, 2:])
        assert [event.kind for event in reader.events()] == ["recording_held", "recording_resumed"]
        assert reader.events()[1].detail["thinned_steps"] == 0
        assert reader.events()[1].detail["held_steps"] > TILE * 9
        assert "cannot be written" in reader.logs()[0].text
        assert len(reader.samples("val_loss")[0]) == len(range(0, len(rows), 50))
        assert reader.damage == ()


@pytest.mark.usefixtures("no_wait")
def test_a_full_disk_bounds_what_is_held(
    path: Path,
    new_info: Callable[..., RunInfo],
    some_rows: Callable[..., np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "HELD_BYTES", 100_000)
    rows = some_rows(TILE * 44)
    run = RunWriter.create(path, new_info(2))
    fill_disk(run)
    for step, row in enumerate(rows):
        run.append(step, row)
        if step % 200 == 0:
            run.sample("weight_histogram", step, np.arange(100), layer=0)
            run.commit()
    tile = TILE * 4 * 4
    assert run._pending.size < 8 * tile + 8 * 3 * tile
    assert not any(row.data for row in run._pending.tiles if row.level == 0 and row.idx < 40)
    empty_disk(run)
    assert run.finish(dataclasses.replace(COMPLETED, steps=len(rows))) == ""
    run.close()
    with RunReader(path) as reader:
        detail = reader.events()[-1].detail
        assert detail["thinned_steps"] == 40 * TILE
        assert detail["lost_samples"] > 0
        series = reader.series("grad_norm", 0, len(rows), 10**9)
        assert series.steps[0] == 0
        assert (series.steps[1:] == series.steps[:-1] + series.counts[:-1]).all()
        assert series.steps[-1] + series.counts[-1] == len(rows)
        assert set(series.counts) == {1, 8}
        assert reader.at("grad_norm", 0)[0] == 4
        assert reader.damage == ()


@pytest.mark.usefixtures("no_wait")
def test_finish_says_what_is_missing(path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(path, new_info(2))
    fill_disk(run)
    for step in range(3000):
        run.append(step, np.ones(4, np.float32))
    message = run.finish(COMPLETED)
    assert "3000 steps" in message
    assert "full" in message
    run.close()


def test_a_full_disk_for_real_in_a_process_of_its_own(path: Path) -> None:
    """The system itself refuses to let a file grow: every way to write fails, creation of a new store too."""
    script = textwrap.dedent("""
        import importlib.util, resource, signal, sys
        from pathlib import Path
        import numpy as np
        spec = importlib.util.spec_from_file_location("runs", sys.argv[2])
        runs = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(runs)
        from gradviz.records.errors import RecordsError
        from gradviz.records.writer import RunWriter
        path = Path(sys.argv[1])
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        run = RunWriter.create(path, runs.make_info(2))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        for step in range(20_000):
            run.append(step, np.full(4, step, np.float32))
            if step % 100 == 0:
                run.commit()
        print("held:", run.held)
        print("finish:", run.finish(runs.COMPLETED))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
        try:
            RunWriter.create(path.with_name("second.sqlite"), runs.make_info(2))
        except RecordsError as error:
            print("create:", error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("again:", repr(run.finish(runs.COMPLETED)))
        run.close()
    """)
    if sys.platform == "win32":
        pytest.skip("no RLIMIT_FSIZE")
    conftest = Path(__file__).with_name("conftest.py")
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(conftest)], capture_output=True, text=True, check=True
    )
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert lines["held"]
    assert "could not be written" in lines["finish"]
    assert "cannot be made" in lines["create"]
    assert lines["again"] == "''"
    assert not list(path.parent.glob("second*"))
    with RunReader(path) as reader:
        series = reader.series("train_loss", 0, 10**9, 10**9)
        assert series.mean[0].tolist() == list(range(20_000))
        assert reader.damage == ()
