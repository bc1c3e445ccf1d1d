"""The window as a whole, with an engine that is only played."""

import sqlite3
from dataclasses import replace

import pointer
import pytest
from fake_host import inspection_of_vanishing
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
from recorded_runs import record

from gradviz.control.engine_state import EngineState, RunChange
from gradviz.records.checkpoint import Checkpoint, CheckpointKind, Moment, put_checkpoint
from gradviz.records.progress import Progress
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import ExperimentSpec


@pytest.fixture
def trained(window, document, host, qtbot):
    """Press Train; the played engine records a run and finishes it."""

    def train(**options):
        qtbot.mouseClick(window.toolbar.train, Qt.MouseButton.LeftButton)
        request = host.asked[-1][1]
        host.be(EngineState.TRAINING)
        status = record(request.store, run_id=request.run_id, **{"steps": 1000, "done": 200, **options})
        clock = window.runs.clock
        qtbot.waitUntil(
            lambda: (
                clock.snapshot is not None
                and clock.snapshot.layer is not None
                and clock.snapshot.last_step == status.steps - 1
            )
        )
        return request, status

    return train


def finish(host, request, status) -> None:
    host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))
    host.be(EngineState.READY)
    QApplication.processEvents()


def test_it_opens_on_the_vanishing_example_one_click_from_training(window) -> None:
    assert "Vanishing" in window.windowTitle()
    assert window.toolbar.train.isEnabled()
    assert window.toolbar.pill.text == "ready"
    assert window.plots.flow.canvas._quiet.isVisible()
    assert window.plots.flow._names[0] == "Linear 1"


def test_before_the_engine_is_ready_nothing_can_be_trained(window, host) -> None:
    host.be(EngineState.STARTING)
    assert window.toolbar.pill.text == "starting…"
    assert not window.toolbar.train.isEnabled()


def test_training_shows_the_run_in_all_plots(window, document, trained) -> None:
    request, _ = trained()
    assert request.experiment == document.experiment
    assert [run.name for run in document.runs] == ["Run 1"]
    assert window.time_bar.runs.currentText() == "Run 1"
    assert window.toolbar.progress_text.text() == "200 / 1,000 · 371 steps/s · 2 s left"
    assert window.toolbar.progress.value() == 200
    assert window.plots.flow._image.image.shape == (21, 200)
    assert window.plots.plot("profile").remark.text() == "at step 199"
    assert window.plots.plot("histograms").weights.counts is not None
    assert window.left.training.measuring.cost.text() == "Measuring costs 3.1 %"
    assert not window.toolbar.train.isEnabled()
    assert not window.toolbar.device.isEnabled()


def test_pause_resume_step_stop(window, host, trained) -> None:
    trained()
    actions = window.actions_by_key
    assert actions["run.pause"].text() == "Pause"
    assert not actions["run.step"].isEnabled()
    QTest.keyClick(window, Qt.Key.Key_F6)
    host.be(EngineState.PAUSED)
    assert actions["run.pause"].text() == "Resume"
    assert window.toolbar.pill.text == "paused"
    QTest.keyClick(window, Qt.Key.Key_F7)
    QTest.keyClick(window, Qt.Key.Key_F6)
    host.be(EngineState.TRAINING)
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert host.orders()[-4:] == ["pause", "step", "resume", "stop"]


def test_a_step_without_a_run_starts_one_that_waits(window, host) -> None:
    window.actions_by_key["run.step"].trigger()
    assert host.orders()[-2:] == ["train", "step"]
    assert host.asked[-2][1].paused


def test_the_end_is_said(window, host, trained) -> None:
    request, status = trained(steps=200)
    finish(host, request, status)
    assert window.toolbar.progress_text.text() == "Completed 200 steps"
    assert not window.strip.isVisible()
    assert window.toolbar.train.isEnabled()


def test_an_early_end_is_said_with_its_reason(window, host, trained) -> None:
    request, status = trained(steps=200)
    reason = "Stopped early: no lower validation loss in 2 validations, best at step 99 with 0.5."
    finish(host, request, replace(status, reason=reason))
    assert window.toolbar.progress_text.text() == "Completed 200 steps"
    assert window.strip.isVisible()
    assert window.strip.text == f"Run 1: {reason}"


