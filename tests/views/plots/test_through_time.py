from __future__ import annotations

from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtCore import Qt
from time_gradients import gradient

from gradviz.views.plots.edge_marks import Mark
from gradviz.views.plots.through_time import ThroughTime
from gradviz.views.plots.time_words import sentence


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


def test_another_run_measured_at_the_same_step_is_drawn_anew(frame, snapshot) -> None:
    """Every run is measured at its first and its last step."""
    first, second = gradient(30), gradient(30)
    second = second._replace(rows=tuple(row._replace(norms=row.norms * 10) for row in second.rows))
    for taken in (first, second):
        frame.show_snapshot(replace(snapshot(steps=60), time_gradient=taken))
        for line, row in zip(frame._lines, taken.rows, strict=True):
            np.testing.assert_allclose(line.getData()[1], np.log10(row.norms), atol=1e-4)


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


@pytest.mark.parametrize(
    ("norms", "words"),
    [
        ([1e-9, 1e-6, 1e-3, 1], "▼ Through 3 positions ‖∂L/∂h(t)‖ vanishes to 1.00e-9 of itself: 1.00e-3"),
        ([1e6, 1e3, 1], "▲ Through 2 positions ‖∂L/∂h(t)‖ explodes to 1.00e6 of itself"),
        ([0.5, 1, 0], "Through 1 positions ‖∂L/∂h(t)‖ keeps 0.500 of itself"),
        ([0, 0, 1e-30, 1], "▼ ‖∂L/∂h(t)‖ is exactly zero farther than 1 from the end"),
        ([0, 0], "▼ ‖∂L/∂h(t)‖ is exactly zero at every position"),
        ([np.nan, 1, np.inf], "✕ ‖∂L/∂h(t)‖ is not finite at 2 of 3 positions"),
        ([3.0], "‖∂L/∂h(t)‖ is there at one position only"),
    ],
)
def test_a_sentence_says_what_has_become_of_the_gradient(norms, words) -> None:
    found = gradient(len(norms), rows=1)
    row = found.rows[0]._replace(state="h", norms=np.array(norms, np.float32))
    assert sentence(found._replace(rows=(row,))).startswith(words[:-1])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([0.9, 0.95, 1], "‖∂L/∂c(t)‖ of the memory cells keeps 0.900: 0.949 a position."),
        ([1e-6, 1e-3, 1], "▼ ‖∂L/∂c(t)‖ of the memory cells vanishes to 1.00e-6: 1.00e-3 a position."),
        ([0, 0, 0], "▼ ‖∂L/∂c(t)‖ is exactly zero at every position."),
    ],
)
def test_what_the_cells_keep_is_said_behind_what_h_loses(cells, words) -> None:
    h, c = gradient(3).rows
    h = h._replace(norms=np.array([1e-4, 1e-2, 1], np.float32))
    said = sentence(gradient(3)._replace(rows=(h, c._replace(norms=np.array(cells, np.float32)))))
    assert said.startswith("▼ Through 2 positions ‖∂L/∂h(t)‖ vanishes to 1.00e-4 of itself: ")
    assert said.endswith(f"0.01000 a position. {words}")


def test_where_h_is_not_finite_what_is_said_of_the_cells_stands_alone() -> None:
    h, c = gradient(3).rows
    h = h._replace(norms=np.array([np.nan, 1, 1], np.float32))
    said = sentence(gradient(3)._replace(rows=(h, c._replace(norms=np.ones(3, np.float32)))))
    assert said.endswith("3 positions. Through 2 positions ‖∂L/∂c(t)‖ keeps 1.00 of itself: 1.00 a position.")


def test_a_layer_that_reads_from_the_end_is_read_so() -> None:
    found = gradient(3, rows=1)
    row = found.rows[0]._replace(state="h", backwards=True, norms=np.array([1, 1e-3, 1e-6], np.float32))
    assert "vanishes to 1.00e-6" in sentence(found._replace(rows=(row,)))


def test_recurrent_layers_can_be_chosen(frame, shot, qtbot) -> None:
    taken = shot(20)
    assert frame.chooser.count() == 0
    found = taken.time_gradient.layer
    first = replace(taken.run.layers[0], kind="GRU", name="GRU 1")
    last = replace(found, index=2)
    layers = (first, replace(taken.run.layers[1], index=1), last)
    run = replace(taken.run, layers=layers)
    frame.show_snapshot(replace(taken, run=run, time_gradient=taken.time_gradient._replace(layer=last)))
    assert [frame.chooser.itemText(at) for at in range(2)] == ["GRU 1", "LSTM 3"]
    assert frame.chooser.currentText() == "LSTM 3"
    assert frame.chooser.isVisible()
    with qtbot.waitSignal(frame.layer_clicked) as told:
        frame.chooser.activated.emit(0)
    assert told.args == [0]
    with qtbot.waitSignal(frame.layer_clicked) as told:
        pointer.click(frame.canvas, frame.canvas.boxes[0], 4, -3)
    assert told.args == [2]
    frame.show_snapshot(taken)
    assert frame.chooser.isHidden() or not frame._row.isVisible()


def test_legend_and_axis_say_what_h_and_c_are(frame, shot) -> None:
    frame.show_snapshot(shot(20, rows=1))
    assert frame._left._title == "‖∂L/∂h(t)‖₂"
    assert frame.switches["h"].text() == "h · state"
    frame.show_snapshot(shot(20, rows=2, step=50))
    assert frame._left._title == "‖∂L/∂h(t)‖₂, ‖∂L/∂c(t)‖₂"
    switches = [frame.switches[state] for state in ("h", "c")]
    assert [switch.text() for switch in switches] == ["h · state", "c · cell"]
    named = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert all(switch.isVisible() and switch.toolButtonStyle() == named for switch in switches)
