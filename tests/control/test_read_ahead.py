"""Reading ahead: every byte up to a limit is asked for once, and nothing after a stop."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz.control import read_ahead
from gradviz.control.read_ahead import PIECE, ReadAhead
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system takes no advice")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    monkeypatch.setattr(read_ahead, "FIRST_MS", 0)
    monkeypatch.setattr(os, "posix_fadvise", lambda _file, at, size, _advice: pieces.append((at, size)))
    return pieces


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


@pytest.mark.parametrize("pieces", [0, 1, 11])
def test_the_whole_file_is_asked_for(qtbot: QtBot, tmp_path: Path, asked: list, pieces: int) -> None:
    ahead = ReadAhead()
    ahead.begin(sparse(tmp_path / "file", pieces * PIECE))
    qtbot.waitUntil(lambda: not ahead.is_reading)
    assert asked == [(at * PIECE, PIECE) for at in range(pieces)]


def test_no_more_than_fits_into_memory(
    qtbot: QtBot, tmp_path: Path, asked: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_ahead, "MOST", 3 * PIECE)
    ahead = ReadAhead()
    ahead.begin(sparse(tmp_path / "file", 9 * PIECE))
    qtbot.waitUntil(lambda: not ahead.is_reading)
    assert len(asked) == 3


def test_a_stop_and_another_file_end_it(qtbot: QtBot, tmp_path: Path, asked: list) -> None:
    ahead = ReadAhead()
    ahead.begin(sparse(tmp_path / "one", 1000 * PIECE))
    qtbot.waitUntil(lambda: bool(asked))
    ahead.begin(sparse(tmp_path / "two", PIECE))
    qtbot.waitUntil(lambda: not ahead.is_reading)
    assert asked[-1] == (0, PIECE)
    assert len(asked) < 1000
    count = len(asked)
    ahead.begin(tmp_path / "one")
    ahead.stop()
    qtbot.wait(20)
    assert len(asked) == count
    assert not ahead.is_reading


def test_a_file_that_is_not_there_is_left_alone(qtbot: QtBot, tmp_path: Path, asked: list) -> None:
    ahead = ReadAhead()
    ahead.begin(tmp_path / "none")
    assert not ahead.is_reading
    assert not asked


@pytest.mark.parametrize(("share", "order"), [(0.0, [0, 1, 2, 3]), (0.5, [2, 3, 0, 1]), (0.7, [2, 3, 0, 1])])
def test_it_begins_where_the_shown_run_lies(
    qtbot: QtBot, tmp_path: Path, asked: list, share: float, order: list[int]
) -> None:
    ahead = ReadAhead()
    ahead.begin(sparse(tmp_path / "file", 4 * PIECE), share)
    qtbot.waitUntil(lambda: not ahead.is_reading)
    assert asked == [(at * PIECE, PIECE) for at in order]


def test_a_shown_run_of_a_document_is_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[Path, float]] = []
    monkeypatch.setattr(ReadAhead, "begin", lambda _self, *asked: begun.append(asked))
    document = SessionDocument()
    saved = [RunEntry(id=name, name=name, source=tmp_path, in_document=True) for name in "abcd"]
    document._runs = (*saved[:3], replace(saved[3], in_document=False))
    for run in (*document.runs, saved[3]):
        document.read_ahead(run)
    assert begun == [(tmp_path, 0.0), (tmp_path, 0.25), (tmp_path, 0.5)]
    document.close()


def test_the_first_picture_has_the_disk_to_itself(
    qtbot: QtBot, tmp_path: Path, asked: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_ahead, "FIRST_MS", 10**6)
    ahead = ReadAhead()
    ahead.begin(sparse(tmp_path / "file", PIECE))
    qtbot.wait(30)
    assert ahead.is_reading
    assert not asked
    ahead.stop()