@pytest.mark.parametrize("how", [FinishReason.DIVERGED, FinishReason.FAILED])
def test_a_bad_end_is_said_with_its_reason(window, host, trained, how, qtbot) -> None:
    request, status = trained()
    reason = "The loss is not finite at step 1; first in Linear 4, forward."
    finish(host, request, replace(status, state=RunState.FINISHED, finish=how, reason=reason))
    assert window.strip.isVisible()
    assert window.strip.text == f"Run 1: {reason}"
    qtbot.mouseClick(window.strip.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert not window.strip.isVisible()


def test_a_killed_engine_is_said_and_what_was_measured_stays(window, host, trained) -> None:
    trained()
    host.be(EngineState.RESTARTING, "The engine was killed at step 200. Everything measured is kept.")
    assert "killed at step 200" in window.strip.text
    assert window.toolbar.pill.text == "restarting…"
    assert window.plots.flow._image.image.shape == (21, 200)


def test_an_engine_that_does_not_come_up_can_be_restarted(window, host, qtbot) -> None:
    host.be(EngineState.FAILED, "The engine does not start.")
    link = next(button for button in window.strip.findChildren(QPushButton) if button.text() == "Restart")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert host.orders()[-1] == "restart"


def test_a_start_that_fails_leaves_no_run_and_no_other_runs_pictures(
    window, host, document, trained, qtbot
) -> None:
    request, status = trained()
    finish(host, request, replace(status, state=RunState.FINISHED, finish=FinishReason.STOPPED))
    assert not window.plots.flow.canvas._quiet.isVisible()
    qtbot.mouseClick(window.toolbar.train, Qt.MouseButton.LeftButton)
    assert window.time_bar.runs.currentText() == "Run 2"
    assert window.plots.flow.canvas._quiet.isVisible()  # while the data is loaded there is nothing to see
    assert window.toolbar.progress_text.text() == ""
    assert window.toolbar.progress.value() == 0
    reason = "mnist is not on this machine and could not be fetched."
    failed = RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, reason=reason)
    finish(host, host.asked[-1][1], failed)
    assert [run.name for run in document.runs] == ["Run 1"]
    assert window.time_bar.runs.currentText() == "New run"
    assert window.strip.text == reason
    assert window.toolbar.progress_text.text() == ""
    window.time_bar.runs.setCurrentIndex(1)
    window.time_bar.runs.activated.emit(1)
    qtbot.waitUntil(lambda: window.plots.plot("histograms").weights.counts is not None)
    assert not window.plots.flow.canvas._quiet.isVisible()


def test_a_language_models_run_has_a_place_for_its_text_from_the_start(
    window, host, document, trained
) -> None:
    document.edit(replace(document.experiment, data=ExperimentSpec().data), "As the recorded run")
    text = DataInfo(input_shape=(8,), classes=30, samples=90, vocabulary=30, per_position=True)
    host.answer(replace(inspection_of_vanishing(), data=text))
    request, status = trained()
    assert window.plots.ensemble.has("text")
    finish(host, request, replace(status, state=RunState.FINISHED, finish=FinishReason.STOPPED))
    host.answer(replace(inspection_of_vanishing(), data=replace(text, per_position=False)))
    trained()
    assert not window.plots.ensemble.has("text")


def test_reset_shows_the_empty_plots_again(window, host, document, trained) -> None:
    request, status = trained()
    window.actions_by_key["run.reset"].trigger()
    assert host.orders()[-1] == "stop"
    finish(host, request, replace(status, state=RunState.FINISHED, finish=FinishReason.STOPPED))
    assert window.plots.flow.canvas._quiet.isVisible()
    assert window.time_bar.runs.currentText() == "New run"
    assert len(document.runs) == 1


def test_a_click_on_a_row_selects_the_layer_everywhere(window, trained, qtbot) -> None:
    trained()
    flow = window.plots.flow
    pointer.click(flow.canvas, flow.canvas.boxes[0], 50, 12)
    assert window.plots.plot("histograms").chooser.currentText() == "Linear 13"
    assert window.left.builder.selected == (1, 0)
    assert window.plots.plot("profile")._row.value() == 12
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.layer == 12)


def test_a_row_of_the_tree_selects_its_first_iteration(window, trained) -> None:
    trained()
    tree = window.left.builder.tree
    index = window.layer_model.index_of((1, 0))
    window.wiring.selection.select_row(5)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index).center())
    assert window.wiring.selection.row == 5
    window.wiring.selection.select_row(0)
    last = window.layer_model.index_of((2,))
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(last).center())
    assert window.wiring.selection.row == 0


