from __future__ import annotations

from dataclasses import replace

import numpy as np
import pointer
import pytest
from time_gradients import gradient

from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.through_time import ThroughTime


@pytest.fixture
def frame(app, qtbot):
    view = ThroughTime()
    qtbot.addWidget(view)
    view.resize(420, 300)
    view.show()
    return view


@pytest.fixture
def shot(snapshot):
    base = snapshot(steps=60)
    return lambda *given, **named: replace(base, time_gradient=gradient(*given, **named))


def test_lines_are_the_logs_of_the_norms(frame, shot) -> None:
    frame.show_snapshot(shot(30))
    for line, row in zip(frame._lines, gradient(30).rows, strict=True):
        x, y = line.getData()
        assert np.array_equal(x, np.arange(30))
        np.testing.assert_allclose(y, np.log10(row.norms), atol=1e-4)
    assert frame.remark.text() == "at step 40"
    assert frame.full_title() == "Gradient through time of LSTM 3"
    (_, (low, high)) = frame.canvas.boxes[0].viewRange()
    assert low < -30
    assert high > -1
    assert frame.canvas._quiet.isHidden()


def test_what_vanished_entirely_is_marked(frame, shot) -> None:
    frame.show_snapshot(shot(100))  # float32 has nothing below 1e-45
    assert frame.marks.count(Mark.ZERO) == int((gradient(100).rows[0].norms == 0).sum()) > 50
    frame.switches["h"].click()
    assert frame.marks.count(Mark.ZERO) == 0
    assert frame.canvas.boxes[0].viewRange()[1][0] < -10  # it does not jump


def test_a_switch_hides_its_lines_and_their_numbers(frame, shot, qtbot) -> None:
    frame.show_snapshot(shot(20, rows=3))
    qtbot.mouseClick(frame.switches["h"], pointer.LEFT)
    assert [line.isVisible() for line in frame._lines] == [False, True, False]
    names = [column.name for column in frame.values().columns]
    assert names == ["position", "‖∂L/∂c(t)‖ of layer 1 in LSTM 3 at step 40"]


def test_numbers_are_those_in_sight(frame, shot) -> None:
    frame.show_snapshot(shot(20))
    frame.canvas.boxes[0].setXRange(4.5, 9.5, padding=0)
    position, h, _ = frame.values().columns
    assert position.cells.tolist() == [5, 6, 7, 8, 9]
    assert np.array_equal(h.cells, gradient(20).rows[0].norms[5:10])
    frame.reset_view()
    assert len(frame.values().columns[0].cells) == 20


def test_hover_says_every_state_of_a_position(frame, shot) -> None:
    frame.show_snapshot(shot(20, rows=3))
    pointer.hover(frame.canvas, frame.canvas.boxes[0], 7, -5)
    assert frame.canvas.card.isVisible()
    text = frame.canvas.card.text
    assert "Position 7 of 20 in LSTM 3, at step 40" in text
    assert "‖∂L/∂h(t)‖ of layer 2 backwards 0.2" in text


def test_only_a_layer_with_cells_has_a_switch_for_them(frame, shot) -> None:
    frame.show_snapshot(shot(rows=1))
    assert frame.switches["c"].isHidden()
    frame.show_snapshot(shot(rows=2, step=50))
    assert not frame.switches["c"].isHidden()
