from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.records import checkpoint as parts
from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import RunState, RunStatus
from gradviz.records.session import RunSource, Session, open_session, save_session
from gradviz.records.writer import RunWriter


def make(step: int, kind: CheckpointKind = CheckpointKind.LAST, size: int = 100) -> Checkpoint:
    tensors = np.random.default_rng(step).bytes(size)
    return Checkpoint(kind=kind, step=step, state=f'{{"step": {step}}}', tensors=tensors)


def written(path: Path, new_info, steps: int = 30) -> RunWriter:
    writer = RunWriter.create(path, new_info())
    for step in range(steps):
        writer.append(step, np.full(4, step, np.float32))
    return writer


def test_a_checkpoint_never_is_ahead_of_its_rows(tmp_path, new_info) -> None:
    path = tmp_path / "run.db"
    writer = written(path, new_info)
    assert writer.checkpoint([make(30)]) == ""
    with RunReader(path) as reader:
        assert reader.last_step == 29
        assert reader.checkpoints() == {CheckpointKind.LAST: 30}
        assert reader.checkpoint() == make(30)
        assert reader.checkpoint(CheckpointKind.BEST) is None
    for step in (29, 31):
        with pytest.raises(ValueError, match=f"a checkpoint of step {step} where 30 are recorded"):
            writer.checkpoint([make(step)])
    writer.close()


def test_the_next_one_takes_its_place_and_the_best_one_stays(tmp_path, new_info) -> None:
    path = tmp_path / "run.db"
    writer = written(path, new_info)
    writer.checkpoint([make(30), make(20, CheckpointKind.BEST)])
    writer.append(30, np.zeros(4, np.float32))
    writer.checkpoint([make(31)])
    writer.close()
    with RunReader(path) as reader:
        assert reader.checkpoint() == make(31)
        assert reader.checkpoint(CheckpointKind.BEST) == make(20, CheckpointKind.BEST)


def test_a_large_one_is_cut(tmp_path, new_info, monkeypatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 64)
    path = tmp_path / "run.db"
    writer = written(path, new_info)
    writer.checkpoint([make(30, size=1000)])
    writer.close()
    with RunReader(path) as reader:
        assert reader.checkpoint() == make(30, size=1000)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT max(length(data)) FROM checkpoint WHERE part > 0").fetchone() == (64,)
    connection.close()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE checkpoint SET data = zeroblob(length(data)) WHERE part = 2", "is damaged"),
        ("UPDATE checkpoint SET step = 29", "is damaged"),
        ("DELETE FROM checkpoint WHERE part = 1", "is damaged"),
        ("DELETE FROM checkpoint WHERE part = 2", "is not whole"),
    ],
)
def test_damage_is_found(damage: str, message: str, tmp_path, new_info) -> None:
    path = tmp_path / "run.db"
    writer = written(path, new_info)
    writer.checkpoint([make(30)])
    writer.close()
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with RunReader(path) as reader, pytest.raises(RecordsError, match=f"The last checkpoint {message}"):
        reader.checkpoint()


def test_where_none_can_be_written_the_older_one_stays(tmp_path, new_info) -> None:
    path = tmp_path / "run.db"
    writer = written(path, new_info)
    writer.checkpoint([make(30)])
    full = writer._store._connection
    pages = full.execute("PRAGMA page_count").fetchone()[0]
    full.execute(f"PRAGMA max_page_count = {pages}")
    writer.append(30, np.zeros(4, np.float32))
    assert "full" in writer.checkpoint([make(31, size=10**6)])
    full.execute(f"PRAGMA max_page_count = {pages * 1000}")
    writer.close()
    with RunReader(path) as reader:
        assert reader.last_step == 30
        assert reader.checkpoint() == make(30)


def test_saving_takes_checkpoints_along_and_replaces_older_ones(tmp_path, new_info) -> None:
    store, target = tmp_path / "run.db", tmp_path / "session.gradviz"
    writer = written(store, new_info)
    writer.checkpoint([make(30), make(20, CheckpointKind.BEST)])
    session = replace(Session.new({"name": "x"}), runs=(RunSource(id="run-1", path=store),))
    save_session(session, target)
    session = replace(open_session(target), runs=session.runs)
    for step in (30, 31):
        with RunReader(target, "run-1") as reader:
            assert reader.checkpoint() == make(step)
            assert reader.checkpoint(CheckpointKind.BEST) == make(20, CheckpointKind.BEST)
        if step == 30:
            writer.append(30, np.zeros(4, np.float32))
            writer.checkpoint([make(31)])
            session = save_session(session, target)
    writer.finish(RunStatus(state=RunState.FINISHED))
    writer.close()
    save_session(replace(open_session(target), runs=()), target)
    connection = sqlite3.connect(target)
    assert connection.execute("SELECT count(*) FROM checkpoint").fetchone() == (0,)
    connection.close()
