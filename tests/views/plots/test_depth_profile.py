from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtCore import Qt

from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.edge_marks import Mark


@pytest.fixture
def profile(app, qtbot):
    view = DepthProfile()
    qtbot.addWidget(view)
    view.resize(420, 420)
    view.show()
    view.set_decades(-13, 1)
    return view


def box(view):
    return view.canvas.boxes[0]


@pytest.mark.parametrize("layers", [1, 5, 100])
def test_the_line_goes_through_all_layers(profile, snapshot, layers: int) -> None:
    shot = snapshot(layers=layers, steps=80)
    profile.show_snapshot(shot)
    x, y = profile.lines.now.getData()
    assert np.allclose(x, np.log10(shot.profile.values), atol=1e-5)
    assert np.array_equal(y, np.arange(layers))
    assert profile.canvas._quiet.isHidden()


def test_a_thousand_layers_have_medians_until_they_are_zoomed_in(profile, snapshot) -> None:
    shot = snapshot(layers=1000, steps=80, clipped=True)
    profile.show_snapshot(shot)
    logs = np.log10(shot.profile.values.astype(float))
    x, y = profile.lines.now.getData()
    assert profile.lines.each == 50
    np.testing.assert_allclose(x, [np.median(logs[at : at + 50]) for at in range(0, 1000, 50)], atol=1e-5)
    np.testing.assert_allclose(y, np.arange(24.5, 1000, 50))
    assert len(profile.lines.clipped.getData()[0]) == 20
    assert "medians of 50 layers" in profile.values_axis._title
    profile.show_rows(99.5, 149.5)
    x, y = profile.lines.now.getData()
    np.testing.assert_allclose(x, logs, atol=1e-5)
    assert np.array_equal(y, np.arange(1000))
    assert "median" not in profile.values_axis._title
    assert len(profile.values().columns[1].cells) == 50


def test_it_stands_like_the_map(profile, snapshot) -> None:
    profile.show_snapshot(snapshot(layers=21, steps=30))
    assert box(profile).viewRange()[1] == [-0.5, 20.5]


def test_what_has_no_place_on_the_axis_is_marked(profile, snapshot) -> None:
    profile.show_snapshot(snapshot(layers=8, steps=60, zero_rows=1, non_finite_from=50, cursor=45))
    assert profile.marks.count(Mark.INFINITE) == 4
    profile.show_snapshot(snapshot(layers=8, steps=60, zero_rows=2))
    assert profile.marks.count(Mark.ZERO) == 2
    assert profile.marks.count(Mark.INFINITE) == 0
    profile.show_snapshot(snapshot(layers=8, steps=60, non_finite_from=50))
    assert profile.marks.count(Mark.NAN) == 8


def test_clipping_has_a_line_and_a_switch_of_its_own(profile, snapshot, qtbot) -> None:
    profile.show_snapshot(snapshot(steps=30))
    assert not profile.clip_switch.isVisible()
    profile.show_snapshot(snapshot(steps=30, clipped=True))
    assert profile.clip_switch.isVisible()
    assert profile.lines.clipped.getData()[0].max() <= -2.99
    qtbot.mouseClick(profile.clip_switch, pointer.LEFT)
    assert not profile.lines.clipped.isVisible()


def test_a_run_without_clipping_has_nothing_of_the_clipped_one_before(profile, snapshot) -> None:
    profile.show_snapshot(snapshot(steps=30, clipped=True))
    assert len(profile.lines.clipped.getData()[0])
    profile.show_snapshot(snapshot(steps=30))
    assert profile.lines.clipped.getData() == (None, None)


def test_the_band_covers_the_line(profile, snapshot) -> None:
    shot = snapshot(steps=80)
    profile.show_snapshot(shot)
    bounds = profile._band.boundingRect()
    line = np.log10(shot.profile.values)
    assert bounds.left() <= line.min() + 1e-4
    assert bounds.right() >= line.max() - 1e-4


def test_a_click_selects_and_the_pointer_is_told(profile, snapshot, qtbot) -> None:
    profile.show_snapshot(snapshot(layers=10, steps=30))
    with qtbot.waitSignal(profile.layer_clicked) as told:
        pointer.click(profile.canvas, box(profile), -6, 4.3)
    assert told.args == [4]
    pointer.hover(profile.canvas, box(profile), -6, 2.1)
    assert "Linear 3" in profile.canvas.card.text
    assert "step 29" in profile.canvas.card.text


def test_ctrl_selects_another_layer_beside_the_first(profile, snapshot, qtbot) -> None:
    profile.show_snapshot(snapshot(layers=10, steps=30))
    profile.select_layers((2,))
    assert not profile.others.isVisible()
    with qtbot.waitSignal(profile.layers_chosen) as told:
        pointer.click(profile.canvas, box(profile), -6, 4, Qt.KeyboardModifier.ControlModifier)
    assert told.args == [(2, 4)]
    profile.select_layers((2, 4))
    assert (profile.others.places, profile._row.value()) == ((2,), 4)
    assert [tick.value for tick in profile.layers_axis.ticks() if tick.strong] == [2, 4]


def test_the_heading_says_when_another_step_is_shown(profile) -> None:
    profile.show_step(1240, exact=True)
    assert profile.remark.text() == "at step 1,240"
    profile.show_step(12288, exact=False)
    assert profile.remark.text() == "at the nearest kept step 12,288"


def test_no_steps(profile, snapshot) -> None:
    profile.show_snapshot(snapshot(steps=30, done=0))
    assert profile.lines.now.getData()[0] is None or not len(profile.lines.now.getData()[0])


def test_the_same_profile_read_again_is_not_drawn_again(profile, snapshot, monkeypatch) -> None:
    shot = snapshot(layers=8, steps=80, clipped=True)
    profile.show_snapshot(shot)
    drawn = []
    monkeypatch.setattr(profile.lines, "show_now", lambda *given: drawn.append(given))
    again = replace(shot, profile=shot.profile._replace(values=shot.profile.values.copy()))
    profile.show_snapshot(again)
    assert drawn == []
    values = shot.profile.values.copy()
    values[2] *= 2
    profile.show_snapshot(replace(shot, profile=shot.profile._replace(values=values)))
    profile.show_snapshot(replace(shot, profile=shot.profile._replace(clipped=None)))
    profile.show_layers(("a", "b"))
    profile.show_snapshot(replace(shot, profile=shot.profile._replace(clipped=None)))
    assert len(drawn) == 3
