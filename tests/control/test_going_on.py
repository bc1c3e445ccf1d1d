"""A run of the session that goes on from its last checkpoint, with a played engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradviz.control.engine_messages import encode_train
from gradviz.control.engine_state import RunChange
from gradviz.control.going_on import checkpoint_words, going_on
from gradviz.control.session_document import SessionDocument
from gradviz.engine.requests import Train, decode
from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.continuing import continuation
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.session import RunSource, open_session
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec, OptimizerSpec, TrainingSpec
from gradviz.spec.json_codec import to_raw

OWN = ExperimentSpec(seed=5)
RUNNING = RunStatus(state=RunState.RUNNING, steps=20)
STOPPED = RunStatus(state=RunState.FINISHED, finish=FinishReason.STOPPED, steps=20)


@pytest.fixture
def stopped(document: SessionDocument, begun):
    """A run that was stopped after 20 steps, with a checkpoint."""

    def make(*, checkpoint: bool = True) -> str:
        request = document.new_run()
        writer = begun(request.store, request.run_id, 20)
        if checkpoint:
            assert not writer.checkpoint(
                [Checkpoint(kind=CheckpointKind.LAST, step=20, state="{}", tensors=b"")]
            )
        writer.finish(STOPPED)
        writer.close()
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=STOPPED))
        return request.run_id

    return make


def begin(request) -> RunWriter:
    """What the engine does first with such a request."""
    with RunReader(request.resume.path, request.resume.id) as reader:
        info = reader.info
    beginning = continuation(
        request.resume.path, request.resume.id, replace(info, id=request.run_id, continues=info.id)
    )
    return RunWriter.go_on(request.store, beginning)


def tell(document: SessionDocument, request, status: RunStatus) -> None:
    document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))


def test_it_takes_the_others_place_and_name(document, stopped) -> None:
    first, second = stopped(), stopped()
    document.rename_run(first, "Mine")
    old = document.run(first)
    replaced = []
    document.run_replaced.connect(lambda run, entry: replaced.append((run, entry.id)))
    request = document.continue_run(first)
    assert request.resume == RunSource(id=first, path=old.source)
    assert request.experiment == OWN
    assert decode(encode_train(request).decode()) == Train(
        run=request.run_id,
        store=str(request.store),
        experiment=decode(encode_train(request).decode()).experiment,
        resume=request.resume,
    )
    assert [(run.id, run.name) for run in document.runs] == [(request.run_id, "Mine"), (second, "Run 2")]
    assert replaced == [(first, request.run_id)]
    tell(document, request, RunStatus(state=RunState.STARTING, reason="Loading"))
    assert old.source.exists()
    writer = begin(request)
    tell(document, request, RUNNING)
    assert not old.source.exists()
    writer.append(20, np.zeros(2, np.float32))
    writer.finish(replace(STOPPED, steps=21))
    writer.close()
    tell(document, request, replace(STOPPED, steps=21))
    with document.run(request.run_id).open() as reader:
        assert reader.last_step == 20


def test_what_never_began_puts_the_old_one_back(document, stopped) -> None:
    run = stopped()
    before = document.runs
    request = document.continue_run(run)
    tell(document, request, RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, reason="No."))
    assert document.runs == before
    with document.run(run).open() as reader:
        assert reader.last_step == 19


def test_the_next_save_takes_it_in_the_place_of_a_saved_one(document, stopped, qtbot, tmp_path) -> None:
    run, path = stopped(), tmp_path / "a.gradviz"
    for _ in range(2):
        with qtbot.waitSignal(document.save_finished):
            document.save(path)
        if document.runs[0].id == run:
            request = document.continue_run(run)
            begin(request).close()
            tell(document, request, STOPPED)
            assert document.is_dirty
    session = open_session(path)
    assert [source.id for source in session.runs] == [request.run_id]
    with RunReader(path, request.run_id) as reader:
        assert reader.checkpoints() == {CheckpointKind.LAST: 20}
        assert reader.damage == ()


def test_a_crash_just_then_loses_nothing(document, stopped, qtbot) -> None:
    run = stopped()
    request = document.continue_run(run)
    folder = request.store.parent.parent
    document.close(keep=True)
    other = SessionDocument()
    other.recover(folder.name)
    assert [entry.id for entry in other.runs] == [run]
    begin(replace(request, resume=RunSource(id=run, path=Path(request.resume.path)))).close()
    other.close(keep=True)
    third = SessionDocument()
    third.recover(folder.name)
    assert [entry.id for entry in third.runs] == [request.run_id]
    third.close()


def test_why_it_cannot(document, stopped) -> None:
    without, done = stopped(checkpoint=False), stopped()
    with pytest.raises(RecordsError, match="no checkpoint to go on from"):
        document.continue_run(without)
    with pytest.raises(RecordsError, match="It is gone"):
        document.continue_run("nobody")
    same = replace(OWN, name="Renamed", training=TrainingSpec(steps=20, device="cpu"))
    assert "enter more under “train for”" in going_on(document.run(done), same).reason


def test_the_edited_experiment_counts_where_it_differs_only_in_length(document, stopped) -> None:
    entry = document.run(stopped())
    longer = replace(OWN, training=TrainingSpec(epochs=700, keep_best=True))
    assert going_on(entry, longer).experiment == longer
    other = replace(longer, optimizer=OptimizerSpec(name="Adam"))
    found = going_on(entry, other)
    assert (found.experiment, found.step) == (OWN, 20)


def test_a_run_of_whole_epochs_is_done_when_it_is(document, stopped, tmp_path) -> None:
    """4 epochs of 10 batches, 4 a step, are 10 steps, though an epoch of them is 3."""
    entry = document.run(stopped())
    with entry.open() as reader:
        info = reader.info
    own = replace(OWN, training=TrainingSpec(epochs=4, accumulate=4))
    info = replace(info, experiment=to_raw(own), steps=10, steps_per_epoch=3)
    writer = RunWriter.create(tmp_path / "run", info)
    for step in range(10):
        writer.append(step, np.zeros(writer.width))
    assert not writer.checkpoint([Checkpoint(kind=CheckpointKind.LAST, step=10, state="{}", tensors=b"")])
    writer.close()
    entry = replace(entry, source=tmp_path / "run")
    assert "enter more under “train for”" in going_on(entry, own).reason
    longer = replace(own, training=TrainingSpec(epochs=5, accumulate=4))
    assert going_on(entry, longer).experiment == longer


@pytest.mark.parametrize(
    ("every", "words"),
    [
        (None, "about every 10 seconds, in at most 2 % of the time"),
        (1, "after every step"),
        (2500, "every 2,500 steps"),
    ],
)
def test_how_often_is_said(every: int | None, words: str) -> None:
    assert words in checkpoint_words(replace(OWN, training=TrainingSpec(steps=1, checkpoint_every=every)))
