"""What every stretch of a run has to be: the recorded steps, each once, thinned as they were written."""

from __future__ import annotations

import numpy as np

from gradviz.records.series import Series


def check_series(series: Series, rows: np.ndarray, first: int, last: int) -> None:
    """Every column is the mean, smallest and largest of the rows that it stands for."""
    assert series.steps[0] <= first
    assert (series.steps[1:] == series.steps[:-1] + series.counts[:-1]).all()
    assert series.steps[-1] + series.counts[-1] > min(last, len(rows) - 1)
    for at, (step, count) in enumerate(zip(series.steps, series.counts, strict=True)):
        part = rows[step : step + count]
        assert len(part) == count
        high = np.max(part, axis=0)
        np.testing.assert_array_equal(series.low[:, at], np.fmin.reduce(part, axis=0))
        np.testing.assert_array_equal(series.high[:, at], high)
        with np.errstate(invalid="ignore"):
            mean = part.mean(axis=0, dtype=np.float64)
        np.testing.assert_allclose(
            series.mean[:, at], mean, rtol=1e-5, atol=np.abs(part[np.isfinite(part)]).max(initial=0) * 1e-6
        )
