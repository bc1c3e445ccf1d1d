import os
import time
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox
from recorded_runs import record

from gradviz.control.engine_state import EngineState
from gradviz.control.session_document import SessionDocument
from gradviz.control.session_opening import PLACE
from gradviz.records.interrupted import mark_interrupted
from gradviz.views.dialogs import Answer
from gradviz.views.recovery_dialog import RecoveryDialog


@pytest.fixture
def files(window):
    return window.files


@pytest.fixture
def target(tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "depth.gradviz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path.with_suffix("")), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    return path


@pytest.fixture
def answers(monkeypatch):
    """What the user answers when asked about unsaved work; the questions that were asked."""
    asked = []

    def answer_with(answer: Answer):
        def ask(_parent, title, *, training):
            asked.append((title, training))
            return answer

        monkeypatch.setattr("gradviz.views.file_conductor.ask_unsaved", ask)
        return asked

    return answer_with


@pytest.fixture(autouse=True)
def errors(monkeypatch):
    said = []
    monkeypatch.setattr(
        "gradviz.views.file_conductor.show_error", lambda _w, title, text: said.append((title, text))
    )
    return said


def trained(window, document, host) -> None:
    window.runs.train()
    request = host.asked[-1][1]
    status = record(request.store, run_id=request.run_id, steps=50)
    from gradviz.control.engine_state import RunChange

    host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))


def test_saved_and_opened_everything_is_there(window, document, host, target, qtbot) -> None:
    trained(window, document, host)
    document.set_notes("dies at layer 3")
    with qtbot.waitSignal(document.save_finished):
        window.actions_by_key["file.save"].trigger()
    assert target.is_file()
    assert not window.isWindowModified()
    assert window.windowTitle().startswith("depth.gradviz")
    assert window.settings.recent_files == (target,)
    window.files.new()
    assert document.runs == ()
    assert window.plots.flow.canvas._quiet.isVisible()
    window.actions_by_key["file.open"].trigger()
    assert document.notes == "dies at layer 3"
    assert window.left.notes.field.toPlainText() == "dies at layer 3"
    qtbot.waitUntil(lambda: window.runs.clock.snapshot is not None)
    assert window.plots.flow._image.image.shape == (21, 50)


def test_unsaved_work_is_asked_about_and_cancel_stays(window, document, files, answers) -> None:
    document.set_notes("seen")
    asked = answers(Answer.CANCEL)
    files.new()
    assert document.notes == "seen"
    assert not window.close()
    assert asked == [(document.title, False)] * 2


def test_discard_leaves(window, document, files, answers) -> None:
    document.set_notes("seen")
    answers(Answer.DISCARD)
    files.new_from_example("overflow")
    assert document.experiment.name.startswith("Overflow")
    assert document.notes == ""


def test_save_saves_first(document, files, answers, target) -> None:
    document.set_notes("seen")
    answers(Answer.SAVE)
    assert files.may_close()
    assert target.is_file()


def test_a_session_never_takes_the_name_of_a_script(document, files, monkeypatch, tmp_path) -> None:
    script = tmp_path / "bad.py"
    script.write_text("print()")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(script), ""))
    files.save_as()
    files._wait_for_save()
    assert script.read_text() == "print()"
    assert document.path == tmp_path / "bad.py.gradviz"
    assert document.path.is_file()


def test_no_file_chosen_is_no_close(document, files, answers, monkeypatch) -> None:
    document.set_notes("seen")
    answers(Answer.SAVE)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    assert not files.may_close()


def test_nothing_unsaved_is_not_asked_about(files, answers) -> None:
    asked = answers(Answer.CANCEL)
    assert files.may_close()
    assert asked == []


def test_a_training_run_is_stopped_before_the_session_is_left(window, document, host, files, answers) -> None:
    from gradviz.control.engine_state import RunChange
    from gradviz.records.run import FinishReason, RunState, RunStatus

    asked = answers(Answer.DISCARD)
    window.runs.train()
    request = host.asked[-1][1]
    record(request.store, run_id=request.run_id, steps=100, done=3)
    host.be(EngineState.TRAINING)

    def stop() -> None:
        host.asked.append(("stop", None))
        status = RunStatus(state=RunState.FINISHED, steps=3, finish=FinishReason.STOPPED)
        QTimer.singleShot(
            20, lambda: host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))
        )

    host.stop = stop
    files.new()
    assert asked[0][1] is True
    assert host.orders()[-1] == "stop"
    assert document.runs == ()


@pytest.mark.parametrize("name", ["missing.gradviz", "broken.toml", "picture.gradviz"])
def test_what_cannot_be_opened_is_said_and_the_session_stays(tmp_path, document, files, errors, name) -> None:
    path = tmp_path / name
    if name == "broken.toml":
        path.write_text("schema = 1\n[optimizer]\nlr = -1\n")
    if name == "picture.gradviz":
        path.write_bytes(b"\x89PNG" + bytes(5000))
    before = document.experiment
    files.open_path(path)
    assert document.experiment == before
    assert errors[0][0] == "Cannot open"
    assert "Traceback" not in errors[0][1]
    assert name.split(".")[0] in errors[0][1]


