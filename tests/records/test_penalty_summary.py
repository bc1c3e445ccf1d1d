from dataclasses import replace

import numpy as np
import pytest

from gradviz.records.penalty_summary import penalty_summary
from gradviz.records.reader import RunReader
from gradviz.records.run import SeriesInfo
from gradviz.records.writer import RunWriter

SERIES = (SeriesInfo(quantity="penalty_ratio", width=1),)


@pytest.mark.parametrize("steps", [3, 5000])
def test_mean_and_last_are_over_all_steps_however_many(tmp_path, new_info, steps) -> None:
    ratio = np.random.default_rng(0).uniform(0, 2, steps).astype(np.float32)
    writer = RunWriter.create(tmp_path / "run", replace(new_info(1), series=SERIES))
    for step in range(steps):
        writer.append(step, ratio[step : step + 1])
    writer.close()
    with RunReader(tmp_path / "run") as reader:
        found = penalty_summary(reader)
    assert found is not None
    assert found.mean == pytest.approx(ratio.mean(), rel=1e-5)
    assert found.last == ratio[-1]


def test_a_step_without_a_gradient_of_the_loss_does_not_count(tmp_path, new_info) -> None:
    writer = RunWriter.create(tmp_path / "run", replace(new_info(1), series=SERIES))
    for step, ratio in enumerate((1.0, np.inf, np.nan, 3.0)):
        writer.append(step, np.array([ratio], np.float32))
    writer.close()
    with RunReader(tmp_path / "run") as reader:
        found = penalty_summary(reader)
    assert found is not None
    assert (found.mean, found.last) == (2, 3)


def test_a_run_without_a_penalty_or_steps_has_none(tmp_path, new_info) -> None:
    RunWriter.create(tmp_path / "plain", new_info(1)).close()
    RunWriter.create(tmp_path / "empty", replace(new_info(1), series=SERIES)).close()
    for name in ("plain", "empty"):
        with RunReader(tmp_path / name) as reader:
            assert penalty_summary(reader) is None
