"""The map's difference: every cell against a slow twin, and what the map shows of it."""

import math
from dataclasses import replace

import numpy as np
import pointer
import pytest

from gradviz.records.series import Series
from gradviz.views.plots import magnitude
from gradviz.views.plots.difference import DIFFERENCES, encode_ratios, on_both_sides, ratios
from gradviz.views.plots.flow_map import FlowMap


def series(random, layers: int, first: int, gaps) -> Series:
    counts = np.array(gaps, np.int64)
    steps = first + np.concatenate([[0], np.cumsum(counts)[:-1]])
    values = 10 ** random.uniform(-30, 5, (layers, len(counts)))
    for value in (0, np.nan, np.inf):
        values[random.random(values.shape) < 0.1] = value
    values = values.astype(np.float32)
    return Series(steps=steps, counts=counts, mean=values, low=values, high=values, level=0)


@pytest.mark.parametrize("seed", range(12))
def test_every_ratio_is_that_of_the_layer_of_that_name_at_that_step(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = [f"L{i}" for i in range(4)]
    others = list(random.permutation(["L0", "L1", "L3", "other", "more"]))
    shown = series(random, 4, 0, random.integers(1, 9, 30))
    other = series(random, 5, int(random.integers(0, 20)), random.integers(1, 9, 12))
    found, known = ratios(shown, names, other, others)
    for row, name in enumerate(names):
        for column, step in enumerate(shown.steps):
            at = [i for i in range(12) if other.steps[i] <= step < other.steps[i] + other.counts[i]]
            there = name in others and bool(at)
            assert known[row, column] == there
            if there:
                above, below = float(shown.mean[row, column]), float(other.mean[others.index(name), at[0]])
                assert found[row, column] == pytest.approx(divided(above, below), rel=1e-6, nan_ok=True)


def divided(above: float, below: float) -> float:
    if math.isnan(above) or math.isnan(below) or (math.isinf(above) and math.isinf(below)):
        return math.nan
    if above == 0:
        return 0.0
    return math.inf if below == 0 else above / below


def test_what_single_precision_cannot_hold_is_no_zero_and_not_infinite() -> None:
    one = np.array([0], np.int64)

    def of(value: float) -> Series:
        values = np.array([[value]], np.float32)
        return Series(steps=one, counts=one + 1, mean=values, low=values, high=values, level=0)

    for above, below in ((1e-30, 1e30), (1e30, 1e-30)):
        found, _ = ratios(of(above), ["a"], of(below), ["a"])
        assert 0 < found[0, 0] < np.inf
        assert (found[0, 0] > 1) == (above > below)


def test_no_steps_to_compare_with_leave_the_map_empty() -> None:
    random = np.random.default_rng(0)
    shown = series(random, 2, 0, [1, 1])
    nothing = np.empty(0, np.int64)
    empty = np.empty((2, 0), np.float32)
    other = Series(steps=nothing, counts=nothing, mean=empty, low=empty, high=empty, level=0)
    found, known = ratios(shown, ["a", "b"], other, ["a", "b"])
    assert not known.any()
    assert (encode_ratios(found, known, 1) == magnitude.NOTHING).all()


def test_equal_is_in_the_middle_of_the_colours_and_both_sides_span_the_same() -> None:
    codes = encode_ratios(np.array([[0.01, 1.0, 100.0]]), np.ones((1, 3), bool), 2)
    assert codes[0, 0] == magnitude.FIRST
    assert codes[0, 2] == 255
    assert abs(int(codes[0, 1]) - (magnitude.FIRST + 255) / 2) <= 1
    assert on_both_sides(-3.2, 0.1) == (-4.0, 4.0)
    assert on_both_sides(0.0, 0.0) == (-1.0, 1.0)
    assert len(DIFFERENCES) % 2 == 1


@pytest.fixture
def flow(app, qtbot):
    view = FlowMap()
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    return view


def test_the_map_shows_the_difference_while_it_is_asked_for(flow, snapshot, compared) -> None:
    shot = snapshot(layers=6, steps=80, weakest=-4)
    other = compared("one", 1, layers=6, steps=50, weakest=-8, has_flow=True)
    asked = []
    flow.difference_changed.connect(asked.append)
    flow.show_snapshot(shot)
    norms = flow._image.image
    assert flow.difference.isHidden()
    flow.show_compared((other,))
    assert flow.difference.text() == "relative to Run 1"
    assert np.array_equal(flow._image.image, norms)
    flow.difference.click()
    assert asked == ["one"]
    image = flow._image.image
    assert (image[:, 50:] == magnitude.NOTHING).all()
    assert (image[:5, :50] > 130).all()
    assert (flow._bar._low, flow._bar._high) == (-4.0, 4.0)
    assert flow.remark.text() == "norms ÷ those of Run 1: orange is larger"
    assert flow._bar._unit == "ratio"
    assert flow.figure_head().remark == flow.remark.text()
    flow.shown_run = "Mine"
    assert flow.figure_head().remark == "norms of Mine ÷ those of Run 1: orange is larger"
    pointer.hover(flow.canvas, flow.canvas.boxes[0], 10, 0)
    assert "times that of Run 1" in flow.canvas.card.text
    values = flow.values()
    assert "over that of Run 1" in values.columns[0].name
    assert float(values.columns[1].cells[0]) == pytest.approx(
        float(shot.flow.mean[0, 0]) / float(other.flow.mean[0, 0]), rel=1e-5
    )
    assert values.columns[60].texts() == [""] * 6
    flow.difference.click()
    assert asked == ["one", None]
    assert np.array_equal(flow._image.image, norms)
    assert (flow._bar._low, flow._bar._high) == (flow.levels.low, flow.levels.high)


def test_a_run_without_a_step_has_no_difference_to_another(flow, snapshot, compared) -> None:
    """It may stand there while the run that is compared is read anew."""
    other = compared("one", 1, layers=6, steps=50, has_flow=True)
    flow.show_compared((other,))
    flow.show_snapshot(snapshot(layers=6, steps=80, done=0))
    flow.difference.click()
    flow.show_compared((replace(other),))
    assert flow._image.image is None
    assert flow.values() is None


def test_among_several_runs_the_menu_chooses_and_a_run_that_goes_takes_the_difference_away(
    flow, snapshot, compared
) -> None:
    runs = tuple(
        compared(name, number, layers=4, steps=20, has_flow=True) for number, name in enumerate("ab", 1)
    )
    flow.show_snapshot(snapshot(layers=4, steps=20))
    flow.show_compared(runs)
    flow.difference.choices[1].trigger()
    assert flow.difference.run == "b"
    assert flow.difference.text() == "relative to Run 2"
    flow.show_compared(runs[:1])
    assert flow.difference.run is None
    assert flow._ratios is None
    flow.show_compared(())
    assert flow.difference.isHidden()
