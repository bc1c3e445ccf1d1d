"""The reader: everything that was written comes back, at every zoom, also while it is being written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from covering import check_series
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.schema import TILE
from gradviz.records.writer import RunWriter

EVERYTHING = 10**9


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(0, 60), st.integers(3, 6)), elements=st.floats(width=32)),
    st.sets(st.integers(0, 60)),
)
@settings(max_examples=40)
def test_rows_round_trip_bit_for_bit(
    write_run: Callable[..., RunInfo], rows: np.ndarray, commits: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        info = write_run(path, rows, commits=commits)
        with RunReader(path) as reader:
            assert reader.info == info
            assert reader.last_step == len(rows) - 1
            assert reader.status.steps == len(rows)
            for quantity, place in reader.slices.items():
                series = reader.series(quantity, 0, EVERYTHING, EVERYTHING)
                assert series.mean.T.tobytes() == rows[:, place].tobytes()
                assert series.steps.tolist() == list(range(len(rows)))
                for step in range(len(rows)):
                    at, values = reader.at(quantity, step)
                    assert at == step
                    assert values.tobytes() == rows[step, place].tobytes()
            assert reader.damage == ()


@pytest.fixture(scope="module")
def long_run(
    tmp_path_factory: pytest.TempPathFactory,
    write_run: Callable[..., RunInfo],
    some_rows: Callable[..., np.ndarray],
) -> Iterator[tuple[RunReader, np.ndarray]]:
    path = tmp_path_factory.mktemp("long") / "run"
    rows = some_rows(TILE * 75 + 333, 5, odd=0.0005)
    write_run(path, rows, commits=range(0, len(rows), 700))
    with RunReader(path) as reader:
        yield reader, rows


@given(st.integers(0, TILE * 76), st.integers(0, TILE * 76), st.integers(1, 2000))
@settings(max_examples=60)
def test_any_stretch_is_covered_with_the_right_numbers(
    long_run: tuple[RunReader, np.ndarray], one: int, other: int, columns: int
) -> None:
    reader, rows = long_run
    first, last = sorted((one, other))
    series = reader.series("grad_norm", first, last, columns)
    if first >= len(rows):
        assert not len(series.steps)
        return
    wanted = min(last, len(rows) - 1) - first + 1
    assert len(series.steps) <= columns * 3 + 2
    assert len(series.steps) >= min(wanted, columns) / 3
    keep = slice(None, None, max(1, len(series.steps) // 60))
    check_series(series, rows[:, 2:], first, last) if len(series.steps) <= 300 else None
    for at in range(len(series.steps))[keep]:
        part = rows[series.steps[at] : series.steps[at] + series.counts[at], 2:]
        np.testing.assert_array_equal(series.high[:, at], np.max(part, axis=0))
    assert reader.damage == ()


@given(st.integers(0, TILE * 75), st.integers(1, TILE * 76), st.integers(1, 2000))
@settings(max_examples=60)
def test_means_alone_are_those_of_the_series(
    long_run: tuple[RunReader, np.ndarray], first: int, steps: int, columns: int
) -> None:
    reader, _ = long_run
    series = reader.series("grad_norm", first, first + steps, columns)
    means = reader.means("grad_norm", first, first + steps, columns)
    for name in ("steps", "counts", "mean", "level"):
        np.testing.assert_array_equal(getattr(means, name), getattr(series, name))
    assert means.low is means.high is means.mean
    assert means.mean.dtype == np.float32


def test_a_word_about_a_run_costs_no_counting(
    tmp_path: Path, write_run: Callable[..., RunInfo], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "run", np.zeros((3, 4), np.float32))
    monkeypatch.setattr(RunReader, "_take_stock", None)
    with RunReader(tmp_path / "run", counts=False) as reader:
        assert reader.last_step == 2
    with pytest.raises(TypeError):
        RunReader(tmp_path / "run")


def test_every_level_of_a_long_run(long_run: tuple[RunReader, np.ndarray]) -> None:
    reader, rows = long_run
    for level, columns in enumerate((EVERYTHING, len(rows) // 8, len(rows) // 64, len(rows) // 512)):
        series = reader.series("grad_norm", 0, EVERYTHING, columns)
        assert series.level == level
        if level:
            check_series(series, rows[:, 2:], 0, len(rows) - 1)
        else:
            assert series.mean.T.tobytes() == rows[:, 2:].tobytes()
        assert series.all_finite == (np.isfinite(series.mean).all() and np.isfinite(series.high).all())


@given(st.integers(-5, TILE * 76))
@settings(max_examples=60)
def test_every_step_is_exact(long_run: tuple[RunReader, np.ndarray], step: int) -> None:
    reader, rows = long_run
    at, values = reader.at("grad_norm", step)
    assert at == min(max(step, 0), len(rows) - 1)
    assert values.tobytes() == rows[at, 2:].tobytes()
    assert reader.is_exact("grad_norm", step) == (0 <= step < len(rows))


def test_nothing_recorded(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    RunWriter.create(tmp_path / "run", new_info(3)).close()
    with RunReader(tmp_path / "run") as reader:
        assert reader.last_step == -1
        series = reader.series("grad_norm", 0, 100, 10)
        assert series.mean.shape == (3, 0)
        step, values = reader.at("grad_norm", 0)
        assert step == -1
        assert np.isnan(values).all()
        assert reader.sample_at("val_loss", 10) is None
        steps, samples = reader.samples("val_loss")
        assert steps.shape == (0,)
        assert samples.shape == (0, 0)
        assert reader.events() == ()
        assert reader.logs() == ()
        assert not reader.is_exact("grad_norm", 0)
        assert reader.damage == ()


def test_one_step(tmp_path: Path, write_run: Callable[..., RunInfo]) -> None:
    write_run(tmp_path / "run", np.arange(5, dtype=np.float32)[None])
    with RunReader(tmp_path / "run") as reader:
        assert reader.series("grad_norm", 0, 0, 100).mean.tolist() == [[2], [3], [4]]


def test_clipped_norms_are_kept_only_where_they_differ(
    tmp_path: Path, new_info: Callable[..., RunInfo], write_run: Callable[..., RunInfo]
) -> None:
    rows = np.random.default_rng(0).random((TILE * 9, 6), np.float32)
    rows[:, 4:] = rows[:, 2:4]
    rows[TILE : TILE * 2, 4:] *= 0.5
    sizes = []
    for name, same in (("differs", False), ("same", True)):
        if same:
            rows[:, 4:] = rows[:, 2:4]
        write_run(tmp_path / name, rows, info=new_info(2, clipped=True))
        with RunReader(tmp_path / name) as reader:
            for quantity, place in reader.slices.items():
                series = reader.series(quantity, 0, EVERYTHING, EVERYTHING)
                np.testing.assert_array_equal(series.mean.T, rows[:, place])
                check_series(reader.series(quantity, 0, EVERYTHING, TILE), rows[:, place], 0, len(rows) - 1)
            query = "SELECT sum(length(data)) FROM tile WHERE quantity = 'grad_norm_clipped'"
            sizes.append(reader._connection.execute(query).fetchone()[0])
            assert reader.damage == ()
    assert sizes == [TILE * 2 * 4 * (1 + 3), 0]


def test_what_is_measured_on_a_schedule(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2))
    with RunReader(tmp_path / "run") as reader:
        for step in (0, 10, 20):
            run.sample("val_loss", step, step / 10)
            run.sample("weight_norm", step, np.array([step, 2.5]))
            run.sample("weight_histogram", step, np.array([step, 70_000], np.int64), layer=1)
            run.commit()
            assert reader.refresh()
            assert reader.samples("val_loss")[0].tolist() == list(range(0, step + 1, 10))
        run.sample("val_loss", 20, 7.0)
        run.close()
        reader.refresh()
        steps, values = reader.samples("val_loss")
        assert steps.tolist() == [0, 10, 20, 20]
        assert values.tolist() == [[0], [1], [2], [7]]
        assert reader.sample_at("weight_norm", 19) is not None
        step, norms = reader.sample_at("weight_norm", 19) or (0, np.empty(0))
        assert step == 10
        assert norms.dtype == np.float32
        assert norms.tolist() == [10, 2.5]
        step, counts = reader.sample_at("weight_histogram", 500, 1) or (0, np.empty(0))
        assert step == 20
        assert counts.dtype == np.int64
        assert counts.tolist() == [20, 70_000]
        assert reader.sample_at("weight_histogram", 500, 0) is None
        assert reader.sample_at("weight_norm", -1) is None
        newest = reader.sample_at("val_loss", 20)
        assert newest is not None
        assert newest[1].tolist() == [7]


def test_what_happened(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2))
    with RunReader(tmp_path / "run") as reader:
        run.event(0, "lr", lr=0.1)
        run.log("info", "Bücher “lesen”")
        run.commit()
        assert reader.events() == ()
        reader.refresh()
        assert [event.kind for event in reader.events()] == ["lr"]
        run.event(3, "diverged", "Linear 1", direction="forward")
        run.close()
        reader.refresh()
        event = reader.events()[1]
        assert (event.step, event.kind, event.layer, dict(event.detail)) == (
            3,
            "diverged",
            "Linear 1",
            {"direction": "forward"},
        )
        assert [log.text for log in reader.logs()] == ["Bücher “lesen”"]


def test_status_of_a_finished_run(tmp_path: Path, write_run: Callable[..., RunInfo]) -> None:
    end = RunStatus(state=RunState.FINISHED, finish=FinishReason.DIVERGED, reason="A NaN.")
    write_run(tmp_path / "run", np.zeros((3, 4), np.float32), finish=end)
    with RunReader(tmp_path / "run") as reader:
        assert reader.status == RunStatus(
            state=RunState.FINISHED, steps=3, finish=FinishReason.DIVERGED, reason="A NaN."
        )


def test_memory_of_tiles_is_bounded(
    long_run: tuple[RunReader, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradviz.records import tiles

    reader, rows = long_run
    monkeypatch.setattr(tiles, "CACHE_BYTES", 50_000)
    with RunReader(reader.path) as small:
        series = small.series("grad_norm", 0, EVERYTHING, EVERYTHING)
        np.testing.assert_array_equal(series.mean.T, rows[:, 2:])
        assert sum(tile.nbytes for tile in small._rows._cache.values()) <= 50_000


@pytest.fixture
def readers(long_run: tuple[RunReader, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> list[RunReader]:
    """Four of one run, alone with room for 400,000 bytes of tiles."""
    from gradviz.records import tiles

    long_run[0]._rows.close()
    monkeypatch.setattr(tiles, "CACHE_BYTES", 400_000)
    monkeypatch.setattr(tiles, "_LEAST_BYTES", 20_000)
    return [RunReader(long_run[0].path) for _ in range(4)]


def test_runs_that_are_open_together_share_the_room_for_tiles(readers: list[RunReader]) -> None:
    for reader in readers:
        reader.series("grad_norm", 0, EVERYTHING, EVERYTHING)
    sizes = [reader._rows._cached for reader in readers]
    assert sizes == [sum(tile.nbytes for tile in reader._rows._cache.values()) for reader in readers]
    assert sum(sizes) <= 400_000
    for reader in readers[1:]:
        reader.close()
        assert reader._rows._cached == 0
    readers[0].series("train_loss", 0, EVERYTHING, EVERYTHING)
    readers[0].series("grad_norm", 0, EVERYTHING, EVERYTHING)
    assert readers[0]._rows._cached > 200_000
    readers[0].close()


def test_a_store_that_is_deleted_while_it_is_read(
    tmp_path: Path, write_run: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray]
) -> None:
    rows = some_rows(TILE + 5)
    write_run(tmp_path / "run", rows)
    with RunReader(tmp_path / "run") as reader:
        for file in tmp_path.iterdir():
            file.unlink()
        assert not reader.refresh()
        np.testing.assert_array_equal(
            reader.series("grad_norm", 0, EVERYTHING, EVERYTHING).mean.T, rows[:, 2:]
        )


def test_lists_grow_without_being_made_anew(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2))
    run.sample("val_loss", 0, 1.0)
    run.commit()
    with RunReader(tmp_path / "run") as reader:
        first = reader.samples("val_loss")
        assert reader.samples("val_loss")[1] is first[1]
        run.sample("val_loss", 1, 2.0)
        run.commit()
        reader.refresh()
        assert reader.samples("val_loss")[1].tolist() == [[1], [2]]
        assert first[1].tolist() == [[1]]
    run.close()


def test_what_other_runs_leave_is_for_the_one_that_needs_it(readers: list[RunReader]) -> None:
    for reader in readers[1:]:
        reader.series("train_loss", 0, 1000, 1000)
    readers[0].series("train_loss", 0, EVERYTHING, EVERYTHING)
    readers[0].series("grad_norm", 0, EVERYTHING, EVERYTHING)
    assert 320_000 < readers[0]._rows._cached <= 340_000
    for reader in readers:
        reader.close()
