"""Compared runs in the curves and in the profile: each in its colour, switched by its name, let go of."""

from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.plots.curve_design import families
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.run_legend import apart
from gradviz.views.plots.step_curves import StepCurves
from gradviz.views.plots.switch import LegendSwitch
from gradviz.views.theme import DARK, LIGHT, run_tone


@pytest.fixture
def curves(app, qtbot):
    recorded = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
    view = StepCurves(next(family for f in families() if (family := f.of(recorded)) is not None))
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    return view


@pytest.fixture
def profile(app, qtbot):
    view = DepthProfile()
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    view.set_decades(-4, 1)
    return view


def colour(item) -> str:
    return item._curve.opts["pen"].color().name().upper()


def test_a_compared_run_has_thin_lines_in_its_colour_of_the_theme(curves, snapshot, compared) -> None:
    run = compared("one", 3, steps=60)
    curves.show_snapshot(snapshot(steps=100))
    curves.show_compared((run,))
    training, validation = curves.panes[0].compared["one"]
    x, y = training._curve.getData()
    assert np.array_equal(x, np.arange(60))
    assert np.array_equal(y, run.numbers["train_loss"].mean[0])
    assert np.array_equal(validation._curve.getData()[0], [0, 23, 46])
    assert len(validation._dots.data) == 3  # far apart
    assert training._curve.opts["pen"].style() == Qt.PenStyle.SolidLine
    assert validation._curve.opts["pen"].style() == Qt.PenStyle.DashLine
    assert colour(training) == LIGHT.run_3
    appearance().choose(ThemeChoice.DARK)
    assert colour(training) == DARK.run_3


def test_the_axis_holds_what_is_compared_too(curves, snapshot, compared) -> None:
    curves.show_snapshot(snapshot(steps=100))
    top = curves.panes[0].top
    curves.show_compared((compared("one", 1, steps=60, first_loss=30.0),))
    assert curves.panes[0].top >= 30 > top


def test_the_axis_follows_a_run_that_is_compared_no_longer(curves, snapshot, compared) -> None:
    """Of a run that has ended nothing more comes that would make it narrower."""
    curves.show_snapshot(snapshot(steps=100))
    shown = [pane.box.viewRange()[1] for pane in curves.panes]
    run = compared("one", 1, steps=60)
    curves.show_compared((run, compared("two", 2, steps=60, first_loss=3000.0)))
    curves.show_compared((run,))
    assert curves.panes[0].top < 30
    curves.show_compared(())
    assert [pane.box.viewRange()[1] for pane in curves.panes] == shown


def test_the_legend_has_one_entry_for_a_run_and_switches_it(curves, snapshot, compared) -> None:
    runs = (compared("one", 1, steps=60), compared("two", 2, steps=60))
    curves.show_snapshot(snapshot(steps=100))
    assert curves.legend.row.isHidden()
    curves.show_compared(runs)
    assert [switch.text() for switch in curves.legend.switches.values()] == ["Run 1", "Run 2"]
    assert curves.legend.row.isVisible()
    curves.legend.switches["one"].click()
    lines = [pane.compared["one"][0] for pane in curves.panes]
    assert not any(item.is_visible for item in lines)
    assert all(pane.compared["two"][0].is_visible for pane in curves.panes)
    pointer.hover(curves.canvas, curves.canvas.boxes[0], 33.2, 1.0)
    assert "Run 2" in curves.canvas.card.text
    assert "Run 1" not in curves.canvas.card.text
    names = [column.name for column in curves.values().columns]
    assert {"Run 2, training: loss", "Run 2, validation: loss"} <= set(names)
    assert len(names) == len(set(names))
    assert not any("Run 1" in name for name in names)
    curves.show_compared((*runs,))
    assert not curves.panes[0].compared["one"][0].is_visible


@pytest.fixture
def updates(app, qtbot):
    view = StepCurves(next(family for family in families() if family.key == "updates"))
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    return view


def test_update_ratios_of_a_compared_run_are_those_of_the_selected_layer_and_of_all(
    updates, snapshot, compared
) -> None:
    updates.show_snapshot(snapshot(steps=100, names=("a", "b"), wanted=updates.wants))
    run = compared("one", 3, steps=60, names=("x", "b", "c"), ratios_of="b")
    updates.show_compared((run,))
    layer, median = updates.panes[0].compared["one"]
    assert layer._curve.getData()[0].tolist() == [0, 20, 40]
    assert colour(layer) == LIGHT.run_3
    np.testing.assert_allclose(layer.values, run.curves["update_ratio_layer"][1])
    assert layer.values[-1] == run.update_ratio[1][1]
    assert median.values[-1] == np.median(run.update_ratio[1])
    pointer.hover(updates.canvas, updates.canvas.boxes[0], 33.2, -4)
    assert "Run 3, a: " in updates.canvas.card.text
    names = [column.name for column in updates.values().columns]
    assert {"Run 3, a: ‖Δw‖ / ‖w‖", "Run 3, median: ‖Δw‖ / ‖w‖"} <= set(names)


def test_without_a_layer_of_that_name_a_compared_run_has_its_median(updates, snapshot, compared) -> None:
    updates.show_snapshot(snapshot(steps=100, wanted=updates.wants))
    updates.show_compared((compared("one", 3, steps=60, names=("x", "y"), ratios_of="Linear 1"),))
    layer, median = updates.panes[0].compared["one"]
    assert (len(layer.steps), len(median.steps)) == (0, 3)
    pointer.hover(updates.canvas, updates.canvas.boxes[0], 33.2, -4)
    assert "Run 3, median: " in updates.canvas.card.text
    assert not any("Run 3, layer" in column.name for column in updates.values().columns)


