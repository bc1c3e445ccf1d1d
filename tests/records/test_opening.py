"""Everything that can be wrong with a file gets a sentence; an interrupted save is undone in a copy."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records import migrations, opening
from gradviz.records.errors import RecordsError
from gradviz.records.opening import open_reading
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.session import RunSource, Session, open_session, save_session

ROWS = np.arange(4000, dtype=np.float32).reshape(1000, 4)


@pytest.fixture
def document(tmp_path: Path, write_run: Callable[..., RunInfo]) -> Path:
    write_run(tmp_path / "store", ROWS)
    session = Session(id="s", experiment={}, runs=(RunSource(id="run-1", path=tmp_path / "store"),))
    save_session(session, tmp_path / "a b#?%.gradviz")
    return tmp_path / "a b#?%.gradviz"


def refusal(path: Path) -> str:
    """What opening says, which is the same for a session and a run."""
    with pytest.raises(RecordsError) as one:
        open_session(path)
    with pytest.raises(RecordsError) as other:
        RunReader(path)
    assert str(one.value) == str(other.value)
    assert str(path) in str(one.value)
    assert "Traceback" not in str(one.value)
    return str(one.value)


def test_missing(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.gradviz")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert "is not a gradviz session" in refusal(tmp_path / "x") or "is empty" in refusal(tmp_path / "x")


@pytest.mark.parametrize("content", [b"\x7fELF\0\1\2\3" * 1000, b"[model]\nlayers = []\n", b"x"])
def test_another_kind_of_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert "is not a gradviz session" in refusal(tmp_path / "x")


def test_another_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x")
    connection.execute("CREATE TABLE run(x)")
    connection.close()
    assert "is not a gradviz session" in refusal(tmp_path / "x")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_cut_short(document: Path, share: float) -> None:
    content = document.read_bytes()
    document.write_bytes(content[: int(len(content) * share)])
    message = refusal(document)
    assert "cut short" in message
    assert str(len(content)) in message


def test_from_a_newer_version(document: Path) -> None:
    connection = sqlite3.connect(document)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "newer version of gradviz" in refusal(document)


def test_nothing_is_written_beside_a_document(document: Path) -> None:
    before = sorted(document.parent.iterdir()), document.read_bytes()
    session = open_session(document)
    with RunReader(session.runs[0].path, session.runs[0].id) as reader:
        assert reader.last_step == 999
        assert sorted(document.parent.iterdir()) == before[0]
    assert (sorted(document.parent.iterdir()), document.read_bytes()) == before


def test_an_unknown_run(document: Path) -> None:
    with pytest.raises(RecordsError, match="no such run"):
        RunReader(document, "run-9")


CUT_OFF_SAVE = textwrap.dedent("""
    import os, signal, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.execute("UPDATE progress SET data = 'uncommitted'")
    connection.execute("UPDATE tail SET data = zeroblob(length(data))")
    connection.execute("UPDATE tail SET first = 7")
    os.kill(os.getpid(), signal.SIGKILL)
""")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_save_that_was_killed_is_undone_in_a_copy(document: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CUT_OFF_SAVE, str(document)], check=False)
    assert done.returncode == -signal.SIGKILL
    journal = document.with_name(document.name + "-journal")
    assert journal.stat().st_size > 512
    before = document.read_bytes(), journal.read_bytes()
    session = open_session(document)
    assert session.path == document
    with RunReader(session.runs[0].path, "run-1") as reader, RunReader(document) as again:
        np.testing.assert_array_equal(reader.series("grad_norm", 0, 999, 10**6).mean.T, ROWS[:, 2:])
        assert again.last_step == 999
        assert reader.damage == ()
    assert (document.read_bytes(), journal.read_bytes()) == before
    save_session(session, document)
    assert not journal.exists()
    with RunReader(document) as reader:
        np.testing.assert_array_equal(reader.series("grad_norm", 0, 999, 10**6).mean.T, ROWS[:, 2:])


def test_a_save_in_progress_is_no_reason_to_recover(document: Path) -> None:
    writer = sqlite3.connect(document, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE progress SET data = 'uncommitted'")
    with RunReader(document) as reader:
        assert reader.last_step == 999
    writer.execute("ROLLBACK")
    writer.close()


def to_another_format(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE log ADD COLUMN place TEXT")


def test_an_older_format_is_migrated_in_a_copy_and_in_place_by_a_save(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, to_another_format))
    before = document.read_bytes()
    connection = open_reading(document)
    assert connection.execute("PRAGMA user_version").fetchone() == (migrations.current_format(),)
    assert connection.execute("SELECT count(place) FROM log").fetchone() == (0,)
    connection.close()
    assert document.read_bytes() == before
    session = open_session(document)
    save_session(session, document)
    connection = sqlite3.connect(document)
    assert connection.execute("PRAGMA user_version").fetchone() == (migrations.current_format(),)
    connection.close()


def test_a_recovered_copy_is_made_once(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, to_another_format))
    copies = []
    copyfile = shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", lambda *paths: (copies.append(paths), copyfile(*paths)))
    open_session(document)
    open_session(document)
    assert len(copies) == 1


def test_without_locks_a_document_is_read_all_the_same(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = opening._connect
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR

    def no_locks(path: Path, mode: str) -> tuple[sqlite3.Connection, int]:
        if mode == "mode=ro":
            raise error
        return connect(path, mode)

    monkeypatch.setattr(opening, "_connect", no_locks)
    with RunReader(document) as reader:
        assert reader.last_step == 999
