"""Update ratios: across depth at the shown step, and of one layer and of all over the steps."""

from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtGui import QFontMetricsF

from gradviz.records.reader import RunReader
from gradviz.records.snapshot import take_snapshot
from gradviz.views.plots.curve_design import families
from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.sparse import wide_gaps
from gradviz.views.plots.step_curves import StepCurves
from gradviz.views.plots.update_profile import UpdateProfile


@pytest.fixture
def observed(run):
    """A run with the history of its update ratios."""

    def take(cursor=None, layer=0, view=None, **options):
        entry = run(f"observed{len(taken)}", **options)
        taken.append(entry)
        with RunReader(entry.source) as reader:
            return take_snapshot(
                reader,
                cursor=cursor,
                layer=layer,
                columns=1000,
                view=view,
                wanted=frozenset({"update_ratio"}),
            )

    taken = []
    return take


@pytest.fixture
def profile(app, qtbot):
    view = UpdateProfile()
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    return view


def test_history_is_read_only_where_it_is_wanted(observed, snapshot) -> None:
    assert snapshot(steps=100).history == {}
    steps, values = observed(steps=100, layers=12).history["update_ratio"]
    assert steps.tolist() == [0, 20, 40, 60, 80]
    assert values.shape == (5, 12)


def test_curves_are_those_of_all_layers_and_of_the_selected_one(observed) -> None:
    shot = observed(steps=100, layers=12, layer=3, zero_rows=1)
    _, values = shot.history["update_ratio"]
    for name, wanted in (
        ("layer", values[:, 3]),
        ("median", np.median(values, axis=1)),
        ("low", values[:, 1:].min(axis=1)),
        ("high", values.max(axis=1)),
    ):
        np.testing.assert_allclose(shot.curves[f"update_ratio_{name}"][1], wanted, rtol=1e-6)


def test_the_profile_shows_the_newest_ratios_and_the_band_of_the_last(profile, observed) -> None:
    shot = observed(steps=200, layers=12, cursor=130, zero_rows=1)
    profile.show_snapshot(shot)
    x, _ = profile.lines.now.getData()
    np.testing.assert_allclose(x[1:], np.log10(shot.history["update_ratio"][1][6, 1:]), rtol=1e-5)
    taken = profile.taken(shot)
    assert taken.step == 120
    np.testing.assert_array_equal(taken.band_high, shot.history["update_ratio"][1][:7].max(axis=0))
    assert profile.marks.count(Mark.ZERO) == 1
    assert "at step 120" in profile.values().columns[1].name


def test_the_usual_ratio_is_always_in_sight(profile, observed) -> None:
    profile.show_snapshot(observed(steps=60, layers=5))
    low, high = profile.canvas.boxes[0].viewRange()[0]
    assert low < profile._usual.value() == -3 < high
    shot = observed(steps=60, layers=5)
    small = replace(shot, update_ratio=(40, np.full(5, 1e-9, np.float32)), history={})
    profile.show_snapshot(small)
    low, high = profile.canvas.boxes[0].viewRange()[0]
    assert low < -9
    assert high > -3


def test_before_the_first_measurement_it_says_so(profile, observed) -> None:
    shot = observed(steps=60, layers=5)
    profile.show_snapshot(replace(shot, update_ratio=None, history={}))
    assert "No update" in profile.canvas._quiet.text()
    profile.show_snapshot(shot)
    assert profile.canvas._quiet.isHidden()


def test_the_pointer_is_told_the_ratio(profile, observed) -> None:
    shot = observed(steps=60, layers=5)
    profile.show_snapshot(shot)
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -4, 2)
    assert "moved by" in profile.canvas.card.text
    assert "Linear 3" in profile.canvas.card.text


@pytest.fixture
def over_steps(app, qtbot):
    view = StepCurves(next(family for family in families() if family.key == "updates"))
    qtbot.addWidget(view)
    view.resize(900, 320)
    view.show()
    return view


def joined(item) -> list[float]:
    """The steps from which a curve goes on to the next one."""
    if item.xData is None:
        return []
    return item.xData[np.asarray(item.opts["connect"]) > 0].tolist()


