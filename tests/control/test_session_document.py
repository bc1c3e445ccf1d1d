"""A session from its first edit to its reopening: nothing is lost, nothing is saved unasked."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from document_steps import edit, save, train
from PySide6.QtTest import QSignalSpy

from gradviz.control.engine_state import RunChange
from gradviz.control.session_document import SessionDocument
from gradviz.paths import state_folder
from gradviz.records.errors import RecordsError
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.session import Session, open_session, save_session
from gradviz.spec.problem import SpecError


def test_an_untouched_session_is_clean_and_leaves_nothing(document: SessionDocument) -> None:
    assert not document.is_dirty
    assert (document.path, document.title) == (None, "First")
    assert not (state_folder() / "sessions").exists()


def test_edits_notes_and_runs_make_it_dirty_and_undo_clean(document, recorded) -> None:
    told = QSignalSpy(document.dirty_changed)
    edit(document, 1)
    assert document.is_dirty
    document.undo_stack.undo()
    assert not document.is_dirty
    document.set_notes("a")
    assert document.is_dirty
    document.set_notes("")
    assert not document.is_dirty
    assert [told.at(i)[0] for i in range(told.count())] == [True, False, True, False]
    document.set_layout({"docks": "AAA"})
    assert not document.is_dirty
    train(document, recorded)
    assert document.is_dirty
    assert [run.name for run in document.runs] == ["Run 1"]


def test_save_and_reopen(qtbot, document, recorded, tmp_path: Path) -> None:
    edit(document, 3)
    document.set_notes("See layer 2.")
    document.set_layout({"docks": "AAA"})
    first, second = train(document, recorded), train(document, recorded, 20)
    document.rename_run(second, "with ReLU")
    path = tmp_path / "a.gradviz"
    shares = QSignalSpy(document.save_progressed)
    assert save(qtbot, document, path).saved
    assert shares.at(shares.count() - 1)[0].share == 1.0
    assert (document.path, document.title, document.is_dirty) == (path, "a.gradviz", False)
    assert not list(tmp_path.glob(".*"))

    other = SessionDocument()
    reopened = QSignalSpy(other.reopened)
    other.open(path)
    assert reopened.count() == 1
    assert other.experiment == document.experiment
    assert (other.notes, other.layout, other.path) == ("See layer 2.", {"docks": "AAA"}, path)
    assert [(run.id, run.name, run.status.steps) for run in other.runs] == [
        (first, "Run 1", 10),
        (second, "with ReLU", 20),
    ]
    assert not other.is_dirty
    assert not other.is_training
    with other.run(second).open() as reader:
        assert reader.last_step == 19
    before = path.read_bytes()
    edit(other, 8)
    other.undo_stack.undo()
    other.close()
    assert path.read_bytes() == before


def test_later_saves_go_to_the_same_file(qtbot, document, recorded, tmp_path: Path) -> None:
    path = tmp_path / "a.gradviz"
    train(document, recorded)
    save(qtbot, document, path)
    edit(document, 9)
    assert document.is_dirty
    train(document, recorded)
    assert save(qtbot, document).saved
    assert not document.is_dirty
    document.undo_stack.undo()
    assert document.is_dirty
    assert len(open_session(path).runs) == 2
    assert open_session(path).experiment["seed"] == 9


def test_save_as_moves_the_session_and_its_runs(qtbot, document, recorded, tmp_path: Path) -> None:
    first = train(document, recorded)
    save(qtbot, document, tmp_path / "a.gradviz")
    document.open(tmp_path / "a.gradviz")
    second = train(document, recorded)
    copy = tmp_path / "b.gradviz"
    assert save(qtbot, document, copy).saved
    assert document.path == copy
    assert document.run(first).source == copy
    (tmp_path / "a.gradviz").unlink()
    assert save(qtbot, document).saved
    assert {run.id for run in open_session(copy).runs} == {first, second}


def test_saving_while_a_run_grows(qtbot, document, begun, tmp_path: Path) -> None:
    request = document.new_run()
    assert document.is_training
    writer = begun(request.store, request.run_id)
    running = RunStatus(state=RunState.RUNNING)
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=running))
    path = tmp_path / "a.gradviz"
    assert save(qtbot, document, path).saved
    assert document.is_dirty  # more is coming
    for leave in (document.new, lambda: document.open(path)):
        with pytest.raises(RecordsError, match="stop it first"):
            leave()
    done = RunStatus(state=RunState.FINISHED, finish=FinishReason.STOPPED, steps=10)
    writer.finish(done)
    writer.close()
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=done))

    other = SessionDocument()
    other.open(path)
    assert other.runs[0].status.finish is FinishReason.STOPPED
    assert not other.is_training
    other.close()

    assert save(qtbot, document).saved
    assert not document.is_dirty


def test_a_run_that_ended_before_its_first_step_is_no_run(document) -> None:
    request = document.new_run()
    given_up = []
    document.run_given_up.connect(given_up.append)
    failed = RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, reason="No such data.")
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=failed))
    assert document.runs == ()
    assert given_up == [request.run_id]
    assert not document.is_dirty
    assert document.new_run().run_id != request.run_id
    assert [run.name for run in document.runs] == ["Run 1"]


def test_a_run_without_a_store_is_not_saved(qtbot, document, tmp_path: Path) -> None:
    document.new_run()
    assert save(qtbot, document, tmp_path / "a.gradviz").saved
    assert open_session(tmp_path / "a.gradviz").runs == ()


def test_removing_a_run(qtbot, document, recorded, tmp_path: Path) -> None:
    path = tmp_path / "a.gradviz"
    first, second = train(document, recorded), train(document, recorded)
    store = document.run(first).source
    save(qtbot, document, path)
    document.remove_run(first)
    assert [run.id for run in document.runs] == [second]
    assert not store.exists()
    assert document.is_dirty
    save(qtbot, document)
    assert [run.id for run in open_session(path).runs] == [second]
    request = document.new_run()
    assert document.run(request.run_id).name == "Run 3"
    document.remove_run(request.run_id)  # it has not finished: it stays
    assert len(document.runs) == 2


def test_what_cannot_be_saved_is_said(qtbot, document, tmp_path: Path) -> None:
    edit(document, 1)
    with pytest.raises(RecordsError, match="no file yet"):
        document.save()
    result = save(qtbot, document, tmp_path)
    assert not result.saved
    assert "folder" in result.error
    assert document.path is None
    assert document.is_dirty


def test_a_file_saved_by_another_program_is_asked_about(qtbot, document, tmp_path: Path) -> None:
    path = tmp_path / "a.gradviz"
    save(qtbot, document, path)
    save_session(replace(open_session(path), notes="theirs"), path)
    document.set_notes("mine")
    result = save(qtbot, document)
    assert result.changed_on_disk
    assert open_session(path).notes == "theirs"
    assert save(qtbot, document, force=True).saved
    assert open_session(path).notes == "mine"


def test_a_cancelled_save_leaves_the_file(qtbot, document, recorded, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.gradviz"
    train(document, recorded)
    monkeypatch.setattr("gradviz.control.session_saver.save_session", _until_cancelled)
    with qtbot.waitSignal(document.save_finished) as finished:
        document.save(path)
        assert document.is_saving
        with pytest.raises(RecordsError, match="already"):
            document.save(path)
        with pytest.raises(RecordsError, match="being saved"):
            document.new()
        document.cancel_save()
    result = finished.args[0]
    assert result.cancelled
    assert not result.saved
    assert not path.exists()
    assert document.is_dirty


def _until_cancelled(session: Session, path: Path, *, progress, cancelled, force) -> Session:
    def wait_for_it() -> bool:
        while not cancelled():
            pass
        return True

    return save_session(session, path, progress=progress, cancelled=wait_for_it, force=force)


def test_a_run_that_is_removed_during_a_save_is_saved_once_more(
    qtbot, document, recorded, tmp_path: Path, monkeypatch
) -> None:
    """Its store is there until the save has read it; the session is unsaved then, for it lacks a run now."""
    kept, removed = train(document, recorded), train(document, recorded)
    store = document.run(removed).source
    may_begin = threading.Event()

    def later(*given, **named) -> Session:
        assert may_begin.wait(30)
        return save_session(*given, **named)

    monkeypatch.setattr("gradviz.control.session_saver.save_session", later)
    with qtbot.waitSignal(document.save_finished, timeout=40_000) as finished:
        document.save(tmp_path / "a.gradviz")
        document.remove_run(removed)
        may_begin.set()
    assert finished.args[0].saved, finished.args[0].error
    assert [run.id for run in open_session(tmp_path / "a.gradviz").runs] == [kept, removed]
    assert [run.id for run in document.runs] == [kept]
    assert document.is_dirty
    assert not store.exists()


def test_closing_waits_for_a_save(document, recorded, tmp_path: Path) -> None:
    results = QSignalSpy(document.save_finished)
    train(document, recorded)
    document.save(tmp_path / "a.gradviz")
    document.close()
    assert results.count() == 1
    assert results.at(0)[0].saved
    assert len(open_session(tmp_path / "a.gradviz").runs) == 1
    assert list((state_folder() / "sessions").glob("*/")) == []


def test_experiments_open_as_untitled_sessions(document, tmp_path: Path) -> None:
    edit(document, 1)
    document.open("example:vanishing")
    assert document.experiment.name.startswith("Vanishing")
    assert (document.path, document.is_dirty, document.undo_stack.count()) == (None, False, 0)
    file = tmp_path / "x.toml"
    file.write_text('schema = 1\nname = "Mine"\n[training]\nstep = 5\n', "utf-8")
    with pytest.raises(SpecError, match="did you mean “steps”"):
        document.open(file)
    assert document.experiment.name.startswith("Vanishing")
    file.write_text('schema = 1\nname = "Mine"\n', "utf-8")
    document.open(file)
    assert document.title == "Mine"


@pytest.mark.parametrize("content", [None, b"", b"text" * 100])
def test_what_is_no_session_leaves_the_present_one(document, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.gradviz"
    if content is not None:
        path.write_bytes(content)
    edit(document, 4)
    with pytest.raises(RecordsError):
        document.open(path)
    assert document.experiment.seed == 4
    assert document.undo_stack.canUndo()


def test_the_readers_are_told_before_the_runs_go(document, recorded) -> None:
    run_id = train(document, recorded)
    source = document.run(run_id).source
    there: list[bool] = []
    document.session_closing.connect(lambda: there.append(source.exists()))
    document.new()
    assert there == [True]
    assert not source.exists()
    assert document.runs == ()


def test_a_state_folder_that_cannot_be_written_is_said_once(qtbot, document, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise RecordsError("The disk is full.")

    told = QSignalSpy(document.draft_failed)
    monkeypatch.setattr("gradviz.control.session_runs.Workspace.create", full)
    edit(document, 1)
    edit(document, 2)
    assert told.count() == 1
    assert told.at(0)[0] == "The disk is full."
    assert document.experiment.seed == 2
    with pytest.raises(RecordsError, match="full"):
        document.new_run()
