from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.records.errors import RecordsError
from gradviz.records.interrupted import mark_interrupted
from gradviz.records.ownership import is_being_written
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.writer import RunWriter


def test_a_run_that_stopped_short(tmp_path: Path, write_run: Callable[..., RunInfo]) -> None:
    running = RunStatus(state=RunState.RUNNING)
    write_run(tmp_path / "run", np.zeros((7, 4), np.float32), finish=running)
    with RunReader(tmp_path / "run") as reader:
        status = mark_interrupted(tmp_path / "run", "The engine was killed.")
        assert status.steps == 7
        assert (status.state, status.finish) == (RunState.FINISHED, FinishReason.FAILED)
        assert reader.status.state is RunState.RUNNING
        assert reader.refresh()
        assert reader.status == status
        assert reader.status.reason == "The engine was killed."


def test_a_finished_run_stays_as_it_ended(tmp_path: Path, write_run: Callable[..., RunInfo]) -> None:
    write_run(tmp_path / "run", np.zeros((7, 4), np.float32))
    assert mark_interrupted(tmp_path / "run", "x").finish is FinishReason.COMPLETED


def test_not_while_the_writer_lives(tmp_path: Path, new_info: Callable[..., RunInfo]) -> None:
    run = RunWriter.create(tmp_path / "run", new_info())
    assert is_being_written(tmp_path / "run")
    with pytest.raises(RecordsError, match="still being recorded"):
        mark_interrupted(tmp_path / "run", "x")
    run.close()
    assert not is_being_written(tmp_path / "run")
    mark_interrupted(tmp_path / "run", "x")


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="does not exist"):
        mark_interrupted(tmp_path / "run", "x")
