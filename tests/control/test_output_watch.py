"""A run that another process trains is followed to its end, and taken over when that process dies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gradviz.records.outputs import register_output
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.session import RunSource, Session, save_session
from gradviz.spec.json_codec import to_raw


@pytest.mark.parametrize("edited", [False, True])
def test_a_run_of_another_process_is_followed(qtbot, document, begun, tmp_path: Path, edited: bool) -> None:
    target, store = tmp_path / "out.gradviz", tmp_path / "live.sqlite"
    writer = begun(store, "theirs")
    promise = register_output(target, store, "theirs")
    document.open(target)
    assert (document.title, document.path, document.experiment.seed) == ("out.gradviz", None, 5)
    assert document.runs[0].status.state is RunState.RUNNING
    assert not document.is_dirty
    assert not document.is_training
    if edited:
        document.edit(replace(document.experiment, seed=77), "Seed")
    writer.finish(RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=10))
    writer.close()
    session = Session.new(to_raw(document.experiment))
    save_session(replace(session, runs=(RunSource(id="theirs", path=store),)), target)
    promise.release()
    for leftover in tmp_path.glob("live*"):
        leftover.unlink()
    qtbot.waitUntil(lambda: document.runs[0].in_document, timeout=5000)
    assert document.runs[0].status.finish is FinishReason.COMPLETED
    with document.runs[0].open() as reader:
        assert reader.last_step == 9
    assert document.path == (None if edited else target)
    assert document.is_dirty is edited
    assert document.experiment.seed == (77 if edited else 5)


def test_a_followed_process_that_dies_leaves_its_run(qtbot, document, begun, tmp_path: Path) -> None:
    target, store = tmp_path / "out.gradviz", tmp_path / "live.sqlite"
    writer = begun(store, "theirs")
    promise = register_output(target, store, "theirs")
    document.open(target)
    writer.close()
    promise.release()
    qtbot.waitUntil(lambda: document.runs[0].is_finished, timeout=5000)
    assert "at step 9" in document.runs[0].status.reason
    assert document.is_dirty
    with qtbot.waitSignal(document.save_finished) as finished:
        document.save(tmp_path / "mine.gradviz")
    assert finished.args[0].saved
