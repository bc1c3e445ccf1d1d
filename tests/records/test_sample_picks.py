"""Thinned reads of scheduled measurements against a slow and obvious twin."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.sample_picks import MOST_KEPT
from gradviz.records.writer import RunWriter

STEPS = 300


@pytest.fixture(scope="module")
def new_run(
    tmp_path_factory: pytest.TempPathFactory, new_info: Callable[..., RunInfo]
) -> Callable[[], RunWriter]:
    """Runs of their own, for Hypothesis."""
    return lambda: RunWriter.create(tmp_path_factory.mktemp("picks") / "run", new_info(2))


def slow(measured: Sequence[int], first: int, last: int, columns: int) -> list[int]:
    """The places in `measured` that a picture of `columns` columns shows."""
    width = 1
    while last - first + 1 > columns * width:
        width *= 2
    newest = {step // width: place for place, step in enumerate(measured) if step <= last}
    shown = list(newest.values())
    before = [place for place in shown if measured[place] < first]
    after = {step: place for place, step in enumerate(measured) if step > last}
    behind = [after[min(after)]] if after else []
    return [*before[-1:], *(place for place in shown if measured[place] >= first), *behind]


def written(run: RunWriter, steps: int, measured: Sequence[int] = (), begin: int = 0) -> None:
    """Record so many steps, and the place of each step in `measured` as its loss."""
    places = iter(range(len(measured)))
    for step in range(begin, steps):
        run.append(step, np.zeros(4, np.float32))
        for at in (at for at in measured if at == step):
            run.sample("val_loss", at, next(places))
    run.commit()


stretches = st.tuples(st.integers(0, STEPS), st.integers(0, STEPS), st.integers(1, 400))


@given(st.lists(st.integers(0, STEPS - 1), max_size=80).map(sorted), st.lists(stretches, max_size=6))
def test_any_stretch_has_the_newest_of_each_column(new_run, measured, asked) -> None:
    run = new_run()
    written(run, STEPS, measured)
    with RunReader(run.path) as reader:
        for one, other, columns in [*asked, *asked]:
            first, last = min(one, other), min(max(one, other), STEPS - 1)
            steps, values = reader.picked("val_loss", first, last, columns)
            wanted = slow(measured, first, last, columns)
            assert values.reshape(-1).tolist() == wanted
            assert steps.tolist() == [measured[place] for place in wanted]
        assert reader.damage == ()
    run.close()


@given(st.lists(st.integers(0, STEPS - 1), min_size=1, max_size=60).map(sorted), st.data())
def test_a_growing_run_is_read_as_if_afresh(new_run, measured, data) -> None:
    run = new_run()
    columns = data.draw(st.integers(1, 60))
    grown, places = 0, 0
    with RunReader(run.path) as reader:
        while grown < STEPS:
            begin, grown = grown, min(STEPS, grown + data.draw(st.integers(1, 120)))
            for step in range(begin, grown):
                run.append(step, np.zeros(4, np.float32))
                while places < len(measured) and measured[places] == step:
                    run.sample("val_loss", step, places)
                    places += 1
            run.commit()
            reader.refresh()
            steps, values = reader.picked("val_loss", 0, grown - 1, columns)
            assert values.reshape(-1).tolist() == slow(measured[:places], 0, grown - 1, columns)
            again = reader.picked("val_loss", 0, grown - 1, columns)
            assert again[0] is steps
            assert again[1] is values
            last = min(grown, STEPS // 3) - 1
            within = reader.picked("val_loss", 0, last, columns)[1].reshape(-1).tolist()
            assert within == slow(measured[:places], 0, last, columns)
    run.close()


def test_nothing_new_gives_the_same_arrays_though_the_run_grows(new_run) -> None:
    run = new_run()
    written(run, 40, [5, 20])
    with RunReader(run.path) as reader:
        first = reader.picked("val_loss", 0, 39, 100)
        written(run, 60, begin=40)
        run.sample("val_accuracy", 59, 0.5)
        run.commit()
        reader.refresh()
        assert reader.picked("val_loss", 0, 59, 100)[1] is first[1]
    run.close()


def test_measured_once_more_at_the_same_step_the_newer_counts(new_run) -> None:
    run = new_run()
    written(run, 30, [5, 20])
    with RunReader(run.path) as reader:
        reader.picked("val_loss", 0, 29, 100)
        run.sample("val_loss", 20, 7.0)
        run.commit()
        reader.refresh()
        assert reader.picked("val_loss", 0, 29, 100)[1].tolist() == [[0], [7]]
        assert reader.recent_samples("val_loss", 29, 2).tolist() == [[1], [7]]
        assert reader.recent_samples("val_loss", 19, 2).tolist() == [[0]]
        assert reader.recent_samples("val_loss", 4, 2).shape == (0, 0)
    run.close()


def test_a_damaged_one_is_left_out_and_told(new_run) -> None:
    run = new_run()
    written(run, 30, [5, 20, 25])
    run.close()
    with closing(sqlite3.connect(run.path)) as file:
        file.execute("UPDATE sample SET data = x'00000000' WHERE step = 20")
        file.commit()
    with RunReader(run.path) as reader:
        assert reader.picked("val_loss", 0, 29, 100)[0].tolist() == [5, 25]
        assert reader.recent_samples("val_loss", 29, 3).tolist() == [[0], [2]]
        assert "val_loss (measurement 2): damaged" in reader.damage[0]


def test_what_is_kept_in_memory_is_bounded(new_run) -> None:
    run = new_run()
    written(run, 50, [5, 20])
    with RunReader(run.path) as reader:
        for first in range(40):
            reader.picked("val_loss", first, 49, 10)
        assert len(reader._samples.picks._known) == MOST_KEPT
    run.close()


def test_thinning_in_between_is_noticed(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2), budget=4000)
    with RunReader(run.path) as reader:
        for step in range(60):
            run.append(step, np.zeros(4, np.float32))
            run.sample("weight_norm", step, np.full(8, step, np.float32))
            run.commit()
            reader.refresh()
            picked = reader.picked("weight_norm", 0, step, 1000)[0].tolist()
            assert picked == reader.samples("weight_norm")[0].tolist()
        assert len(picked) < 60
    run.close()
