"""Marked steps: a line in dashes of its own in map, curves and profile, switched by its legend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtCore import Qt

from gradviz.records.marked import marked_step
from gradviz.records.reader import RunReader
from gradviz.records.snapshot import take_snapshot
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.plots import figure
from gradviz.views.plots.curve_design import families
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.plots.step_curves import StepCurves
from gradviz.views.plots.step_marks import DASHES
from gradviz.views.plots.update_profile import UpdateProfile
from gradviz.views.theme import DARK


@pytest.fixture
def marked(run):
    """A run of 100 steps with some of them marked."""

    def take(*steps: int, **options):
        entry = run(f"run{steps}{options}", steps=100, **options)
        with RunReader(entry.source) as reader:
            marks = tuple(marked_step(reader, step) for step in steps)
            return take_snapshot(reader, cursor=None, layer=0, columns=500, view=None, marked=marks)

    return take


@pytest.fixture
def frame(app, qtbot):
    def make(view):
        qtbot.addWidget(view)
        view.resize(560, 420)
        view.show()
        return view

    return make


def curves() -> StepCurves:
    recorded = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
    return StepCurves(next(family for f in families() if (family := f.of(recorded)) is not None))


def test_a_marked_step_is_a_line_of_the_profile(frame, marked) -> None:
    profile = frame(DepthProfile())
    shot = marked(20, 60, layers=8)
    profile.show_snapshot(shot)
    assert list(profile.lines.marked.curves) == [20, 60]
    x, y = profile.lines.marked.curves[20].getData()
    np.testing.assert_allclose(10**x, shot.marked[0].profile, rtol=1e-4)
    assert y.tolist() == list(range(8))
    pens = [curve.opts["pen"] for curve in profile.lines.marked.curves.values()]
    assert [tuple(pen.dashPattern()) for pen in pens] == list(DASHES[:2])
    assert [switch.text() for switch in profile.legend.marks.switches.values()] == ["step 20", "step 60"]
    assert profile.legend.row.isVisible()
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -3, 2)
    assert "step 60: gradient norm" in profile.canvas.card.text
    names = [column.name for column in profile.values().columns]
    assert "gradient norm ‖∂L/∂W‖₂ at step 20" in names


@pytest.mark.parametrize("layers", [5, 50, 1000])
def test_symbols_take_turns_and_stand_on_their_curves(frame, marked, layers: int) -> None:
    profile = frame(DepthProfile())
    profile.show_snapshot(marked(20, 60, layers=layers))
    taken = []
    for step, curve in profile.lines.marked.curves.items():
        points = {*zip(*curve.getData(), strict=True)}
        own = {*zip(*profile.lines.marked.symbols[step].getData(), strict=True)}
        assert own
        assert own < points
        taken.append({y for _, y in own})
    assert not taken[0] & taken[1]
    profile.legend.marks.switches[20].click()
    assert not profile.lines.marked.symbols[20].isVisible()


def test_marks_of_a_deeper_run_than_before(frame, marked) -> None:
    """What of the run before was frozen fits the marks of the new one no longer."""
    profile = frame(DepthProfile())
    profile.show_snapshot(marked(layers=3))
    profile.show_snapshot(marked(20, layers=8))
    assert len(profile.lines.now.getData()[0]) == 8
    assert list(profile.lines.marked.curves) == [20]


def test_its_legend_switches_it_and_it_is_let_go_of(frame, marked) -> None:
    profile = frame(DepthProfile())
    shot = marked(20, 60, layers=8)
    profile.show_snapshot(shot)
    profile.legend.marks.switches[20].click()
    assert not profile.lines.marked.curves[20].isVisible()
    assert profile.lines.marked.curves[60].isVisible()
    assert "gradient norm ‖∂L/∂W‖₂ at step 20" not in [c.name for c in profile.values().columns]
    profile.show_snapshot(replace(shot, marked=shot.marked[:1]))
    assert not profile.legend.marks.is_on(20)  # what was switched off stays so
    profile.show_snapshot(replace(shot, marked=()))
    assert profile.lines.marked.curves == {}
    assert profile.legend.row.isHidden()


def test_the_axis_has_room_for_marked_steps(frame, marked) -> None:
    profile = frame(DepthProfile())
    shot = marked(20, layers=4)
    low = replace(shot, marked=(shot.marked[0]._replace(profile=np.full(4, 1e-30, np.float32)),))
    profile.show_snapshot(low)
    assert profile.canvas.boxes[0].viewRange()[0][0] < -30
    profile.show_snapshot(replace(shot, marked=()))
    assert profile.canvas.boxes[0].viewRange()[0][0] > -30


def test_the_updates_show_the_ratios_before_a_marked_step(frame, marked) -> None:
    updates = frame(UpdateProfile())
    shot = marked(50, layers=5)
    updates.show_snapshot(shot)
    x, _ = updates.lines.marked.curves[50].getData()
    assert shot.marked[0].update_ratio[0] == 40
    np.testing.assert_allclose(10**x, shot.marked[0].update_ratio[1], rtol=1e-4)
    unmeasured = shot.marked[0]._replace(update_ratio=None)
    updates.show_snapshot(replace(shot, marked=(unmeasured,)))
    assert len(updates.lines.marked.curves[50].getData()[0]) == 0


@pytest.mark.parametrize("make", [FlowMap, curves])
def test_over_the_steps_it_is_an_upright_line(frame, marked, make) -> None:
    view = frame(make())
    view.show_snapshot(marked(20, 60))
    legend = view.marks if isinstance(view, FlowMap) else view.legend.marks
    for lines in view.places.lines:
        assert {step: line.value() for step, line in lines.lines.items()} == {20: 20, 60: 60}
    legend.switches[60].click()
    assert not any(lines.lines[60].isVisible() for lines in view.places.lines)
    assert [mark.text for mark in view.places.strip.marks][:2] == ["Step 20: marked", "Step 60: marked"]
    view.show_snapshot(marked())
    assert all(lines.lines == {} for lines in view.places.lines)
    assert legend.switches == {}


def test_dashes_are_black_on_white_and_white_on_black(frame, marked) -> None:
    flow = frame(FlowMap())
    flow.show_snapshot(marked(20))
    appearance().choose(ThemeChoice.DARK)
    assert flow.places.lines[0].lines[20].pen.color().name().upper() == DARK.text


def test_a_figure_names_the_marked_steps(frame, marked) -> None:
    profile = frame(DepthProfile())
    profile.show_snapshot(marked(20, layers=4))
    assert b"step 20" in figure.svg(profile)


def test_where_names_have_no_room_the_samples_stay(frame, marked, app) -> None:
    profile = frame(DepthProfile())
    profile.show_snapshot(marked(10, 20, 30, 40, 50, layers=4))
    app.processEvents()
    switches = [*profile.legend.marks.switches.values()]
    wide = {switch.toolButtonStyle() for switch in switches}
    profile.resize(240, 300)
    app.processEvents()
    narrow = {switch.toolButtonStyle() for switch in switches}
    assert wide == {Qt.ToolButtonStyle.ToolButtonTextBesideIcon}
    assert narrow == {Qt.ToolButtonStyle.ToolButtonIconOnly}
    assert all(switch.width() >= switch.sizeHint().width() for switch in switches)
    profile.resize(560, 420)
    app.processEvents()
    assert {switch.toolButtonStyle() for switch in switches} == wide
