"""Runs whose levels are thinned too: the file keeps to its budget, and every step is there at some level.

Tiles have 64 columns here, so that few steps make many levels.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.continuing import continuation
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.series import Series
from gradviz.records.session import RunSource, Session, open_session, save_session
from gradviz.records.stored_size import stored_size
from gradviz.records.writer import RunWriter

SMALL = 64
EVERYTHING = 10**9
UNIT = 4 * stored_size(SMALL * 4)
"""A tile of level 0 of four single numbers."""


@pytest.fixture(scope="module", autouse=True)
def small_tiles() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("gradviz.records.") and hasattr(module, "TILE"):
                patch.setattr(module, "TILE", SMALL)
        yield


@pytest.fixture(scope="module")
def rows(some_rows: Callable[..., np.ndarray]) -> np.ndarray:
    return some_rows(90_000, 4, odd=0.0005)


def there(path: Path) -> set[tuple[int, int]]:
    """The tiles in a file, each with all of its rows."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT level, idx, count(*) FROM tile GROUP BY level, idx").fetchall()
    assert all(count == (9 if level else 3) for level, _, count in found)
    return {(level, idx) for level, idx, _ in found}


def check(series: Series, rows: np.ndarray, tiles: set[tuple[int, int]], first: int) -> None:
    """Each column is what the finest tile not below its level has of its steps: the slow twin.

    Looked at are those where the width changes, and a hundred others.
    """
    ends = series.steps + series.counts
    assert series.steps[0] <= first
    assert (series.steps[1:] == ends[:-1]).all()
    assert ends[-1] == len(rows)
    bends = np.flatnonzero(np.diff(series.counts))[:100]
    spread = np.linspace(0, len(series.steps) - 1, 100).astype(np.int64)
    for at in {*bends.tolist(), *(bends + 1).tolist(), *spread.tolist()}:
        step, level = int(series.steps[at]), series.level
        width = SMALL * 8**level
        tile = step // width * width
        if tile + width <= len(rows):
            while (level, step // (SMALL * 8**level)) not in tiles:
                level += 1
        whole = step // 8**level * 8**level
        part = rows[whole : whole + 8**level]
        assert step == max(whole, tile)
        assert ends[at] == min(whole + len(part), tile + width)
        np.testing.assert_array_equal(series.low[:, at], np.fmin.reduce(part, axis=0))
        np.testing.assert_array_equal(series.high[:, at], np.max(part, axis=0))
        with np.errstate(invalid="ignore"):
            mean = part.mean(axis=0, dtype=np.float64)
        scale = np.abs(part[np.isfinite(part)]).max(initial=0)
        np.testing.assert_allclose(series.mean[:, at], mean, rtol=1e-5, atol=scale * 1e-6)


def look(reader: RunReader, rows: np.ndarray, tiles: set[tuple[int, int]], first: int = 0) -> None:
    """At every level; also the means alone."""
    for columns in (len(rows) // 8**level + 1 for level in range(5)):
        series = reader.series("grad_norm", first, len(rows) - 1, columns)
        check(series, rows[:, 2:], tiles, first)
        means = reader.means("grad_norm", first, len(rows) - 1, columns)
        for name in ("steps", "counts", "mean", "level"):
            np.testing.assert_array_equal(getattr(means, name), getattr(series, name))
    assert reader.damage == ()


def write(run: RunWriter, rows: np.ndarray, last: int, events: Collection[int] = ()) -> None:
    """The steps before `last`, committed twice a tile."""
    while run.steps < last:
        step = min(last, run.steps + SMALL // 2)
        for event in sorted(events):
            if run.steps <= event < step:
                run.event(event, "spike")
        run.extend(run.steps, rows[run.steps : step])
        assert run.commit()


@pytest.mark.parametrize("layers", [30, 100, 300])
def test_the_budget_holds_over_many_layers(
    tmp_path: Path, new_info: Callable[..., RunInfo], layers: int
) -> None:
    unit = 2 * stored_size(SMALL * 4) + 2 * stored_size(SMALL * 4 * layers)
    budget = 90 * unit  # the levels of 40,000 steps are 266
    chance = np.random.default_rng(0)
    run = RunWriter.create(tmp_path / "run", new_info(layers, clipped=True), budget=budget)
    for _ in range(625):
        run.extend(run.steps, chance.random((SMALL, 2 + 2 * layers), np.float32))
        run.commit()
        assert run._store._thinning.bytes <= budget
    run.close()
    assert 0.6 * budget < run.path.stat().st_size <= budget + 100_000  # without a row it has 60,000
    with RunReader(run.path) as reader:
        whole = reader.series("grad_norm_clipped", 0, EVERYTHING, EVERYTHING)
        assert set(whole.counts.tolist()) == {1, 8, 64}
        assert (whole.steps[1:] == whole.steps[:-1] + whole.counts[:-1]).all()
        assert (whole.steps[0], whole.counts.sum()) == (0, 40_000)
        assert reader.damage == ()


def test_the_coarsest_level_is_always_complete(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2), budget=20 * UNIT)
    for steps in range(1000, 40_000, 1000):
        write(run, rows, steps)
        tiles = there(run.path)
        top = max((level for level, _ in tiles))
        assert {idx for level, idx in tiles if level == top} == set(range(steps // (SMALL * 8**top)))
        assert steps < SMALL * 8 ** (top + 1)
    run.close()
    assert len(run._store.progress.kept) == 3
    assert (2, 0) not in there(run.path)


@given(
    st.lists(st.integers(1, 30_000), min_size=1, max_size=3),
    st.integers(5, 120),
    st.sets(st.integers(0, 90_000), max_size=6),
)
@settings(max_examples=20)
def test_every_step_is_there_at_some_level(
    new_info: Callable[..., RunInfo], rows: np.ndarray, stretches: list[int], budget: int, events: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        run = RunWriter.create(path, new_info(2), budget=budget * UNIT)
        follower = RunReader(path)
        for stretch in stretches:
            write(run, rows, run.steps + stretch, events)
            follower.refresh()
            tiles = there(path)
            now = rows[: run.steps]
            look(follower, now, tiles)
            with RunReader(path) as fresh:
                look(fresh, now, tiles, run.steps // 3)
                for step in {0, run.steps // 2, run.steps - 1}:
                    exact = step >= run.steps // SMALL * SMALL or (0, step // SMALL) in tiles
                    assert fresh.is_exact("grad_norm", step) == follower.is_exact("grad_norm", step) == exact
                    at, values = fresh.at("grad_norm", step)
                    if exact:
                        assert at == step
                        assert values.tobytes() == rows[step, 2:].tobytes()
        follower.close()
        run.close()


@pytest.mark.parametrize(("budget", "stretch"), [(40, 300), (5, 300), (5, 500)])
def test_a_follower_sees_no_gap_while_levels_go(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray, budget: int, stretch: int
) -> None:
    """Whatever it had looked for before it knew that the last commits had dropped it."""
    run = RunWriter.create(tmp_path / "run", new_info(2), budget=budget * UNIT)
    write(run, rows, 4000)
    with RunReader(run.path) as reader:
        for steps in range(4500, 40_000, stretch):
            write(run, rows, steps)
            for columns in (500, 70):
                late = reader.series("grad_norm", 0, EVERYTHING, columns)
                assert late.counts.sum() <= reader.last_step + 1
            assert reader.refresh()
            for columns in (EVERYTHING, 500, 70) if steps % (5 * stretch) == 0 else ():
                found = reader.series("grad_norm", 0, EVERYTHING, columns)
                assert (found.steps[1:] == found.steps[:-1] + found.counts[:-1]).all()
                assert (found.steps[0], found.counts.sum()) == (0, steps)
        assert reader.damage == ()
    run.close()


def test_a_document_has_what_the_store_has(
    tmp_path: Path, new_info: Callable[..., RunInfo], rows: np.ndarray
) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2), budget=40 * UNIT)
    document = tmp_path / "document.gradviz"
    session = replace(Session.new({}), runs=(RunSource(id="run-1", path=run.path),))
    for steps in (5000, 5100, 9000, 38_000, 40_000):
        write(run, rows, steps, {700, 21_000})
        session = save_session(session, document)
        assert there(document) == there(run.path)
        with RunReader(document) as reader:
            look(reader, rows[:steps], there(document))
            assert reader.is_exact("grad_norm", 700)
    run.close()
    copy = save_session(open_session(document), tmp_path / "copy.gradviz")
    assert there(tmp_path / "copy.gradviz") == there(run.path)
    assert copy.damage == ()
    assert len(run._store.progress.kept) > 1


@given(st.tuples(st.integers(1, 30_000), st.integers(0, 30_000), st.integers(0, 12_000)), st.integers(12, 90))
@settings(max_examples=20)
def test_a_run_goes_on_whatever_was_given_up(
    new_info: Callable[..., RunInfo], rows: np.ndarray, stretches: tuple[int, int, int], budget: int
) -> None:
    """Its columns at every level are those of the steps that it took, and so where it is killed once more."""
    cut, later, more = stretches
    with tempfile.TemporaryDirectory() as folder:
        old, new, third = (Path(folder) / name for name in ("old", "new", "third"))
        run = RunWriter.create(old, new_info(2), budget=budget * UNIT)
        write(run, rows, cut, {cut // 3})
        assert run.checkpoint([Checkpoint(kind=CheckpointKind.LAST, step=cut, state="{}", tensors=b"")]) == ""
        write(run, rows[::-1], cut + later)
        run.close()
        for origin, path, name in ((old, new, "run-2"), (new, third, "run-3")):
            info = replace(new_info(2), id=name)
            run = RunWriter.go_on(path, continuation(origin, None, info), budget=budget * UNIT)
            with RunReader(path) as reader:
                look(reader, rows[:cut], there(path))
                write(run, rows, cut + more)
                reader.refresh()
                look(reader, rows[: cut + more], there(path))
            run.close()
