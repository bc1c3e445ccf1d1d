"""What is read at a cursor that lies outside of the shown stretch, against the whole run."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.snapshot import take_snapshot
from gradviz.records.writer import RunWriter

RATIOS = frozenset({"update_ratio"})


@pytest.fixture
def store(tmp_path: Path, new_info: Callable[..., RunInfo], some_rows: Callable[..., np.ndarray]) -> Path:
    writer = RunWriter.create(tmp_path / "run", new_info(2))
    for step, row in enumerate(some_rows(200)):
        writer.append(step, row)
        if step % 30 == 0:
            writer.sample("val_loss", step, [step])
            writer.sample("update_ratio", step, [step + 0.25, step + 0.75])
    writer.close()
    return tmp_path / "run"


@pytest.mark.parametrize("cursor", [0, 44, 199])
def test_a_cursor_out_of_sight_has_its_values(store: Path, cursor: int) -> None:
    with RunReader(store) as reader:
        zoomed = take_snapshot(reader, cursor=cursor, layer=1, columns=100, view=(100, 140), wanted=RATIOS)
        whole = take_snapshot(reader, cursor=cursor, layer=1, columns=1000, view=None, wanted=RATIOS)
    assert whole.at_cursor is None
    assert zoomed.at_cursor is not None
    for quantity, series in whole.numbers.items():
        found = zoomed.at_cursor.numbers[quantity]
        np.testing.assert_array_equal(found.mean, series.mean[:, max(cursor - 49, 0) : cursor + 1])
    measured = cursor // 30 * 30
    assert {
        quantity: (int(at[0]), float(value[0])) for quantity, (at, value) in zoomed.at_cursor.curves.items()
    } == {
        "val_loss": (measured, measured),
        "update_ratio_low": (measured, measured + 0.25),
        "update_ratio_median": (measured, measured + 0.5),
        "update_ratio_high": (measured, measured + 0.75),
        "update_ratio_layer": (measured, measured + 0.75),
    }


def test_a_cursor_in_sight_needs_no_more(store: Path) -> None:
    with RunReader(store) as reader:
        for cursor in (100, 120, 140):
            assert (
                take_snapshot(reader, cursor=cursor, layer=1, columns=50, view=(100, 140)).at_cursor is None
            )


def test_where_steps_are_drawn_together_the_cursor_has_the_values_of_its_own(store: Path) -> None:
    with RunReader(store) as reader:
        for cursor in (0, 101, 199):
            thinned = take_snapshot(reader, cursor=cursor, layer=1, columns=10, view=None)
            assert thinned.numbers["train_loss"].level > 0
            assert thinned.at_cursor is not None
            found = thinned.at_cursor.numbers["train_loss"].mean[0, -1]
            np.testing.assert_array_equal(found, reader.at("train_loss", cursor)[1][0])
