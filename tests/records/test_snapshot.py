from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.histogram import BINS, LOOKED_AT
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo, SeriesInfo
from gradviz.records.schema import TILE
from gradviz.records.snapshot import BAND_STEPS, take_snapshot
from gradviz.records.writer import RunWriter


def test_before_the_first_step(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    RunWriter.create(tmp_path / "run", new_info(3)).close()
    with RunReader(tmp_path / "run") as reader:
        shot = take_snapshot(reader, cursor=None, layer=0, columns=100, view=None)
    assert (shot.last_step, shot.cursor, shot.live, shot.exact) == (-1, -1, True, True)
    assert shot.profile.step == -1
    assert np.isnan(shot.profile.values).all()
    assert shot.profile.clipped is None
    assert shot.flow.mean.shape == (3, 0)
    assert not shot.curves
    assert shot.weight_norm is shot.weight_histogram is shot.measuring_cost is None


def test_everything_at_a_cursor(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    rows = np.random.default_rng(0).random((200, 6), np.float32)
    rows[120, 3] = np.nan
    run = RunWriter.create(tmp_path / "run", new_info(2, clipped=True))
    for step, row in enumerate(rows):
        run.append(step, row)
        if step % 50 == 0:
            run.sample("val_loss", step, step)
            run.sample("val_accuracy", step, 0.5)
            run.sample("weight_norm", step, row[:2])
            run.sample("update_ratio", step, row[2:4])
            run.sample("measuring_cost", step, 0.03)
            run.sample("steps_per_second", step, 100.0 + step)
            for layer in range(2):
                run.sample("weight_histogram", step, np.full(BINS, step + layer), layer)
                run.sample("gradient_histogram", step, np.full(BINS, step - layer), layer)
    run.event(3, "lr", lr=1.0)
    run.close()
    with RunReader(tmp_path / "run") as reader:
        shot = take_snapshot(reader, cursor=130, layer=1, columns=40, view=(100, 180))
        live = take_snapshot(reader, cursor=None, layer=None, columns=4000, view=None)
    assert (shot.last_step, shot.cursor, shot.live, shot.exact, shot.layer) == (199, 130, False, True, 1)
    assert shot.profile.step == 130
    assert shot.profile.values.tolist() == rows[130, 2:4].tolist()
    assert shot.profile.clipped is not None
    assert shot.profile.clipped.tolist() == rows[130, 4:].tolist()
    band = rows[131 - BAND_STEPS : 131, 2:4]
    np.testing.assert_array_equal(shot.profile.band_low, np.nanmin(band, axis=0))
    np.testing.assert_array_equal(shot.profile.band_high, np.nanmax(band, axis=0))
    assert shot.flow.steps[0] <= 100
    assert shot.flow.steps[-1] + shot.flow.counts[-1] > 180
    assert not shot.flow.all_finite
    assert {quantity: series.mean.shape[0] for quantity, series in shot.numbers.items()} == {
        "train_loss": 1,
        "train_accuracy": 1,
    }
    val_loss = shot.curves["val_loss"]
    assert val_loss[0].tolist() == val_loss[1].tolist() == [0, 50, 100, 150]
    assert shot.curves["val_accuracy"][1].tolist() == [0.5] * 4
    assert shot.weight_norm is not None
    assert shot.weight_norm[0] == 100
    assert shot.weight_norm[1].tolist() == rows[100, :2].tolist()
    assert shot.update_ratio is not None
    assert shot.weight_histogram is not None
    assert shot.weight_histogram[0] == 100
    assert shot.weight_histogram[1].tolist() == [101] * BINS
    assert shot.gradient_histogram is not None
    assert shot.gradient_histogram[1].tolist() == [99] * BINS
    assert [event.kind for event in shot.events] == ["lr"]
    assert shot.measuring_cost == pytest.approx(0.03)
    assert shot.steps_per_second == 200
    assert (live.cursor, live.live, live.layer, live.weight_histogram) == (199, True, None, None)
    assert len(live.flow.steps) == 200
    assert live.steps_per_second == 250


def test_a_view_may_go_on_behind_the_end(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(tmp_path / "run", new_info(2))
    for step in range(200):
        run.append(step, np.ones(4, np.float32))
    run.close()
    with RunReader(tmp_path / "run") as reader:
        for view, steps in (((150, 5000), range(150, 200)), ((900, 5000), [199]), (None, range(200))):
            shot = take_snapshot(reader, cursor=None, layer=0, columns=400, view=view)
            assert shot.numbers["train_loss"].steps.tolist() == list(steps)


def test_says_where_it_shows_the_nearest_kept_step(
    tmp_path: Path, write_run: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray]
) -> None:
    write_run(tmp_path / "run", some_rows(TILE * 20), budget=100_000)
    with RunReader(tmp_path / "run") as reader:
        old = take_snapshot(reader, cursor=8, layer=0, columns=100, view=None)
        new = take_snapshot(reader, cursor=TILE * 20 - 1, layer=0, columns=100, view=None)
    assert not old.exact
    assert old.profile.step == 12
    assert (old.profile.band_low <= old.profile.values).all()
    assert new.exact


def test_a_run_that_records_other_things(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    info = replace(new_info(2), series=(SeriesInfo(quantity="perplexity", width=1),))
    run = RunWriter.create(tmp_path / "run", info)
    run.append(0, np.ones(1, np.float32))
    run.close()
    with RunReader(tmp_path / "run") as reader:
        shot = take_snapshot(reader, cursor=None, layer=0, columns=10, view=None)
    assert shot.last_step == 0
    assert shot.profile.values.shape == (0,)
    assert shot.flow.mean.shape == (0, 0)


def test_of_a_sampled_layer_it_says_how_much_was_looked_at(
    tmp_path: Path, new_info: Callable[..., RunInfo]
) -> None:
    writer = RunWriter.create(tmp_path / "a.db", new_info(2))
    writer.sample(LOOKED_AT, 0, [20, 7])
    for step in range(3):
        writer.append(step, np.ones(4, np.float32))
    writer.close()
    with RunReader(tmp_path / "a.db") as reader:
        found = [
            take_snapshot(reader, cursor=0, layer=layer, columns=10, view=None).looked_at
            for layer in (None, 0, 1, 9)
        ]
    assert found == [None, None, 7, None]
