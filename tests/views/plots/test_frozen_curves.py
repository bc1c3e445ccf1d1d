"""Curves of a layer that is frozen: its zeros are marked as frozen, and not as vanished."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradviz.records.parts import LayerParts, PartKind
from gradviz.views.plots.curve_design import families
from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.part_design import gates, heads
from gradviz.views.plots.step_curves import StepCurves

EVENTS = [(0, "frozen", "Linear 1", {}), (60, "unfrozen", "Linear 1", {})]
RATIOS = frozenset({"update_ratio"})
PARTS = frozenset({"part_norm"})


def view_of(qtbot, shot, key="updates"):
    made = {"gates": gates, "heads": heads}.get(key) or (lambda: next(f for f in families() if f.key == key))
    view = StepCurves(made().of({*shot.numbers, *shot.curves, "update_ratio"}))
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    view.show_snapshot(shot)
    view.show_values(shot)
    return view


def marked(pane, mark):
    return sorted({x for x, _ in pane.marks.places(mark).tolist()})


def test_the_ratios_of_a_frozen_layer_are_no_vanished_ones(qtbot, app, snapshot) -> None:
    shot = snapshot(steps=100, layers=12, layer=0, zero_rows=2, events=EVENTS, wanted=RATIOS, cursor=45)
    (pane,) = view_of(qtbot, shot).panes
    assert marked(pane, Mark.FROZEN) == [0, 20, 40]
    assert marked(pane, Mark.ZERO) == [60, 80]
    assert pane.marks.count(Mark.FROZEN) == 3
    assert dict(pane.values_at(45))["Linear 1"] == "frozen"
    assert dict(pane.values_at(85))["Linear 1"] == "0 (step 80)"
    assert [value.value for value in pane._margin._values if value.name == "Linear 1"] == ["frozen"]


def test_another_layer_with_the_same_zeros_is_marked_anew(qtbot, app, snapshot) -> None:
    shot = snapshot(steps=100, layers=12, layer=0, zero_rows=2, events=EVENTS, wanted=RATIOS)
    view = view_of(qtbot, shot)
    view.show_snapshot(replace(shot, layer=1))
    (pane,) = view.panes
    assert pane.marks.count(Mark.FROZEN) == 0
    assert marked(pane, Mark.ZERO) == [0, 20, 40, 60, 80]


def test_the_median_is_that_of_the_layers_that_learn(snapshot) -> None:
    events = [(0, "frozen", f"Linear {number}", {}) for number in range(1, 9)]
    shot = snapshot(steps=100, layers=12, layer=0, zero_rows=8, events=events, wanted=RATIOS)
    values = shot.history["update_ratio"][1]
    assert (np.median(values, axis=1) == 0).all()
    np.testing.assert_array_equal(shot.curves["update_ratio_median"][1], np.median(values[:, 8:], axis=1))
    aside = snapshot(
        steps=100, layers=12, layer=0, zero_rows=8, events=events, wanted=RATIOS, cursor=5, view=(50, 99)
    )
    assert aside.at_cursor.curves["update_ratio_median"][1] == np.median(values[0, 8:])


@pytest.mark.parametrize(("key", "count"), [("gates", 0), ("heads", 4), ("heads", 20)])
def test_gates_and_heads_of_a_frozen_layer(qtbot, app, snapshot, key, count) -> None:
    if count:
        names = tuple(f"head {number}" for number in range(1, count + 1))
        parts = (
            LayerParts(layer=2, kind=PartKind.PROJECTION, names=("q", "k", "v")),
            LayerParts(layer=2, kind=PartKind.HEAD, names=names),
        )
    else:
        parts = (LayerParts(layer=2, kind=PartKind.GATE, names=("i", "f", "g", "o")),)
    events = [(0, "frozen", "Linear 3", {}), (60, "unfrozen", "Linear 3", {})]
    shot = snapshot(steps=100, layers=5, events=events, wanted=PARTS, parts=parts, cursor=30)

    def still(series):
        values = [
            np.where(series.steps < 60, 0, each).astype(np.float32) for each in (series.mean, series.low)
        ]
        return replace(series, mean=values[0], low=values[1], high=values[0])

    frozen = {name: still(series) if ":" in name else series for name, series in shot.numbers.items()}
    view = view_of(qtbot, replace(shot, numbers=frozen), key)
    for pane in view.panes:
        assert marked(pane, Mark.FROZEN) == list(range(60))
        assert marked(pane, Mark.ZERO) == []
        assert {value for _, value in pane.values_at(30, 0)} == {"frozen"}
        assert "frozen" not in {value for _, value in pane.values_at(80, 0)}
