"""A histogram of a sample says so, one of all entries does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradviz.views.plots.histogram_map import HistogramMap
from gradviz.views.plots.histogram_view import HistogramView


@pytest.fixture(params=[HistogramView, HistogramMap])
def plot(request, app, qtbot):
    made = request.param()
    qtbot.addWidget(made)
    return made


def test_how_large_the_sample_is(plot, snapshot) -> None:
    shot = snapshot(steps=50, layers=5, layer=2)
    layers = list(shot.run.layers)
    layers[2] = replace(layers[2], parameters=1_600_000)
    shot = replace(shot, run=replace(shot.run, layers=tuple(layers)))
    plot.select_layer(2)
    plot.show_snapshot(replace(shot, looked_at=65_300))
    assert plot.remark.text().endswith("a sample, 65.3 k of 1.6 M entries")
    plot.show_snapshot(shot)
    assert "sample" not in plot.remark.text()
