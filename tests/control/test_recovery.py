"""What a killed window leaves behind, and how it is had again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from document_steps import edit, save, train

from gradviz.control.engine_state import RunChange
from gradviz.control.session_document import SessionDocument
from gradviz.records.errors import RecordsError
from gradviz.records.run import FinishReason, RunState, RunStatus

CRASHING = """
import sys
from dataclasses import replace
from PySide6.QtCore import QCoreApplication
sys.path.insert(0, {tests!r})
from conftest import info, write_steps
from gradviz.control.engine_state import RunChange
from gradviz.control.session_document import SessionDocument
from gradviz.records.run import RunState, RunStatus
from gradviz.records.writer import RunWriter
application = QCoreApplication([])
document = SessionDocument()
document.edit(replace(document.experiment, name="Lost", seed=7), "Seed")
document.set_notes("noted")
request = document.new_run()
writer = RunWriter.create(request.store, info(request.run_id))
writer.set_status(RunStatus(state=RunState.RUNNING))
write_steps(writer, 0, 41)
document.on_run_changed(
    RunChange(run_id=request.run_id, store=request.store, status=RunStatus(state=RunState.RUNNING))
)
sys.stdout.write(request.run_id + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_window_loses_nothing(qtbot, document, tmp_path: Path) -> None:
    script = CRASHING.format(tests=str(Path(__file__).parent))
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as window:
        run_id = window.stdout.readline().strip()
        assert SessionDocument.abandoned_sessions() == ()
        os.kill(window.pid, signal.SIGKILL)
    (left,) = SessionDocument.abandoned_sessions()
    assert (left.title, left.path, left.runs, left.steps) == ("Lost", None, 1, 42)
    document.recover(left.id)
    assert (document.experiment.name, document.experiment.seed, document.notes) == ("Lost", 7, "noted")
    run = document.run(run_id)
    assert (run.name, run.status.finish, run.is_finished) == ("Run 1", FinishReason.FAILED, True)
    with run.open() as reader:
        assert reader.last_step == 41
    assert document.is_dirty
    assert SessionDocument.abandoned_sessions() == ()
    assert save(qtbot, document, tmp_path / "a.gradviz").saved
    assert not document.is_dirty


def test_what_a_crash_left_can_be_kept_for_later_or_discarded(document, recorded) -> None:
    edit(document, 6)
    train(document, recorded)
    document.close(keep=True)
    (left,) = SessionDocument.abandoned_sessions()
    document.recover(left.id)
    assert (document.experiment.seed, len(document.runs), document.is_dirty) == (6, 1, True)
    document.close(keep=True)
    SessionDocument.discard(left.id)
    assert SessionDocument.abandoned_sessions() == ()
    with pytest.raises(RecordsError, match="gone"):
        document.recover(left.id)


def test_a_run_saved_in_part_is_dirty_after_recovery(qtbot, document, begun, tmp_path: Path) -> None:
    request = document.new_run()
    writer = begun(request.store, request.run_id, 10)
    running = RunStatus(state=RunState.RUNNING)
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=running))
    save(qtbot, document, tmp_path / "a.gradviz")
    writer.append(10, writer._block[0])
    writer.finish(RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=11))
    writer.close()
    document.close(keep=True)
    (left,) = SessionDocument.abandoned_sessions()
    assert (left.path, left.title, left.steps) == (tmp_path / "a.gradviz", "a.gradviz", 1)
    other = SessionDocument()
    other.recover(left.id)
    assert other.path == tmp_path / "a.gradviz"
    assert other.is_dirty
    assert save(qtbot, other).saved
    assert not other.is_dirty
    other.close()
