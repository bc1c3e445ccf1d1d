from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.snapshot import take_snapshot
from gradviz.records.through_time import TimeGradient, time_gradient
from gradviz.records.writer import RunWriter

LENGTH = 5


@pytest.fixture
def recorded(tmp_path: Path, new_info: Callable[..., RunInfo]) -> Callable[..., TimeGradient | None]:
    """Linear, two LSTMs, Linear; both LSTMs were measured at steps 2 and 8."""
    plain = new_info(4)
    kinds = ("Linear", "LSTM", "LSTM", "Linear")
    layers = tuple(
        replace(layer, kind=kind, output_shape=(LENGTH, 3))
        for layer, kind in zip(plain.layers, kinds, strict=True)
    )
    run = RunWriter.create(tmp_path / "run", replace(plain, layers=layers))
    for step in (2, 8):
        for layer in (1, 2):
            run.sample("time_gradient_h", step, np.arange(2 * LENGTH) + 100.0 * layer + step, layer)
            run.sample("time_gradient_c", step, np.arange(2 * LENGTH) * 0.5, layer)
    run.sample("time_gradient_h_backwards", 8, np.ones(2 * LENGTH), 2)
    run.close()

    def look(step: int, selected: int | None) -> TimeGradient | None:
        with RunReader(tmp_path / "run") as reader:
            return time_gradient(reader, step, selected)

    return look


def test_the_newest_of_the_selected_layer(recorded: Callable[..., TimeGradient | None]) -> None:
    found = recorded(7, 1)
    assert found is not None
    assert (found.step, found.layer.index, found.stacked) == (2, 1, 2)
    assert [(row.state, row.layer, row.backwards) for row in found.rows] == [
        ("h", 0, False),
        ("h", 1, False),
        ("c", 0, False),
        ("c", 1, False),
    ]
    assert found.rows[1].norms.tolist() == [107, 108, 109, 110, 111]


@pytest.mark.parametrize("selected", [None, 0, 3])
def test_without_a_recurrent_one_selected_it_is_the_last(
    recorded: Callable[..., TimeGradient | None], selected: int | None
) -> None:
    found = recorded(100, selected)
    assert found is not None
    assert (found.step, found.layer.index) == (8, 2)
    assert [(row.layer, row.backwards) for row in found.rows if row.backwards] == [(0, True), (1, True)]


def test_before_the_first_there_is_none(recorded: Callable[..., TimeGradient | None]) -> None:
    assert recorded(1, 1) is None


def test_a_layer_that_gives_no_sequence_has_one_row(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    plain = new_info(1)
    layers = tuple(replace(layer, kind="GRU", output_shape=(4,)) for layer in plain.layers)
    run = RunWriter.create(tmp_path / "other", replace(plain, layers=layers))
    run.sample("time_gradient_h", 0, np.arange(7.0), 0)
    run.close()
    with RunReader(tmp_path / "other") as reader:
        found = time_gradient(reader, 0, None)
    assert found is not None
    assert found.rows[0].norms.tolist() == list(range(7))


def test_a_layer_that_another_run_had_is_none(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    """Who clicks in the picture of a deeper run just before this one takes its place still sees this one."""
    lstm = replace(new_info(2).layers[0], kind="LSTM", output_shape=(5, 4))
    run = RunWriter.create(tmp_path / "run", replace(new_info(1), layers=(lstm,)))
    run.append(0, np.ones(run.width))
    run.sample("time_gradient_h", 0, np.arange(5.0), lstm.index)
    run.close()
    with RunReader(tmp_path / "run") as reader:
        wanted = frozenset({"update_ratio", "weight_histogram", "part_norm"})
        shot = take_snapshot(reader, cursor=None, layer=15, columns=100, view=None, wanted=wanted)
    assert shot.layer is None
    assert shot.time_gradient is not None
