"""Documents: saved whole and in place, while runs grow, and never less than before."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz import __version__
from gradviz.records.errors import ChangedOnDiskError, RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo, RunState, RunStatus
from gradviz.records.schema import TILE
from gradviz.records.session import RunSource, Session, open_session, save_session
from gradviz.records.writer import RunWriter


def same_run(one: Path, other: Path, run: str) -> None:
    with RunReader(one, run) as a, RunReader(other, run) as b:
        assert a.info == b.info
        assert a.status == b.status
        assert a.last_step == b.last_step
        for quantity in a.slices:
            for columns in (10**9, 500):
                first, second = (reader.series(quantity, 0, 10**9, columns) for reader in (a, b))
                assert first.mean.tobytes() == second.mean.tobytes()
                assert first.high.tobytes() == second.high.tobytes()
        for layer in (-1, 0):
            for quantity in ("val_loss", "weight_histogram"):
                x, y = a.samples(quantity, layer), b.samples(quantity, layer)
                assert (x[0].tolist(), x[1].tolist()) == (y[0].tolist(), y[1].tolist())
        assert a.events() == b.events()
        assert a.logs() == b.logs()
        assert a.damage == b.damage == ()


def only(target: Path) -> None:
    """Nothing lies beside the document."""
    assert list(target.parent.iterdir()) == [target]


def test_round_trip(session: Session, target: Path) -> None:
    saved = save_session(session, target)
    only(target)
    opened = open_session(target)
    assert opened == replace(saved, runs=tuple(RunSource(id=run.id, path=target) for run in session.runs))
    assert (opened.id, opened.experiment, opened.notes, opened.layout) == (
        session.id,
        session.experiment,
        session.notes,
        session.layout,
    )
    assert opened.version == __version__
    assert opened.damage == ()
    assert opened.created <= opened.modified
    for run in session.runs:
        same_run(run.path, target, run.id)
    header = target.read_bytes()[:100]
    assert header[18:20] == b"\1\1"  # a rollback journal, so that nothing is written beside it


def test_a_session_without_runs(target: Path) -> None:
    save_session(Session.new({"a": 1}), target)
    only(target)
    assert open_session(target).runs == ()
    with pytest.raises(RecordsError, match="no run"):
        RunReader(target)


def test_later_saves_add_what_is_new(
    session: Session, target: Path, tmp_path: Path, new_info: Callable[..., RunInfo]
) -> None:
    run = RunWriter.create(tmp_path / "live", new_info(2, name="live"))
    session = replace(session, runs=(*session.runs, RunSource(id="live", path=tmp_path / "live")))
    rows = np.random.default_rng(9).random((TILE * 10, 4), np.float32)
    identity = 0
    for stop in (0, 10, 500, TILE + 3, TILE + 4, TILE * 9 + 1, TILE * 10):
        with RunReader(tmp_path / "live", "live") as reader:
            start = reader.last_step + 1
        for step in range(start, stop):
            run.append(step, rows[step])
            if step % 40 == 0:
                run.sample("val_loss", step, step)
                run.sample("weight_histogram", step, np.arange(612), 0)
                run.event(step, "mark")
                run.log("info", str(step))
        run.set_status(RunStatus(state=RunState.RUNNING, steps=stop))
        session = save_session(replace(session, notes=f"{stop} steps"), target)
        only(target)
        assert open_session(target).notes == f"{stop} steps"
        for source in session.runs:
            same_run(source.path, target, source.id)
        assert identity in (0, target.stat().st_ino)
        identity = target.stat().st_ino
    run.close()


def test_what_a_run_gave_up_is_given_up_in_the_document(
    target: Path, tmp_path: Path, new_info: Callable[..., RunInfo]
) -> None:
    run = RunWriter.create(tmp_path / "live", new_info(2, name="live"), budget=150_000)
    session = replace(Session.new({}), runs=(RunSource(id="live", path=tmp_path / "live"),))
    for step in range(TILE * 20):
        run.append(step, np.full(4, step, np.float32))
        if step % 50 == 0:
            run.sample("weight_histogram", step, np.arange(612), 0)
        if step % 2500 == 0:
            run.commit()
            session = save_session(session, target)
            same_run(tmp_path / "live", target, "live")
    run.close()
    save_session(session, target)
    same_run(tmp_path / "live", target, "live")
    with RunReader(target) as reader:
        assert not reader.is_exact("grad_norm", 0)
        assert len(reader.samples("weight_histogram", 0)[0]) < TILE * 20 / 50


def test_save_as_takes_everything_along(session: Session, target: Path) -> None:
    save_session(session, target)
    opened = open_session(target)
    second = target.with_name("second.gradviz")
    saved = save_session(replace(opened, notes="second"), second)
    target.unlink()
    only(second)
    assert saved.path == second
    assert [run.id for run in open_session(second).runs] == ["run-0", "run-1", "run-2"]
    assert open_session(second).notes == "second"
    for run in session.runs:
        same_run(run.path, second, run.id)


def test_runs_can_be_removed_and_reordered(session: Session, target: Path) -> None:
    saved = save_session(session, target)
    saved = save_session(replace(saved, runs=(saved.runs[2], saved.runs[0])), target)
    assert [run.id for run in open_session(target).runs] == ["run-2", "run-0"]
    with pytest.raises(RecordsError, match="no such run"):
        RunReader(target, "run-1")
    same_run(session.runs[2].path, target, "run-2")
    save_session(replace(saved, runs=session.runs), target)
    for run in session.runs:
        same_run(run.path, target, run.id)


def test_more_runs_than_sqlite_attaches(
    target: Path, tmp_path: Path, new_info: Callable[..., RunInfo], write_run: Callable[..., RunInfo]
) -> None:
    session = save_session(Session.new({}), target)
    runs = []
    for at in range(14):
        rows = np.full((5, 4), at, np.float32)
        write_run(tmp_path / str(at), rows, info=new_info(2, name=f"run-{at}"))
        runs.append(RunSource(id=f"run-{at}", path=tmp_path / str(at)))
    save_session(replace(session, runs=tuple(runs)), target)
    for run in runs:
        same_run(run.path, target, run.id)


def test_another_program_saved_in_between(session: Session, target: Path) -> None:
    mine = save_session(session, target)
    theirs = save_session(replace(open_session(target), notes="theirs"), target)
    with pytest.raises(ChangedOnDiskError, match="another program"):
        save_session(replace(mine, notes="mine"), target)
    assert open_session(target).notes == "theirs"
    save_session(replace(theirs, notes="theirs again"), target)
    save_session(replace(mine, notes="mine"), target, force=True)
    assert open_session(target).notes == "mine"
    only(target)


def test_a_document_that_was_removed_is_saved_again(session: Session, target: Path) -> None:
    saved = save_session(session, target)
    target.unlink()
    save_session(saved, target)
    for run in session.runs:
        same_run(run.path, target, run.id)
    opened = open_session(target)
    target.unlink()
    with pytest.raises(RecordsError, match="gone"):
        save_session(opened, target)


def test_a_run_store_is_no_session(session: Session) -> None:
    with pytest.raises(RecordsError, match="single run"):
        open_session(session.runs[1].path)


def test_a_reader_sees_a_later_save(
    session: Session, target: Path, tmp_path: Path, new_info: Callable[..., RunInfo]
) -> None:
    run = RunWriter.create(tmp_path / "live", new_info(2, name="live"))
    run.append(0, np.zeros(4, np.float32))
    run.commit()
    session = save_session(replace(session, runs=(RunSource(id="live", path=tmp_path / "live"),)), target)
    with RunReader(target, "live") as reader:
        run.append(1, np.ones(4, np.float32))
        run.commit()
        save_session(session, target)
        assert reader.refresh()
        assert reader.series("train_loss", 0, 9, 9).mean.tolist() == [[0, 1]]
    run.close()


def test_saving_while_another_process_writes(
    endless: tuple[Path, subprocess.Popen[str]], target: Path
) -> None:
    path, process = endless
    assert process.stdout is not None
    while process.stdout.readline().split()[1] == "0":
        pass
    session = replace(Session.new({}), runs=(RunSource(id="run-1", path=path),))
    seen = []
    for save in range(8):
        for _ in range(500):
            process.stdout.readline()
        place = target if save % 2 else target.with_name("copy.gradviz")
        saved = save_session(session, place)
        session = saved if place == target else session
        with RunReader(place) as reader:
            count = reader.last_step + 1
            seen.append(count)
            series = reader.series("train_loss", 0, 10**9, 10**9)
            assert series.mean[0].tolist() == list(range(count))
            assert reader.samples("val_loss")[0].tolist() == list(range(0, count, 7))
            assert reader.damage == ()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


def test_runs_of_a_document_follow_it_to_its_new_place(session: Session, target: Path) -> None:
    save_session(session, target)
    second = target.with_name("second.gradviz")
    saved = save_session(open_session(target), second)
    assert {run.path for run in saved.runs} == {second}
    target.unlink()
    assert save_session(saved, second).change != saved.change


def test_a_damaged_experiment_is_taken_from_the_newest_run(session: Session, target: Path) -> None:
    save_session(session, target)
    content = target.read_bytes()
    assert content.count(b'{"name": "Test", "seed": 5}') == 1
    target.write_bytes(content.replace(b'"seed": 5', b'"seed": 6'))
    opened = open_session(target)
    assert opened.experiment == {"name": "An experiment", "seed": 1}
    assert "“experiment” cannot be read" in opened.damage[0]
