"""Reading ahead: every byte up to a limit is asked for once, and nothing after a stop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gradviz.control import read_ahead
from gradviz.control.read_ahead import PIECE, ReadAhead
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


def test_an_opened_document_is_read_ahead(qtbot: QtBot, tmp_path: Path, asked: list) -> None:
    path = tmp_path / "one.gradviz"
    document = SessionDocument()
    with qtbot.waitSignal(document.save_finished):
        document.save(path)
    document.open(path)
    qtbot.waitUntil(lambda: asked == [(0, PIECE)])
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
