"""The steps around events are there in full whatever the budget takes elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.continuing import continuation
from gradviz.records.neighbourhoods import MOST, STEPS
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.schema import TILE
from gradviz.records.session import RunSource, Session, save_session
from gradviz.records.writer import RunWriter

BLOCKS = 60
AT = 5 * TILE + 30
"""Near the end of a tile's first 64 steps: its neighbourhood is in two tiles."""
SIZE = TILE * 4 * 4


def record(run: RunWriter, rows: np.ndarray, first: int, last: int, events: dict[int, str]) -> None:
    for step in range(first, last):
        run.append(step, rows[step])
        if step in events:
            run.event(step, events[step], "Linear 1")
        if step % 700 == 0:
            run.commit()


@pytest.fixture
def rows(some_rows: Callable[..., np.ndarray]) -> np.ndarray:
    return some_rows(BLOCKS * TILE, 4)


def run_of(path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray, events: dict[int, str]) -> None:
    run = RunWriter.create(path, new_info(2), budget=20 * SIZE)
    record(run, rows, 0, len(rows), events)
    run.close()


@pytest.mark.parametrize("kind", ["spike", "nonfinite", "skipped_step"])
def test_64_steps_on_either_side_stay(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray, kind: str
) -> None:
    run_of(tmp_path / "run", new_info, rows, {AT: kind})
    with RunReader(tmp_path / "run") as reader:
        assert not reader.is_exact("grad_norm", 4 * TILE - 1)
        assert not reader.is_exact("grad_norm", 6 * TILE + 1)
        assert reader.is_exact("grad_norm", len(rows) - 1)
        first, last = AT - STEPS, AT + STEPS
        assert all(reader.is_exact(name, step) for name in reader.slices for step in range(first, last + 1))
        series = reader.series("grad_norm", first, last, 10_000)
        np.testing.assert_array_equal(series.mean[:, series.counts == 1].T, rows[first : last + 1, 2:])
        step, values = reader.at("grad_norm", AT)
        assert step == AT
        np.testing.assert_array_equal(values, rows[AT, 2:])
        assert reader.damage == ()
    run_of(tmp_path / "other", new_info, rows, {})
    assert (tmp_path / "run").stat().st_size < (tmp_path / "other").stat().st_size + 3 * SIZE


def test_an_event_right_behind_a_border_still_finds_the_steps_before_it(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    """All tiles of the steps before it may go as soon as a tile a level up covers them."""
    border = 56 * TILE
    for distance in (0, 10, STEPS):
        at = border + distance
        run_of(tmp_path / f"{distance}", new_info, rows, {at: "spike"})
        with RunReader(tmp_path / f"{distance}") as reader:
            kept = [reader.is_exact("grad_norm", step) for step in range(at - STEPS, at + STEPS + 1)]
            assert all(kept), f"{kept.count(False)} of the steps around {at} are gone"


def test_other_events_are_no_reason(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    run_of(tmp_path / "run", new_info, rows, {AT: "learning_rate"})
    with RunReader(tmp_path / "run") as reader:
        assert not reader.is_exact("grad_norm", AT)
        assert reader.damage == ()


def test_many_events_do_not_take_all_of_the_budget(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    run_of(tmp_path / "run", new_info, rows, dict.fromkeys(range(100, len(rows), 900), "spike"))
    with RunReader(tmp_path / "run") as reader:
        exact = [at for at in range(BLOCKS) if reader.is_exact("grad_norm", at * TILE)]
        old = [at for at in exact if at < reader._progress.kept[0]]
        assert 1 <= len(old) <= MOST * 20
        assert old == list(range(old[0], old[-1] + 1))  # the oldest went first
        assert reader.damage == ()
    run_of(tmp_path / "other", new_info, rows, {})
    assert (tmp_path / "run").stat().st_size < (tmp_path / "other").stat().st_size + (MOST * 20 + 1) * SIZE


def test_a_reader_that_follows_finds_them(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2), budget=20 * SIZE)
    record(run, rows, 0, 100, {})
    run.commit()
    with RunReader(tmp_path / "run") as reader:
        for begin in range(100, len(rows) - 4000, 4000):
            record(run, rows, begin, begin + 4000, {AT: "spike"})
            run.commit()
            reader.refresh()
            assert reader.is_exact("grad_norm", AT) == (begin + 4000 > AT)
            assert reader.damage == ()
        assert not reader.is_exact("grad_norm", 10)
    run.close()


def test_a_document_and_a_run_that_goes_on_have_them(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    half = BLOCKS // 2 * TILE
    old = RunWriter.create(tmp_path / "old", new_info(2), budget=20 * SIZE)
    session = replace(Session.new({}), runs=(RunSource(id="run-1", path=tmp_path / "old"),))
    record(old, rows, 0, 10 * TILE, {AT: "spike"})
    old.commit()
    target = tmp_path / "document.gradviz"
    session = save_session(session, target)
    record(old, rows, 10 * TILE, half, {})
    old.checkpoint([Checkpoint(kind=CheckpointKind.LAST, step=half, state="{}", tensors=b"")])
    old.close()
    save_session(session, target)
    with RunReader(target) as reader:
        assert reader.is_exact("grad_norm", AT)
        assert not reader.is_exact("grad_norm", 10)
        assert reader.damage == ()
    beginning = continuation(tmp_path / "old", None, replace(new_info(2), id="run-2"))
    new = RunWriter.go_on(tmp_path / "new", beginning, budget=20 * SIZE)
    assert new._store._thinning == old._store._thinning
    record(new, rows, half, len(rows), {})
    new.close()
    with RunReader(tmp_path / "new") as reader:
        assert reader.is_exact("grad_norm", AT)
        assert not reader.is_exact("grad_norm", 24 * TILE - 1)
        assert reader.damage == ()