def test_a_line_over_what_was_not_measured_for_long_is_dotted_and_counted(over_steps, observed) -> None:
    over_steps.show_snapshot(observed(steps=1000, layers=5, every=333))
    for item in over_steps.panes[0].items:
        assert joined(item._curve) == []
        assert joined(item._gaps) == [0, 333, 666]
        assert item._dots.data["x"].tolist() == [0, 333, 666, 999]
        assert item._dots.opts["size"] == 6
        assert item._gaps.opts["pen"].dashPattern()
    assert over_steps.remark.text() == "measured 4 times in sight"
    over_steps.show_steps(300, 400)
    assert over_steps.remark.text().startswith("measured once in sight")


def test_a_line_that_is_measured_often_is_whole_until_it_is_looked_at_closely(over_steps, observed) -> None:
    over_steps.show_snapshot(observed(steps=1000, layers=5))
    item = over_steps.panes[0].items[0]
    assert joined(item._curve) == list(range(0, 980, 20))
    assert joined(item._gaps) == []
    assert over_steps.remark.text() == "band: all · dashed: usual"
    over_steps.show_steps(300, 400)
    assert joined(item._curve) == []
    assert len(joined(item._gaps)) == 49
    assert over_steps.remark.text().startswith("measured 6 times in sight")
    assert over_steps.remark.shown_text() == over_steps.remark.text()
    assert "hardly learns" in over_steps.remark.toolTip()


def test_of_several_selected_layers_each_has_a_line(over_steps, observed) -> None:
    shot = observed(steps=200, layers=12, layer=5, zero_rows=1)
    over_steps.select_layers((0, 9, 5))
    over_steps.show_snapshot(shot)
    pane = over_steps.panes[0]
    assert [item.name for item in pane.beside] == ["Linear 1", "Linear 10"]
    np.testing.assert_array_equal(pane.beside[1].values, shot.history["update_ratio"][1][:, 9])
    assert pane.marks.count(Mark.ZERO) == len(shot.history["update_ratio"][0])  # of the first layer
    pointer.hover(over_steps.canvas, pane.box, 100, -3)
    assert "Linear 10: " in over_steps.canvas.card.text
    names = [column.name for column in over_steps.values().columns]
    assert sum("Linear 10" in name for name in names) == 1
    over_steps.switches["layer"].click()
    assert not any(item.is_visible for item in pane.beside)
    over_steps.switches["layer"].click()
    over_steps.select_layers((5,))
    assert pane.beside == ()
    assert pane.marks.count(Mark.ZERO) == 0


def test_values_at_a_step_out_of_sight_are_of_that_step_for_every_line(over_steps, observed) -> None:
    whole = observed(steps=200, layers=12, layer=5)
    zoomed = observed(steps=200, layers=12, layer=5, view=(45, 95), cursor=170)
    step, ratios = zoomed.update_ratio
    assert step == 160
    over_steps.select_layers((0, 9, 5))
    over_steps.show_snapshot(zoomed)
    over_steps.show_values(zoomed)
    pane = over_steps.panes[0]
    shown = pane._margin._values
    assert [value.name for value in shown] == ["Linear 6", "median", "Linear 1", "Linear 10"]
    assert {value.note for value in shown} == {"step 160"}
    wanted = [ratios[5], np.median(ratios), ratios[0], ratios[9]]
    assert [value.value for value in shown] == [pane.design.worded(float(value)) for value in wanted]
    for item in (*pane.items, *pane.beside):  # in from the left, and out to the right
        assert item.steps.tolist() == [40, 60, 80, 100]
    over_steps.show_snapshot(whole)
    assert pane.beside[0].steps.tolist() == list(range(0, 200, 20))


def test_eight_layers_beside_one_are_told_apart(over_steps, observed) -> None:
    over_steps.show_snapshot(observed(steps=100, layers=12, layer=11))
    over_steps.select_layers(tuple(range(12)))
    lines = [item.line for item in over_steps.panes[0].beside]
    assert [line.layer for line in lines] == [*range(3, 11)]
    assert len({(line.tone, line.dashed) for line in lines}) == 8
    assert not {line.tone for line in lines} & {"train_line", "validation_line", "part_1", "part_2"}
    over_steps.show_empty(100)
    assert not any(len(item.steps) for item in over_steps.panes[0].beside)