def test_the_time_bar_scrubs_all_plots_and_live_goes_back(window, trained, qtbot) -> None:
    trained()
    track = window.time_bar.track
    place = pointer.QPoint(round(track.place_of(90)), 18)
    QTest.mouseClick(track, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: not window.runs.clock.snapshot.live)
    step = window.runs.clock.snapshot.cursor
    assert abs(step - 90) <= 1
    assert window.plots.plot("profile").remark.text() == f"at step {step}"
    assert window.plots.flow._cursor.value() == step
    assert window.plots.plot("curves.learning").panes[0].cursor.value() == step
    assert f"step {step // 40 * 40}" in window.plots.plot("histograms").weights.caption
    qtbot.mouseClick(window.time_bar.live, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.live)


def test_a_zoom_in_one_plot_is_a_zoom_in_the_others(window, trained) -> None:
    trained()
    flow, curves, profile = (
        window.plots.flow,
        window.plots.plot("curves.learning"),
        window.plots.plot("profile"),
    )
    place = pointer.pixel(flow.canvas, flow.canvas.boxes[0], 100, 10)
    pointer.wheel(flow.canvas, place, 5)
    pointer.wheel(flow.canvas, place, 3, Qt.KeyboardModifier.ShiftModifier)
    steps, rows = flow.canvas.boxes[0].viewRange()
    assert curves.canvas.boxes[0].viewRange()[0] == steps
    assert profile.canvas.boxes[0].viewRange()[1] == rows
    pointer.double_click(curves.canvas, curves.canvas.boxes[0], 100, 1)
    assert flow.canvas.boxes[0].viewRange()[0] == [-0.5, 199.5]


@pytest.mark.parametrize("layers", [21, 30, 5])
def test_a_zoom_stays_when_another_run_is_chosen(window, host, trained, qtbot, layers: int) -> None:
    first, status = trained(steps=200)
    finish(host, first, status)
    second, status = trained(steps=300, done=300, layers=layers)
    finish(host, second, status)
    window.runs.show_run(window.document.run(first.run_id))
    clock = window.runs.clock
    qtbot.waitUntil(lambda: clock.snapshot is not None and clock.run.id == first.run_id)
    flow = window.plots.flow.canvas.boxes[0]
    qtbot.waitUntil(lambda: window.plots.flow._run == first.run_id)
    place = pointer.pixel(window.plots.flow.canvas, flow, 100, 10)
    pointer.wheel(window.plots.flow.canvas, place, 5)
    pointer.wheel(window.plots.flow.canvas, place, 3, Qt.KeyboardModifier.ShiftModifier)
    steps, rows = flow.viewRange()
    view = clock.view
    assert view is not None
    window.runs.show_run(window.document.run(second.run_id))
    qtbot.waitUntil(lambda: window.plots.flow._run == second.run_id)
    assert flow.viewRange()[0] == pytest.approx(steps)
    assert window.plots.plot("curves.learning").canvas.boxes[0].viewRange()[0] == pytest.approx(steps)
    assert clock.view == view  # read in full detail
    assert flow.viewRange()[1] == pytest.approx(rows if layers > 5 else [-0.5, 4.5])
    assert window.plots.plot("profile").canvas.boxes[0].viewRange()[1] == pytest.approx(flow.viewRange()[1])
    pointer.double_click(window.plots.flow.canvas, flow, 100, min(10, layers - 2))
    assert flow.viewRange() == [[-0.5, 299.5], [-0.5, layers - 0.5]]


def test_an_earlier_run_can_be_shown_again(window, host, document, trained, qtbot) -> None:
    request, status = trained(steps=200)
    finish(host, request, status)
    second, status = trained(steps=50, done=50)
    finish(host, second, status)
    assert window.time_bar.runs.currentText() == "Run 2"
    window.time_bar.runs.setFocus()
    QTest.keyClick(window.time_bar.runs, Qt.Key.Key_End)
    qtbot.waitUntil(
        lambda: window.runs.clock.snapshot is not None and window.runs.clock.run.id == request.run_id
    )
    assert window.plots.flow._image.image.shape == (21, 200)


