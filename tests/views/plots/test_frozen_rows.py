import pointer
import pytest

from gradviz.records.frozen import Frozen
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.flow_map import FlowMap


@pytest.fixture
def flow(app, qtbot):
    view = FlowMap()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    return view


def test_the_map_hatches_frozen_layers_and_says_so(flow, snapshot) -> None:
    events = [(0, "frozen", "Linear 1", {}), (50, "unfrozen", "Linear 1", {})]
    flow.show_snapshot(snapshot(steps=100, events=events, zero_rows=1))
    assert flow.frozen.spans == (Frozen(row=0, first=0, end=50),)
    pointer.hover(flow.canvas, flow.canvas.boxes[0], 20, 0)
    assert "frozen" in flow.canvas.card.text
    pointer.hover(flow.canvas, flow.canvas.boxes[0], 70, 0)
    assert "gradient norm" in flow.canvas.card.text
    flow.show_snapshot(snapshot(steps=100))
    assert flow.frozen.spans == ()


def test_the_profile_marks_a_frozen_layer_quietly(app, qtbot, snapshot) -> None:
    profile = DepthProfile()
    qtbot.addWidget(profile)
    profile.resize(420, 420)
    profile.show()
    events = [(0, "frozen", "Linear 1", {}), (50, "unfrozen", "Linear 1", {})]
    options = {"steps": 100, "layers": 8, "zero_rows": 2, "events": events}
    profile.show_snapshot(snapshot(cursor=20, **options))
    assert (profile.marks.count(Mark.FROZEN), profile.marks.count(Mark.ZERO)) == (1, 1)
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -6, 0)
    assert "frozen" in profile.canvas.card.text
    profile.show_snapshot(snapshot(**options))
    assert (profile.marks.count(Mark.FROZEN), profile.marks.count(Mark.ZERO)) == (0, 2)
    pointer.hover(profile.canvas, profile.canvas.boxes[0], -6, 0)
    assert "gradient norm 0" in profile.canvas.card.text