def test_it_is_said_how_many_selected_layers_have_no_line(over_steps, observed) -> None:
    over_steps.show_snapshot(observed(steps=1000, layers=16, layer=11))
    over_steps.select_layers(tuple(range(3, 12)))
    assert "more" not in over_steps.remark.text()
    over_steps.select_layers((12, 13, *range(12)))
    assert over_steps.remark.text() == "+5 more not drawn · band: all · dashed: usual"
    assert "the last 8 have lines" in over_steps.remark.toolTip()
    assert over_steps.figure_head().remark == over_steps.remark.text()
    over_steps.show_steps(300, 400)
    assert over_steps.remark.text() == "+5 more not drawn · measured 6 times in sight"
    over_steps.select_layers((11,))
    assert "more" not in over_steps.remark.text()


def test_lines_of_selected_layers_lie_above_the_median_and_bands_below_all(
    over_steps, observed, compared
) -> None:
    over_steps.show_snapshot(observed(steps=100, layers=3, layer=1))
    over_steps.select_layers((0, 1))
    over_steps.show_compared((compared("one", 1, steps=60, ratios_of="Linear 1"),))
    pane = over_steps.panes[0]
    layer, median = pane.items
    order = [median._band, pane.compared["one"][0]._curve, median._curve, pane.beside[0]._curve, layer._curve]
    assert [item.zValue() for item in order] == sorted({item.zValue() for item in order})
    assert layer._dots.zValue() > median._dots.zValue()


def test_a_ratio_that_is_not_finite_breaks_its_line(over_steps, observed) -> None:
    over_steps.show_snapshot(observed(steps=1000, layers=5, every=200, non_finite_from=500))
    item = over_steps.panes[0].items[0]
    assert joined(item._gaps) == [0, 200]
    assert item._dots.data["x"].tolist() == [0, 200, 400]


def test_every_step_is_never_far_apart() -> None:
    assert not wide_gaps(np.arange(5), 4).any()
    assert wide_gaps(np.array([0, 1, 3, 4]), 4).tolist() == [False, True, False]
    assert wide_gaps(np.array([0, 125, 251]), 1000).tolist() == [False, True]


def test_the_window_reads_them_while_they_are_shown(window, run, qtbot) -> None:
    clock = window.runs.clock
    window.runs.show_run(run("one", steps=100, layers=12))
    qtbot.waitUntil(lambda: clock.snapshot is not None)
    assert clock.snapshot.history == {}
    window.plots.show_plot("updates")
    qtbot.waitUntil(lambda: "update_ratio" in clock.snapshot.history)
    window.plots.show_plot("profile")
    window.plots.show_plot("curves.updates")
    updates = window.plots.plot("curves.updates")
    qtbot.waitUntil(lambda: len(updates.panes[0].items[0].steps) == 5)
    assert updates.panes[0].guide == -3
    before = updates.panes[0].items[0].values
    window.wiring.selection.select_row(9)
    qtbot.waitUntil(lambda: not np.array_equal(updates.panes[0].items[0].values, before))
    window.actions_by_key["view.diagram"].setChecked(True)
    qtbot.waitUntil(lambda: clock.snapshot.history == {})


@pytest.mark.parametrize("width", [220, 420, 900])
def test_the_axis_names_the_step_at_every_width(profile, observed, qtbot, width: int) -> None:
    """A heading full of tabs leaves no room for it, and it is rarely the shown step."""
    profile.resize(width, 300)
    taken = observed(steps=100, layers=12)
    profile.show_snapshot(taken)
    profile.write_numbers(taken)
    title = profile.values_axis._title
    assert title == "‖Δw‖ / ‖w‖ at step 80"
    label = profile._usual.label
    assert label.toPlainText() == "usual"
    assert profile._box.sceneBoundingRect().contains(label.sceneBoundingRect())
    font = QFontMetricsF(profile.values_axis._font)
    assert width < 300 or font.horizontalAdvance(title) < profile._box.rect().width()
    profile.show_layers(("Linear 1",))
    assert "step" not in profile.values_axis._title
