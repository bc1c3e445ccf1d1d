"""Working folders: what is edited is kept, what a crash leaves is offered, the rest is cleared away."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.paths import state_folder
from gradviz.records.errors import RecordsError
from gradviz.records.leftovers import abandoned, adopt, discard
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState
from gradviz.records.session import RunSource, Session, save_session
from gradviz.records.workspace import Workspace, sessions_folder

CONFTEST = Path(__file__).with_name("conftest.py")


def folders() -> list[Path]:
    return list(sessions_folder().iterdir()) if sessions_folder().exists() else []


def crash(work: str) -> None:
    """Do `work` with a new workspace in a process that is killed right after."""
    script = textwrap.dedent("""
        import importlib.util, os, signal, sys
        from dataclasses import replace
        from pathlib import Path
        import numpy as np
        spec = importlib.util.spec_from_file_location("runs", sys.argv[1])
        runs = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(runs)
        from gradviz.records.run import RunState, RunStatus
        from gradviz.records.session import RunSource, Session, save_session
        from gradviz.records.workspace import Workspace
        from gradviz.records.writer import RunWriter
        workspace = Workspace.create()
        session = Session.new({"name": "Crashing"})

        def train(steps, **options):
            path = workspace.store_path("run-1")
            run = RunWriter.create(path, runs.make_info(2))
            run.set_status(RunStatus(state=RunState.RUNNING))
            for step in range(steps):
                run.append(step, np.full(4, step, np.float32))
            run.commit()
            return run
    """)
    script += textwrap.dedent(work) + "\nos.kill(os.getpid(), signal.SIGKILL)\n"
    done = subprocess.run([sys.executable, "-c", script, str(CONFTEST)], check=False)
    assert done.returncode == -9


needs_kill = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")


def test_a_clean_exit_leaves_nothing() -> None:
    workspace = Workspace.create()
    workspace.write_draft(Session.new({"name": "x"}), changed=True)
    assert abandoned() == ()
    assert folders() == [workspace.folder]
    workspace.close()
    workspace.close()
    assert folders() == []


def test_the_draft_is_what_was_written_last(tmp_path: Path, write_run: Callable[..., RunInfo]) -> None:
    workspace = Workspace.create()
    assert workspace.read_draft() is None
    document = tmp_path / "a.gradviz"
    document.touch()
    session = replace(
        Session.new({"name": "x"}),
        notes="n",
        layout={"a": [1]},
        path=document,
        change="c",
        runs=(RunSource(id="old", path=document), RunSource(id="gone", path=tmp_path / "gone")),
    )
    workspace.write_draft(replace(session, notes="first"), changed=False)
    workspace.write_draft(session, changed=True)
    write_run(workspace.store_path("run-1"), np.zeros((2, 4), np.float32))
    read = workspace.read_draft()
    assert read is not None
    assert read[1] is True
    runs = (RunSource(id="old", path=document), RunSource(id="run-1", path=workspace.store_path("run-1")))
    assert read[0] == replace(session, runs=runs)
    with pytest.raises(ValueError, match="name of a file"):
        workspace.store_path("../x")
    workspace.close()


def test_a_folder_that_is_kept_can_be_adopted_and_read() -> None:
    workspace = Workspace.create()
    workspace.write_draft(Session.new({"name": "x"}), changed=True)
    with pytest.raises(RecordsError, match="in use"):
        adopt(workspace.folder)
    with pytest.raises(RecordsError, match="open in another"):
        discard(workspace.folder)
    workspace.close(keep=True)
    (offer,) = abandoned()
    assert (offer.name, offer.changed, offer.runs, offer.document) == ("x", True, (), None)
    discard(offer.folder)
    assert abandoned() == ()
    assert folders() == []
    with pytest.raises(RecordsError, match="gone"):
        adopt(offer.folder)


@needs_kill
def test_a_crash_while_training_loses_nothing() -> None:
    crash("workspace.write_draft(replace(session, notes='seen'), changed=False); run = train(1500)")
    (offer,) = abandoned()
    assert offer.name == "Crashing"
    assert not offer.changed
    assert offer.steps == 1500
    assert [(run.id, run.steps, run.saved_steps, run.problem) for run in offer.runs] == [
        ("run-1", 1500, 0, "")
    ]
    workspace, session = adopt(offer.folder)
    assert session is not None
    assert session.notes == "seen"
    assert [run.id for run in session.runs] == ["run-1"]
    with RunReader(session.runs[0].path) as reader:
        assert reader.last_step == 1499
        assert (reader.status.state, reader.status.finish) == (RunState.FINISHED, FinishReason.FAILED)
        assert "unexpectedly" in reader.status.reason
        assert reader.series("train_loss", 0, 9999, 9999).mean[0].tolist() == list(range(1500))
    assert abandoned() == ()
    workspace.close()
    assert folders() == []


@needs_kill
@pytest.mark.parametrize(
    "work",
    [
        "pass",
        "workspace.write_draft(session, changed=False)",
        "workspace.write_draft(session, changed=False); train(0)",
    ],
)
def test_a_crash_with_nothing_to_offer_is_cleared_away(work: str) -> None:
    crash(work)
    assert len(folders()) == 1
    assert abandoned() == ()
    assert folders() == []


@needs_kill
def test_what_is_in_the_document_is_not_offered(tmp_path: Path) -> None:
    work = f"""
        run = train(20)
        source = RunSource(id="run-1", path=workspace.store_path("run-1"))
        session = save_session(replace(session, runs=(source,)), Path({str(tmp_path / "a.gradviz")!r}))
        workspace.write_draft(session, changed=False)
    """
    crash(work + "\nrun.append(20, np.zeros(4, np.float32)); run.commit()".replace("\n", "\n        "))
    (offer,) = abandoned()
    assert offer.document == tmp_path / "a.gradviz"
    assert offer.steps == 1
    assert offer.runs[0].saved_steps == 20
    workspace, session = adopt(offer.folder)
    assert session is not None
    save_session(session, tmp_path / "a.gradviz")
    workspace.close(keep=True)
    assert abandoned() == ()
    assert folders() == []


@needs_kill
@pytest.mark.parametrize("end", ["", "; run.finish(RunStatus(state=RunState.FINISHED)); run.close()"])
def test_the_time_of_what_is_offered_is_that_of_its_last_write_and_not_of_the_look(end: str) -> None:
    crash("workspace.write_draft(session, changed=False); run = train(20)" + end)
    (folder,) = folders()
    hour_ago = time.time() - 3600
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (hour_ago, hour_ago))
    for _ in range(2):  # at this start, and at the next one
        (offer,) = abandoned()
        assert offer.modified.timestamp() == pytest.approx(hour_ago, abs=1)


def test_a_run_that_another_one_took_the_place_of_is_gone(write_run, new_info) -> None:
    workspace = Workspace.create()
    for name, continues in (("old", ""), ("new", "old"), ("other", "elsewhere")):
        info = replace(new_info(name=name), continues=continues)
        write_run(workspace.store_path(name), np.ones((5, 4), np.float32), info=info)
    runs = tuple(RunSource(id=name, path=workspace.store_path(name)) for name in ("other", "new", "old"))
    workspace.write_draft(replace(Session.new({"name": "x"}), runs=runs), changed=True)
    workspace.close(keep=True)
    workspace, session = adopt(workspace.folder)
    assert session is not None
    assert [run.id for run in session.runs] == ["other", "new"]
    assert not workspace.store_path("old").exists()
    workspace.close()


def test_an_unreadable_store_is_offered_with_its_problem() -> None:
    workspace = Workspace.create()
    workspace.store_path("run-1").write_bytes(b"garbage" * 100)
    workspace.close(keep=True)
    (offer,) = abandoned()
    assert "is not a gradviz session" in offer.runs[0].problem
    adopted, session = adopt(offer.folder)
    assert session is None
    adopted.close()


def test_a_draft_that_cannot_be_written() -> None:
    workspace = Workspace.create()
    workspace.write_draft(Session.new({}), changed=False)
    workspace._draft.execute("PRAGMA query_only = 1")
    with pytest.raises(RecordsError, match="cannot be kept"):
        workspace.write_draft(Session.new({}), changed=True)
    workspace._draft.execute("PRAGMA query_only = 0")
    workspace.close()


def test_a_state_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "sessions").write_text("in the way")
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    assert state_folder() == tmp_path / "state"
    with pytest.raises(RecordsError, match="cannot be made"):
        Workspace.create()


@pytest.fixture
def other_window() -> Iterator[subprocess.Popen[str]]:
    script = (
        "import sys\nfrom gradviz.records.workspace import Workspace\n"
        "workspace = Workspace.create()\nprint(workspace.folder, flush=True)\n"
        "sys.stdin.read()\nworkspace.close()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def test_another_windows_folder_is_left_alone(other_window: subprocess.Popen[str]) -> None:
    assert other_window.stdout is not None
    folder = Path(other_window.stdout.readline().strip())
    assert abandoned() == ()
    assert folder.is_dir()
    other_window.communicate("")
    assert not folder.exists()
