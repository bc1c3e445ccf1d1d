"""A save that is stopped, refused or out of space leaves the old document and nothing beside it."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gradviz.records import document_save
from gradviz.records.errors import RecordsError, SaveCancelledError
from gradviz.records.session import Session, check_target, open_session, save_session


def only(target: Path) -> None:
    """Nothing lies beside the document."""
    assert list(target.parent.iterdir()) == [target]


def test_progress(session: Session, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_save, "_PAGES_A_STEP", 2)
    shares: list[float] = []
    saved = save_session(session, target, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 5
    assert saved.path == target


@pytest.mark.parametrize("patience", [0, 1, 2, 8])
@pytest.mark.parametrize("name", ["my session.gradviz", "other.gradviz"])
def test_cancel(
    session: Session, target: Path, monkeypatch: pytest.MonkeyPatch, patience: int, name: str
) -> None:
    monkeypatch.setattr(document_save, "_PAGES_A_STEP", 2)
    saved = save_session(replace(session, runs=session.runs[:1]), target)
    before = target.read_bytes()
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > patience

    with pytest.raises(SaveCancelledError):
        save_session(replace(saved, runs=session.runs), target.with_name(name), cancelled=cancelled)
    assert len(asked) == patience + 1
    assert target.read_bytes() == before
    only(target)


@pytest.mark.parametrize("limit", [1, 10])
def test_a_full_disk_leaves_the_old_document(
    session: Session, target: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    first = save_session(replace(session, runs=()), target)
    before = target.read_bytes()
    fill = document_save._fill

    def with_little_space(connection: sqlite3.Connection, *rest: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + limit}")
        fill(connection, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(document_save, "_fill", with_little_space)
    for path in (target, target.with_name("new.gradviz")):
        with pytest.raises(RecordsError, match=r"could not be saved .*full"):
            save_session(replace(first, runs=session.runs), path)
        assert target.read_bytes() == before
        only(target)


@pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_FSIZE")
def test_a_disk_that_is_really_full(session: Session, target: Path) -> None:
    save_session(replace(session, runs=()), target)
    before = target.read_bytes()
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from dataclasses import replace\n"
        "from gradviz.records.errors import RecordsError\n"
        "from gradviz.records.session import RunSource, open_session, save_session\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "target, store = map(Path, sys.argv[1:])\n"
        "session = replace(open_session(target), runs=(RunSource(id='run-2', path=store),))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, 70_000))\n"
        "for path in (target, target.with_name('new.gradviz')):\n"
        "    try:\n"
        "        save_session(session, path)\n"
        "    except RecordsError as error:\n"
        "        print(error)\n"
    )
    command = [sys.executable, "-c", script, str(target), str(session.runs[2].path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.count("could not be saved") == 2
    assert target.read_bytes() == before
    only(target)


def test_targets_that_cannot_be(session: Session, target: Path) -> None:
    with pytest.raises(RecordsError, match="is a folder"):
        save_session(session, target.parent)
    with pytest.raises(RecordsError, match="does not exist"):
        save_session(session, target.parent / "none" / "x.gradviz")
    with pytest.raises(RecordsError, match="could not be saved"):
        save_session(session, target.with_name("x" * 300))
    assert list(target.parent.iterdir()) == []


def test_a_target_is_tried_and_nothing_is_left(session: Session, target: Path) -> None:
    check_target(session, target)
    assert list(target.parent.iterdir()) == []
    save_session(session, target)
    before = target.read_bytes()
    check_target(session, target)
    assert target.read_bytes() == before
    only(target)


def test_a_target_that_cannot_be_is_told_before_it_is_saved(session: Session, target: Path) -> None:
    for bad in (target.parent / "none" / "x.gradviz", target.with_name("x" * 300)):
        with pytest.raises(RecordsError, match="cannot be written"):
            check_target(session, bad)
    longest = target.with_name("x" * (255 - len("..saving-journal")))  # what can be saved is not refused
    check_target(session, longest)
    save_session(session, longest)
    with pytest.raises(RecordsError, match="cannot be written"):
        check_target(session, longest.with_name(longest.name + "x"))


def test_an_old_file_is_spoken_of_only_where_there_is_one(
    session: Session, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(document_save, "_sync", full)
    with pytest.raises(RecordsError, match=r"\(No space left on device\)\. Save in another place\.$"):
        save_session(session, target)
    target.write_bytes(b"mine")
    with pytest.raises(RecordsError, match=r"\. The old file is as it was; save in another place\.$"):
        save_session(session, target)
    assert target.read_bytes() == b"mine"


def test_read_only(session: Session, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = save_session(session, target)
    monkeypatch.setattr(os, "access", lambda path, mode: path != target)  # root may write everywhere
    with pytest.raises(RecordsError, match="read-only"):
        save_session(saved, target)


def test_another_file_is_replaced_whole_and_keeps_its_permissions(session: Session, target: Path) -> None:
    target.write_text("anything")
    target.chmod(0o640)
    link = target.with_name("link.gradviz")
    link.symlink_to(target.name)
    save_session(session, link)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert open_session(target).id == session.id


def test_a_document_that_is_none_any_more(session: Session, target: Path) -> None:
    saved = save_session(session, target)
    target.write_bytes(b"not a database at all, but long enough to be read as one " * 20)
    with pytest.raises(RecordsError):
        save_session(saved, target)
    assert target.read_bytes().startswith(b"not a database")


def test_saving_a_damaged_store_says_so_and_keeps_the_old_document(session: Session, target: Path) -> None:
    save_session(replace(session, runs=()), target)
    before = target.read_bytes()
    store = session.runs[2].path
    content = bytearray(store.read_bytes())
    content[4096 * 3 : 4096 * 12] = b"\x5a" * 4096 * 9
    store.write_bytes(content)
    with pytest.raises(RecordsError):
        save_session(replace(open_session(target), runs=session.runs), target)
    assert target.read_bytes() == before
    only(target)
