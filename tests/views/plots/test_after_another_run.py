"""What a plot shows of a run is what it would show of it alone, whatever run stood there before."""

from __future__ import annotations

from dataclasses import replace

import passing_runs
import pytest
from PySide6.QtWidgets import QApplication
from time_gradients import gradient

from gradviz.records.snapshot import HISTORIES
from gradviz.views.plots.plot_area import PlotArea
from gradviz.views.plots.registry import offers

NUMBERS = ("clip_factor", "clip_angle", "clipped", "global_norm", "learning_rate")


@pytest.fixture
def taken(snapshot):
    """A snapshot at the last step of a run in which everything is measured; two differ in all numbers."""

    def make(times: float, count: int = 12, *, broken_from: int | None = None):
        network = passing_runs.network(count)
        shot = snapshot(
            steps=60,
            network=network,
            clipped=True,
            weakest=-12 / times,
            first_loss=2.3 * times,
            non_finite_from=broken_from,
            numbers=dict.fromkeys(NUMBERS, lambda step: 0.5 + times * step / 100),
            events=[
                (0, "blocks", None, passing_runs.block_event(2, 2)),
                (20, "text_sample", None, {"prompt": "a", "text": f"b{times}"}),
                (int(10 * times), "spike", "Linear 1", {"factor": 12.0}),
            ],
            passing=lambda writer, step: passing_runs.sample_passing(
                Scaled(writer, times), step, network, blocks=2
            ),
            layer=2,
            wanted=frozenset(HISTORIES),
        )
        found = gradient(20)
        rows = tuple(row._replace(norms=row.norms * times) for row in found.rows)
        return replace(shot, time_gradient=found._replace(rows=rows))

    return make


class Scaled:
    """A writer of smaller numbers."""

    def __init__(self, writer, times: float) -> None:
        self._writer, self._times = writer, times

    def sample(self, quantity, step, values, layer=-1) -> None:
        self._writer.sample(quantity, step, values / self._times, layer)


def show(area: PlotArea, shot) -> None:
    area.show_snapshot(shot)
    for key in offers():
        if area.ensemble.has(key):
            area.show_plot(key)
            area.plot(key).show_snapshot(shot)
            area.plot(key).write_numbers(shot)
    QApplication.processEvents()


@pytest.mark.parametrize("before", [{}, {"count": 40}, {"broken_from": 30}], ids=["same", "deeper", "broken"])
def test_nothing_is_left_of_the_run_before(app, qtbot, taken, before) -> None:
    first, second = taken(2.0, **before), taken(1.0)
    areas = [PlotArea(), PlotArea()]
    for area in areas:
        qtbot.addWidget(area)
        area.resize(1100, 800)
        area.show()
        area.select_layers((2,))
    show(areas[0], first)
    for area in areas:
        show(area, second)
    after, alone = areas
    keys = [key for key in offers() if alone.ensemble.has(key)]
    assert {"flow", "profile", "updates", "chain", "activations", "time", "histograms", "map"} < {*keys}
    for key in keys:
        for area in areas:
            area.show_plot(key)
            area.plot(key).write_numbers(second)
        QApplication.processEvents()
        assert after.plot(key).values().csv() == alone.plot(key).values().csv(), key
        assert after.plot(key).picture() == alone.plot(key).picture(), key
