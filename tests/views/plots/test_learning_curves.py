from dataclasses import replace

import numpy as np
import pointer
import pytest

from gradviz.records.series import join
from gradviz.views.plots.learning_curves import LearningCurves


@pytest.fixture
def curves(app, qtbot):
    view = LearningCurves()
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    return view


def test_all_four_curves(curves, snapshot) -> None:
    shot = snapshot(steps=100)
    curves.show_snapshot(shot)
    assert np.allclose(curves._loss._training.getData()[1], shot.train_loss.mean[0])
    assert np.allclose(curves._loss._validation.getData()[1], shot.val_loss[1])
    assert np.allclose(curves._accuracy._training.getData()[1], shot.train_accuracy.mean[0])
    assert len(curves._accuracy._validation.getData()[0]) == 5


def test_without_an_accuracy_the_loss_has_all_the_room(curves, snapshot, qtbot) -> None:
    shot = snapshot(steps=100)
    curves.show_snapshot(shot)
    qtbot.waitUntil(lambda: curves._accuracy.box.height() > 60)
    whole = curves._loss.box.height()
    nothing = join([], 0, 0)
    regression = replace(shot, train_accuracy=nothing, val_accuracy=(shot.val_accuracy[0][:0], np.empty(0)))
    curves.show_snapshot(regression)
    curves.show_values(regression)
    qtbot.waitUntil(lambda: curves._loss.box.height() > 1.4 * whole)
    assert not curves._accuracy.box.isVisible()
    assert curves.title.text() == "Loss"
    curves.show_snapshot(shot)
    qtbot.waitUntil(lambda: curves._loss.box.height() == whole)
    assert curves._accuracy.box.isVisible()
    assert curves.title.text() == "Loss and accuracy"


def test_a_loss_that_is_not_finite_is_marked_at_the_edge(curves, snapshot) -> None:
    curves.show_snapshot(snapshot(steps=100, non_finite_from=70))
    assert curves.loss_marks == 30
    top = curves._loss_range.high
    assert np.isfinite(top)
    assert curves.canvas.boxes[0].viewRange()[1][1] >= top


def test_switches_hide_their_series(curves, snapshot, qtbot) -> None:
    curves.show_snapshot(snapshot(steps=50))
    qtbot.mouseClick(curves.train_switch, pointer.LEFT)
    assert not curves._loss._training.isVisible()
    assert not curves._accuracy._training.isVisible()
    assert curves._loss._validation.isVisible()
    qtbot.mouseClick(curves.train_switch, pointer.LEFT)
    qtbot.mouseClick(curves.validation_switch, pointer.LEFT)
    assert curves._loss._training.isVisible()
    assert not curves._loss._validation.isVisible()


def test_the_margin_says_the_values_at_the_cursor(curves, snapshot) -> None:
    shot = snapshot(steps=100, cursor=50)
    curves.show_snapshot(shot)
    curves.show_values(shot)
    values = curves._loss._margin._values
    assert values[0].value == f"{shot.train_loss.mean[0, 50]:.2f}"
    assert values[1].value == f"{shot.val_loss[1][2]:.2f}"


def test_a_value_that_is_not_finite_is_said_in_its_colour(curves, snapshot) -> None:
    shot = snapshot(steps=100, non_finite_from=60)
    curves.show_snapshot(shot)
    curves.show_values(shot)
    first = curves._loss._margin._values[0]
    assert (first.value, first.tone) == ("NaN", "non_finite")


def test_the_pointer_is_told_both_values(curves, snapshot) -> None:
    curves.show_snapshot(snapshot(steps=100))
    pointer.hover(curves.canvas, curves.canvas.boxes[0], 33.2, 1.0)
    text = curves.canvas.card.text
    assert "Loss at step 33" in text
    assert "training" in text
    assert "validation" in text


def test_both_panes_zoom_together(curves, snapshot, qtbot) -> None:
    curves.show_snapshot(snapshot(steps=100))
    loss, accuracy = curves.canvas.boxes
    with qtbot.waitSignal(curves.steps_zoomed):
        pointer.wheel(curves.canvas, pointer.pixel(curves.canvas, accuracy, 50, 0.5), 6)
    assert loss.viewRange()[0] == accuracy.viewRange()[0]
    assert loss.viewRange()[0][1] < 99


def test_no_steps_and_one_step(curves, snapshot) -> None:
    curves.show_empty(1000)
    curves.show_snapshot(snapshot(steps=1000, done=0))
    curves.show_snapshot(snapshot(steps=1000, done=1))
    assert len(curves._loss._training.getData()[0]) == 1
