import numpy as np
import pointer
import pytest
from PySide6.QtCore import Qt

from gradviz.views.plots import magnitude
from gradviz.views.plots.flow_map import FlowMap


@pytest.fixture
def flow(app, qtbot):
    view = FlowMap()
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    return view


def box(view):
    return view.canvas.boxes[0]


def codes(view):
    return view._image.image


def test_before_a_run_it_shows_axes_names_and_a_quiet_line(flow) -> None:
    flow.show_layers([f"Linear {i + 1}" for i in range(21)], 1000)
    assert box(flow).viewRange() == [[-0.5, 99.5], [-0.5, 20.5]]
    assert "Linear 1" in [tick.text for tick in flow.layers_axis.ticks()]
    assert "Train" in flow.canvas._quiet.text()
    assert flow.canvas._quiet.isVisible()


@pytest.mark.parametrize("layers", [1, 5, 200, 1000])
def test_every_layer_and_step_has_its_cell(flow, snapshot, layers: int) -> None:
    shot = snapshot(layers=layers, steps=150)
    flow.show_snapshot(shot)
    assert codes(flow).shape == (layers, 150)
    assert (codes(flow) >= magnitude.FIRST).all()
    assert not flow.canvas._quiet.isVisible()
    rect = flow._image.mapRectToParent(flow._image.boundingRect())
    assert (rect.left(), rect.right()) == (-0.5, 149.5)
    assert (rect.top(), rect.bottom()) == (-0.5, layers - 0.5)


def test_zero_nan_and_inf_are_marked(flow, snapshot) -> None:
    flow.show_snapshot(snapshot(layers=6, steps=60, zero_rows=2, non_finite_from=40))
    image = codes(flow)
    assert (image[:2, :30] == magnitude.ZERO).all()
    assert (image[:3, 32:40] == magnitude.INFINITE).all()
    assert (image[:, 40:] == magnitude.NAN).all()


def test_another_run_has_a_scale_of_its_own(flow, snapshot) -> None:
    flow.show_snapshot(snapshot(layers=6, steps=30))
    alone = (flow.levels.low, flow.levels.high)
    flow.levels.include(-30.0, 20.0, 0.0)
    flow.show_snapshot(snapshot(layers=6, steps=30))
    assert (flow.levels.low, flow.levels.high) == alone


def test_thinned_columns_lie_evenly(flow, snapshot) -> None:
    shot = snapshot(layers=5, steps=3000, columns=300)
    assert shot.flow.level > 0
    flow.show_snapshot(shot)
    rect = flow._image.mapRectToParent(flow._image.boundingRect())
    assert rect.left() == -0.5
    assert 2999 <= rect.right() <= 2999.5 + 8**shot.flow.level


def test_no_steps_and_one_step(flow, snapshot) -> None:
    flow.show_snapshot(snapshot(steps=10, done=0))
    assert codes(flow) is None
    flow.show_snapshot(snapshot(steps=10, done=1))
    assert codes(flow).shape == (21, 1)


def test_a_click_selects_the_layer_below_it(flow, snapshot, qtbot) -> None:
    flow.show_snapshot(snapshot(layers=10, steps=100))
    with qtbot.waitSignal(flow.layer_clicked) as told:
        pointer.click(flow.canvas, box(flow), 30, 7.2)
    assert told.args == [7]
    flow.select_layer(7)
    assert [tick.value for tick in flow.layers_axis.ticks() if tick.strong] == [7]


def test_ctrl_and_shift_select_several_rows_which_are_held(flow, snapshot, qtbot) -> None:
    flow.show_snapshot(snapshot(layers=10, steps=100))
    flow.select_layers((3,))
    assert flow._selection.lines.places == (2.5, 3.5)
    for row, modifier, wanted in (
        (7, Qt.KeyboardModifier.ControlModifier, (3, 7)),
        (5, Qt.KeyboardModifier.ShiftModifier, (5, 6, 7)),
        (6, Qt.KeyboardModifier.ControlModifier, (5, 7)),
    ):
        with qtbot.waitSignal(flow.layers_chosen) as told:
            pointer.click(flow.canvas, box(flow), 30, row, modifier)
        assert told.args == [wanted]
        flow.select_layers(wanted)
    assert flow._selection.lines.places == (4.5, 5.5, 6.5, 7.5)
    assert [tick.value for tick in flow.layers_axis.ticks() if tick.strong] == [5, 7]
    flow.select_layers((5, 6, 7))
    assert flow._selection.lines.places == (4.5, 7.5)
    with qtbot.waitSignal(flow.layer_clicked) as told:
        pointer.click(flow.canvas, box(flow), 30, 6)
    assert told.args == [6]
    flow.select_layers(())
    assert not flow._selection.lines.isVisible()


