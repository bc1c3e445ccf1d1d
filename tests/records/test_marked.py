from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.marked import marked_step
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.writer import RunWriter


@pytest.fixture
def recorded(tmp_path: Path, new_info: Callable[..., RunInfo]) -> RunReader:
    writer = RunWriter.create(tmp_path / "run", new_info(3))
    width = sum(series.width for series in new_info(3).series)
    for step in range(10):
        writer.append(step, np.full(width, step, np.float32))
    writer.sample("update_ratio", 4, np.array([1.0, 2.0, 3.0], np.float32))
    writer.close()
    return RunReader(tmp_path / "run")


def test_norms_of_that_very_step_and_the_ratios_before_it(recorded: RunReader) -> None:
    with recorded:
        found = marked_step(recorded, 7)
    assert (found.step, found.kept) == (7, 7)
    assert found.profile.tolist() == [7, 7, 7]
    assert found.update_ratio is not None
    assert found.update_ratio[0] == 4
    assert found.update_ratio[1].tolist() == [1, 2, 3]


def test_before_the_first_measurement_there_are_no_ratios(recorded: RunReader) -> None:
    with recorded:
        assert marked_step(recorded, 3).update_ratio is None