def test_a_finished_run_can_be_removed(window, host, document, trained, monkeypatch) -> None:
    request, status = trained(steps=200)
    assert not window.actions_by_key["run.remove"].isEnabled()
    finish(host, request, status)
    monkeypatch.setattr("gradviz.views.shown_run_conductor.confirm_remove_run", lambda *_: True)
    window.actions_by_key["run.remove"].trigger()
    assert document.runs == ()
    assert window.plots.flow.canvas._quiet.isVisible()


def test_the_device_is_part_of_the_experiment(window, document) -> None:
    assert [window.toolbar.device.itemText(i) for i in range(2)] == ["auto", "cpu"]
    window.toolbar.device.setCurrentText("cpu")
    window.toolbar.device.textActivated.emit("cpu")
    assert document.experiment.training.device == "cpu"


def test_the_title_tells_of_unsaved_edits(window, document) -> None:
    assert not window.isWindowModified()
    document.set_notes("seen")
    assert window.isWindowModified()


def test_panels_can_be_hidden(window, host) -> None:
    window.actions_by_key["view.left"].trigger()
    assert not window.left.isVisible()
    window.actions_by_key["view.log"].trigger()
    host.log("warning", "the disk is nearly full")
    assert window.log.isVisible()
    assert "the disk is nearly full" in window.log.view.toPlainText()
    window.log.findChild(QToolButton).click()
    assert not window.actions_by_key["view.log"].isChecked()


def test_hidden_it_draws_nothing(window, trained) -> None:
    trained()
    window.hide()
    assert not window.runs.clock.is_ticking
    window.show()
    assert window.runs.clock.is_ticking


def test_a_run_with_a_checkpoint_can_go_on(window, host, document, trained) -> None:
    action = window.actions_by_key["run.continue"]
    assert not action.isEnabled()
    assert "No run is shown." in action.toolTip()
    request, status = trained()
    assert "The engine is busy." in action.toolTip()
    finish(host, request, replace(status, state=RunState.FINISHED, finish=FinishReason.STOPPED))
    assert not action.isEnabled()
    assert "no checkpoint to go on from" in action.toolTip()
    checkpointed(request.store)
    window.runs._looked = None
    document.set_notes("looked at again")
    document.rename_run(request.run_id, "Mine")
    assert action.isEnabled()
    assert "A checkpoint is kept about every 10 seconds" in action.toolTip()
    assert "about every 10 seconds" in window.toolbar.progress.toolTip()
    action.trigger()
    asked = host.asked[-1][1]
    assert (asked.resume.id, asked.resume.path) == (request.run_id, request.store)
    assert [(run.id, run.name) for run in document.runs] == [(asked.run_id, "Mine")]
    assert not action.isEnabled()
    failed = replace(status, state=RunState.FINISHED, finish=FinishReason.FAILED, reason="Another network.")
    finish(host, asked, failed)
    assert window.strip.isVisible()
    assert [run.id for run in document.runs] == [request.run_id]
    assert action.isEnabled()


def checkpointed(store) -> None:
    """Give a recorded run a checkpoint, as its engine would have."""
    connection = sqlite3.connect(store)
    connection.row_factory = None
    key, uuid = connection.execute("SELECT run, uuid FROM run").fetchone()
    text = connection.execute("SELECT data FROM progress").fetchone()[0]
    made = Checkpoint(kind=CheckpointKind.LAST, step=200, state="{}", tensors=b"")
    put_checkpoint(connection, key, uuid, made, Moment(progress=Progress.from_json(text), rows=b""))
    connection.commit()
    connection.close()


def test_keys_go_from_event_to_event(window, trained, qtbot) -> None:
    action = window.actions_by_key["view.previous_event"]
    assert "no events" in action.toolTip()
    trained()
    assert action.isEnabled()
    QTest.keyClick(window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.runs.clock.snapshot.cursor == 60)
    assert window.time_bar.field.value() == 60


def test_before_a_regression_the_plots_have_no_accuracy(window, host, qtbot) -> None:
    learning = window.plots.plot("curves.learning")
    assert learning.full_title() == "Loss and accuracy"
    numbers = DataInfo(input_shape=(10,), classes=1, samples=100, task=Task.REGRESSION)
    host.answer(replace(inspection_of_vanishing(), data=numbers))
    qtbot.waitUntil(lambda: window.plots.plot("curves.learning").full_title() == "Loss")
    host.answer(replace(inspection_of_vanishing(), data=replace(numbers, task=Task.BINARY)))
    qtbot.waitUntil(lambda: window.plots.plot("curves.learning").full_title() == "Loss and accuracy")