def drawn(curves) -> list[int]:
    return [len(pane.box.childGroup.childItems()) for pane in curves.panes]


def test_what_is_compared_no_longer_leaves_nothing_behind(curves, snapshot, compared) -> None:
    curves.show_snapshot(snapshot(steps=100))
    before = drawn(curves)
    curves.show_compared((compared("one", 1, steps=60),))
    assert drawn(curves) != before
    curves.show_compared(())
    assert drawn(curves) == before
    assert curves.legend.switches == {}
    assert curves.legend.row.isHidden()


def test_many_runs_keep_their_samples_and_tell_their_names(app, curves, snapshot, compared) -> None:
    curves.show_snapshot(snapshot(steps=30))
    runs = tuple(compared(f"r{number}", number, steps=30) for number in range(1, 8))
    curves.show_compared(runs)
    switches = list(curves.legend.switches.values())
    numbers = [str(number) for number in range(1, 8)]
    for width, names in (
        (900, [f"Run {number}" for number in numbers]),
        (460, numbers),
        (300, [""] * 7),
        (460, numbers),
        (900, [f"Run {number}" for number in numbers]),
    ):
        curves.resize(width, 420)
        app.processEvents()
        assert [switch.shown_name for switch in switches] == names, width
        assert curves.legend.row.sizeHint().width() <= curves.legend.row.width()
        assert all(switch.width() >= switch.sizeHint().width() for switch in switches)
    curves.resize(300, 420)
    app.processEvents()
    for number, switch in zip(numbers, switches, strict=True):
        assert f"Run {number}" in switch.toolTip()
        assert f"Run {number}" in switch.accessibleName()
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.rect().center())
        assert not curves.legend.is_on(f"r{number}")
    assert [switch.text() for switch in switches] == [f"Run {number}" for number in numbers]


def test_a_brief_name_is_what_is_drawn_where_the_name_has_no_room(app, qtbot) -> None:
    switch, other = (
        LegendSwitch(name, "accent", "line", "tip", brief="10") for name in ("Run number 10", "10")
    )
    for each in (switch, other):
        qtbot.addWidget(each)
        each.show()
    switch.show_name(Qt.ToolButtonStyle.ToolButtonTextBesideIcon, brief=True)
    assert switch.sizeHint().width() < other.sizeHint().width()
    for each in (switch, other):
        each.resize(switch.sizeHint())
    assert switch.grab().toImage() == other.grab().toImage()
    ink = _ink(switch)
    switch.resize(switch.width() + 20, switch.height())
    assert _ink(switch) == ink  # nothing of the name was cut off
    switch.resize(other.size())
    switch.show_name(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    assert switch.grab().toImage() != other.grab().toImage()


def _ink(switch: LegendSwitch) -> int:
    picture = switch.grab().toImage()
    ground = picture.pixel(0, 0)
    return sum(picture.pixel(x, y) != ground for x in range(picture.width()) for y in range(picture.height()))


@pytest.mark.parametrize(
    ("names", "briefs"),
    [
        (["Run 1", "Run 2", "Run 10"], ["1", "2", "10"]),
        (["depth 20 ReLU", "depth 50 ReLU"], ["20", "50"]),
        (["Run 1"], ["Run 1"]),
        (["Run", "Run 2"], ["Run", "2"]),
        (["lr 0.1", "baseline"], ["lr 0.1", "baseline"]),
        (["same", "same"], ["", ""]),
        (["momentumless-a", "momentumless-b"], ["", ""]),
        (["a b a", "a"], ["b a", "a"]),
        ([], []),
    ],
)
def test_runs_are_told_apart_by_the_words_that_differ(names, briefs) -> None:
    assert apart(names) == briefs


def test_in_the_table_nan_is_a_gradient_and_an_empty_cell_a_layer_that_is_not_there(
    profile, snapshot, compared
) -> None:
    profile.show_snapshot(snapshot(names=("a", "b"), steps=30))
    run = compared("one", 2, names=("b",), steps=30, non_finite_from=10)
    assert np.isnan(run.profile).all()
    profile.show_compared((run, replace(run, id="two", number=3, profile=None)))
    columns = {column.name: column.texts() for column in profile.values().columns}
    assert columns["Run 2 at step 29"] == ["", "nan"]
    assert len(columns) == 5


def test_the_profile_finds_layers_by_name(profile, snapshot, compared) -> None:
    profile.show_snapshot(snapshot(names=("a", "b", "c", "d"), steps=30, weakest=-3))
    run = compared("one", 2, names=("d", "x", "b"), steps=30, weakest=-7)
    profile.show_compared((run,))
    x, y = profile.lines.others["one"].getData()
    assert np.array_equal(y, np.arange(4))
    assert np.isnan(x[[0, 2]]).all()
    assert x[[1, 3]] == pytest.approx(np.log10(run.profile[[2, 0]]), abs=1e-5)
    low, high = profile.canvas.boxes[0].viewRange()[0]
    assert low < x[3] < high
    assert profile.lines.others["one"].opts["pen"].color().name().upper() == getattr(LIGHT, run_tone(2))
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -1, 1)
    assert "Run 2" in profile.canvas.card.text
    column = next(column for column in profile.values().columns if column.name == "Run 2 at step 29")
    assert [text != "" for text in column.texts()] == [False, True, False, True]
    profile.legend.switches["one"].click()
    assert not profile.lines.others["one"].isVisible()
    profile.show_compared(())
    assert profile.lines.others == {}
    assert profile.canvas.boxes[0].viewRange()[0] == pytest.approx([-4.15, 1.15])
