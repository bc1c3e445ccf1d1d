"""A run's status is what its reader says, whatever is wrong with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.standing import read_status

END = RunStatus(state=RunState.FINISHED, steps=3, finish=FinishReason.DIVERGED, reason="A NaN.")


@pytest.fixture
def path(tmp_path: Path, write_run: Callable[..., RunInfo]) -> Path:
    write_run(tmp_path / "run", np.zeros((3, 4), np.float32), finish=END)
    return tmp_path / "run"


def test_it_is_what_the_reader_says(path: Path) -> None:
    with RunReader(path) as reader:
        assert read_status(path, None) == read_status(path, reader.info.id) == reader.status
    assert read_status(path, None).reason == "A NaN."


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE run SET info = replace(info, 'Linear', 'linear')",
        "UPDATE progress SET data = data || ' '",
        "DELETE FROM progress",
        "DELETE FROM run",
    ],
)
def test_both_complain_in_the_same_words(path: Path, damage: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with pytest.raises(RecordsError) as one:
        read_status(path, None)
    with pytest.raises(RecordsError) as other:
        RunReader(path)
    assert str(one.value) == str(other.value)


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("words")
    with pytest.raises(RecordsError, match="is not a gradviz session"):
        read_status(tmp_path / "text", None)
    with pytest.raises(RecordsError, match="does not exist"):
        read_status(tmp_path / "none", None)
