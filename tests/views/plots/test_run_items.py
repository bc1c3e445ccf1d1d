"""Items of compared runs are given points only where these differ."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.run_items import RunItems, hollow_marks, thin_line
from gradviz.views.theme import DARK, LIGHT

RUNS = [SimpleNamespace(id="a", number=1), SimpleNamespace(id="b", number=2)]


def points(last: float) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {
        "a": (np.arange(4), np.array([1.0, np.nan, 3.0, 4.0])),
        "b": (np.arange(2), np.array([1.0, last])),
    }


@pytest.mark.parametrize("make", [thin_line(), hollow_marks("o")], ids=["line", "marks"])
def test_only_what_differs_is_drawn_anew(app, make) -> None:
    items = RunItems(PlotBox(), make)
    items.show(RUNS, points(2.0), LIGHT)
    given = []
    for run_id, item in items.items.items():
        item.setData = lambda run_id=run_id, **_data: given.append(run_id)
    items.show(RUNS, points(2.0), LIGHT)
    assert given == []
    items.show(RUNS, points(5.0), LIGHT)
    assert given == ["b"]
    items.show(RUNS, {"b": points(5.0)["b"]}, LIGHT)
    assert given == ["b", "a"]


def test_another_colour_or_a_run_that_comes_back_has_its_points(app) -> None:
    items = RunItems(PlotBox(), thin_line())
    for theme in (LIGHT, DARK):
        items.show(RUNS, points(2.0), theme)
        assert items.items["b"].getData()[1].tolist() == [1.0, 2.0]
    items.show(RUNS[:1], points(2.0), DARK)
    assert list(items.items) == ["a"]
    items.show(RUNS, points(2.0), DARK)
    assert items.items["b"].getData()[1].tolist() == [1.0, 2.0]
