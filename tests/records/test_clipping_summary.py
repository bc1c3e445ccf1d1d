from dataclasses import replace

import numpy as np
import pytest

from gradviz.records.clipping_summary import clipping_summary
from gradviz.records.reader import RunReader
from gradviz.records.run import SeriesInfo
from gradviz.records.writer import RunWriter

SERIES = tuple(SeriesInfo(quantity=q, width=1) for q in ("clipped", "clip_factor", "clip_angle"))


def test_it_is_over_all_steps_however_many(tmp_path, new_info) -> None:
    steps = 5000
    random = np.random.default_rng(0)
    factor = np.minimum(random.uniform(0.2, 2, steps), 1)
    angle = np.where(factor < 1, random.uniform(0, 40, steps), 0)
    angle[7] = np.nan
    writer = RunWriter.create(tmp_path / "run", replace(new_info(1), series=SERIES))
    for step in range(steps):
        writer.append(step, np.array([factor[step] < 1, factor[step], angle[step]], np.float32))
    writer.close()
    with RunReader(tmp_path / "run") as reader:
        found = clipping_summary(reader)
    assert found is not None
    assert found.share == pytest.approx((factor < 1).mean(), rel=1e-5)
    assert found.smallest_factor == pytest.approx(factor.min(), rel=1e-5)
    assert found.largest_angle == pytest.approx(np.nanmax(angle), rel=1e-5)


def test_a_run_without_clipping_or_steps_has_none(tmp_path, new_info) -> None:
    RunWriter.create(tmp_path / "plain", new_info(1)).close()
    RunWriter.create(tmp_path / "empty", replace(new_info(1), series=SERIES)).close()
    for name in ("plain", "empty"):
        with RunReader(tmp_path / name) as reader:
            assert clipping_summary(reader) is None
