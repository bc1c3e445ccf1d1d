"""Events along the axis: where they stand, what is said of them, and where a click goes to."""

from __future__ import annotations

from itertools import pairwise

import pointer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.event_marks import track_marks
from gradviz.views.plots.event_strip import clusters
from gradviz.views.plots.flow_map import FlowMap
from gradviz.views.time_track import TrackMark


def mark(step: int, glyph: str = "◆") -> TrackMark:
    return TrackMark(step=step, glyph=glyph, tone="accent", text=f"Step {step}")


@given(st.lists(st.integers(0, 2000), max_size=60), st.floats(50, 2000))
def test_every_mark_in_sight_is_in_one_cluster_and_none_are_near(steps, width) -> None:
    found = clusters([mark(step) for step in steps], 200, 1500, width)
    inside = [each.step for cluster in found for each in cluster.marks]
    assert inside == sorted(step for step in steps if 200 <= step <= 1500)
    places = [cluster.x for cluster in found]
    assert all(b - a >= 20 - 1e-6 for a, b in pairwise(places))


def test_the_worst_of_several_stands_for_all() -> None:
    (found,) = clusters([mark(5), mark(6, "✕"), mark(7, "↑")], 0, 1000, 500)
    assert found.worst.glyph == "✕"
    assert [each.step for each in found.marks] == [5, 6, 7]


@pytest.fixture
def flow(app, qtbot, snapshot):
    view = FlowMap()
    qtbot.addWidget(view)
    view.resize(700, 420)
    view.show()
    spikes = [(step, "spike", "Linear 1", {"factor": 9}) for step in (40, 41, 42)]
    known = [(0, "blocks", None, {}), (0, "joins", None, {})]
    view.show_snapshot(snapshot(steps=100, events=[*known, *spikes]))
    return view


def test_what_a_network_is_made_of_is_no_event(flow) -> None:
    # 60: the rate that every recorded run has
    assert [cluster.marks[0].step for cluster in flow.places.strip.found] == [40, 60]
    assert track_marks(()) == ()


def test_where_clipping_begins_is_marked(flow, snapshot) -> None:
    clipped = {"clipped": lambda step: float(30 <= step < 70)}
    flow.show_snapshot(snapshot(steps=100, numbers=clipped))
    assert "Step 30: clipped from here on, for 40 steps" in [mark.text for mark in flow.places.strip.marks]


def click_strip(flow, step: int) -> None:
    strip = flow.places.strip
    x = next(cluster.x for cluster in strip.found if step in [each.step for each in cluster.marks])
    place = strip.mapToScene(x, strip.rect().center().y())
    pointer.click_scene(flow.canvas, place)


def test_a_click_goes_to_the_event_and_through_those_behind_one_mark(flow, qtbot) -> None:
    for expected, cursor in ((60, 99), (40, 99), (41, 40), (42, 41), (40, 42)):
        flow.places.strip.show_marks(flow.places.strip.marks, cursor)
        with qtbot.waitSignal(flow.cursor_moved) as told:
            click_strip(flow, expected)
        assert told.args == [expected]


def test_a_zoom_takes_marks_apart(flow) -> None:
    flow.show_steps(35, 46)
    assert [cluster.marks[0].step for cluster in flow.places.strip.found] == [40, 41, 42]


def test_the_card_says_what_happened(flow) -> None:
    strip = flow.places.strip
    one, other = strip.found
    pointer.hover_scene(flow.canvas, strip.mapToScene(other.x, strip.rect().center().y()))
    assert "learning rate 0.05" in flow.canvas.card.text
    pointer.hover_scene(flow.canvas, strip.mapToScene(one.x, strip.rect().center().y()))
    assert flow.canvas.card.text.startswith("3 events")
    assert flow.canvas.card.text.count("the gradient is 9.00 times") == 3