def test_a_recent_file_that_is_gone_leaves_the_list(tmp_path, window, files, errors) -> None:
    path = tmp_path / "gone.gradviz"
    window.settings.add_recent(path)
    files.open_path(path)
    assert window.settings.recent_files == ()


def test_a_folder_that_cannot_be_written_is_said(document, files, errors, tmp_path, monkeypatch) -> None:
    target = tmp_path / "no" / "such" / "folder" / "x.gradviz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    document.set_notes("seen")
    files.save_as()
    files._wait_for_save()
    assert errors
    assert errors[0][0] == "Cannot save"
    assert document.is_dirty


def test_examples_and_recent_files_are_in_the_menu(window, tmp_path) -> None:
    from gradviz.views import menus

    examples = [action.text() for action in window._open_ended[menus.EXAMPLES].actions()]
    assert any(text.startswith("Overflow") for text in examples)
    recent = window._open_ended[menus.RECENT]
    assert not recent.isEnabled()
    window.settings.add_recent(tmp_path / "a.gradviz")
    assert [action.text() for action in recent.actions()] == ["a.gradviz"]


def test_a_save_that_ends_while_the_window_goes_finds_no_menu_and_says_nothing(window, tmp_path) -> None:
    from gradviz.views import menus

    gone = window._open_ended[menus.RECENT] = QMenu()
    shiboken6.delete(gone)
    window.settings.add_recent(tmp_path / "a.gradviz")
    assert window.settings.recent_files == (tmp_path / "a.gradviz",)


def test_what_a_crash_left_is_offered_and_recovered(window, document, files, qtbot) -> None:
    other = SessionDocument()
    other.open("example:overflow")
    other.set_notes("before the crash")
    request = other.new_run()
    record(request.store, run_id=request.run_id, steps=40)
    other.close(keep=True)
    files.offer_recovery()
    dialog = window.findChild(RecoveryDialog)
    assert dialog.isVisible()
    assert "1 run" in dialog.list.item(0).text()
    qtbot.mouseClick(dialog.recover, pointer_left())
    assert document.notes == "before the crash"
    assert len(document.runs) == 1
    qtbot.waitUntil(lambda: window.runs.clock.snapshot is not None)
    assert window.runs.clock.snapshot.last_step == 39


@pytest.mark.parametrize("has_ended", [False, True], ids=["killed too", "ended by its engine"])
def test_the_run_that_was_broken_off_is_shown(window, document, files, qtbot, has_ended) -> None:
    other = SessionDocument()
    whole = other.new_run()
    record(whole.store, run_id=whole.run_id, steps=40)
    other.set_layout({PLACE: {"run": whole.run_id, "layer": "", "steps": {}}})  # as at the last save
    cut = other.new_run()
    record(cut.store, run_id=cut.run_id, done=7, finish=False)
    if has_ended:
        mark_interrupted(cut.store, "The window is gone.")
    other.close(keep=True)
    for age, request in ((60, whole), (0, cut)):
        os.utime(request.store, (time.time() - age,) * 2)
    files.offer_recovery()
    qtbot.mouseClick(window.findChild(RecoveryDialog).recover, pointer_left())
    assert [run.id for run in document.runs] == [whole.run_id, cut.run_id]
    assert window.runs.place.run == cut.run_id


def test_what_a_crash_left_can_be_discarded(window, files, qtbot) -> None:
    other = SessionDocument()
    other.open("example:overflow")
    other.set_notes("before the crash")
    other.close(keep=True)
    files.offer_recovery()
    dialog = window.findChild(RecoveryDialog)
    qtbot.mouseClick(dialog.discard, pointer_left())
    assert not dialog.isVisible()
    assert SessionDocument.abandoned_sessions() == ()


def test_a_file_that_another_program_saved_is_not_overwritten_unasked(
    document, files, target, monkeypatch, qtbot
) -> None:
    document.set_notes("mine")
    files.save()
    qtbot.waitUntil(lambda: not document.is_saving)
    other = SessionDocument()
    other.open(target)
    other.set_notes("theirs")
    with qtbot.waitSignal(other.save_finished):
        other.save()
    other.close()
    asked = []
    monkeypatch.setattr(
        "gradviz.views.file_conductor.confirm_overwrite", lambda _w, name: bool(asked.append(name)) or True
    )
    document.set_notes("mine again")
    files.save()
    qtbot.waitUntil(lambda: not document.is_saving and not document.is_dirty)
    assert asked == ["depth.gradviz"]


def test_the_question_has_three_answers(window) -> None:
    from gradviz.views.dialogs import ask_unsaved

    buttons = QMessageBox.StandardButton
    for press, answer in (
        (buttons.Save, Answer.SAVE),
        (buttons.Discard, Answer.DISCARD),
        (buttons.Cancel, Answer.CANCEL),
    ):
        QTimer.singleShot(0, lambda press=press: QApplication.activeModalWidget().button(press).click())
        assert ask_unsaved(window, "depth", training=True) is answer


def pointer_left():
    import pointer

    return pointer.LEFT