def test_the_pointer_is_told_layer_step_and_value(flow, snapshot) -> None:
    shot = snapshot(layers=10, steps=100)
    flow.show_snapshot(shot)
    pointer.hover(flow.canvas, box(flow), 42.1, 3.1)
    text = flow.canvas.card.text
    assert flow.canvas.card.isVisible()
    assert "Linear 4" in text
    assert "step 42" in text
    mantissa = f"{shot.flow.mean[3, 42]:.2e}".split("e")[0]
    assert mantissa in text
    pointer.hover(flow.canvas, box(flow), 5, 3)
    assert "step 5" in flow.canvas.card.text


def test_the_pointer_is_told_which_steps_a_column_is_the_mean_of(flow, snapshot) -> None:
    shot = snapshot(layers=10, steps=1600, columns=200)
    flow.show_snapshot(shot)
    assert shot.flow.counts[51] == 8
    pointer.hover(flow.canvas, box(flow), 411, 3)
    mantissa = f"{shot.flow.mean[3, 51]:.2e}".split("e")[0]
    assert "steps 408–415" in flow.canvas.card.text
    assert f"mean gradient norm {mantissa}" in flow.canvas.card.text


def test_nothing_is_told_beyond_the_newest_step(flow, snapshot) -> None:
    flow.show_snapshot(snapshot(layers=10, steps=200, done=20))
    pointer.hover(flow.canvas, box(flow), 80, 3)
    assert not flow.canvas.card.isVisible()


def test_the_wheel_zooms_steps_and_with_shift_layers(flow, snapshot, qtbot) -> None:
    flow.show_snapshot(snapshot(layers=40, steps=100))
    place = pointer.pixel(flow.canvas, box(flow), 50, 20)
    with qtbot.waitSignal(flow.steps_zoomed):
        pointer.wheel(flow.canvas, place, 5)
    steps, rows = box(flow).viewRange()
    assert steps[1] - steps[0] < 80
    assert steps[0] < 50 < steps[1]
    assert rows == [-0.5, 39.5]
    pointer.wheel(flow.canvas, place, 5, Qt.KeyboardModifier.ShiftModifier)
    assert box(flow).viewRange()[0] == steps
    assert box(flow).viewRange()[1][1] < 39


def test_a_double_click_resets(flow, snapshot, qtbot) -> None:
    flow.show_snapshot(snapshot(layers=40, steps=100))
    whole = box(flow).viewRange()
    pointer.wheel(flow.canvas, pointer.pixel(flow.canvas, box(flow), 50, 20), 5)
    with qtbot.waitSignal(flow.steps_zoomed, check_params_cb=lambda steps: steps is None):
        pointer.double_click(flow.canvas, box(flow), 50, 20)
    assert box(flow).viewRange() == whole


def test_a_double_click_leaves_the_selection_as_it_was(flow, snapshot) -> None:
    """Its first click is a click like any other, and selects one layer for a moment."""
    flow.show_snapshot(snapshot(layers=40, steps=100))
    told = []
    for signal in (flow.layers_chosen, flow.layer_clicked):
        signal.connect(told.append)
    flow.select_layers((3, 9, 7))
    flow.layer_clicked.connect(lambda row: flow.select_layers((row,)))
    pointer.click(flow.canvas, box(flow), 50, 20)
    pointer.double_click(flow.canvas, box(flow), 50, 20)
    assert told == [20, (3, 9, 7)]
    told.clear()
    flow._picked_at -= 60  # a click a minute ago was one for itself
    flow.canvas.reset_wanted.emit()
    assert told == []


def test_a_drag_pans_inside_the_run(flow, snapshot) -> None:
    flow.show_snapshot(snapshot(layers=40, steps=100))
    middle = pointer.pixel(flow.canvas, box(flow), 50, 20)
    pointer.wheel(flow.canvas, middle, 8)
    before = box(flow).viewRange()[0]
    pointer.drag(flow.canvas, middle, middle + pointer.QPoint(60, 0))
    assert box(flow).viewRange()[0][0] < before[0]


def test_the_cursor_line_can_be_dragged(flow, snapshot, qtbot) -> None:
    flow.show_snapshot(snapshot(layers=10, steps=100, cursor=60))
    start = pointer.pixel(flow.canvas, box(flow), 60, 5)
    end = pointer.pixel(flow.canvas, box(flow), 20, 5)
    steps = []
    flow.cursor_moved.connect(steps.append)
    pointer.drag(flow.canvas, start, end)
    assert steps
    assert abs(steps[-1] - 20) <= 1


def test_colours_do_not_jump_while_it_grows(flow, snapshot) -> None:
    flow.show_snapshot(snapshot(layers=10, steps=1000, done=400))
    levels = (flow.levels.low, flow.levels.high)
    flow.show_snapshot(snapshot(layers=10, steps=1000, done=401))
    assert (flow.levels.low, flow.levels.high) == levels
    assert np.all(codes(flow) > 0)
