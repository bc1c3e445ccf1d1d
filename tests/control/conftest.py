"""Runs on disk, without an engine: a writer of a small one, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gradviz.control.session_document import SessionDocument
from gradviz.records.layer import LayerInfo
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus, SeriesInfo
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import to_raw


def info(run_id: str) -> RunInfo:
    layer = LayerInfo(
        index=0,
        name="Linear 1",
        kind="Linear",
        path=(0,),
        repeat=(),
        module="0",
        output_shape=(4,),
        parameters=20,
    )
    return RunInfo(
        id=run_id,
        name="Untitled",
        created="2026-01-01T00:00:00+00:00",
        experiment=to_raw(ExperimentSpec(seed=5)),
        layers=(layer,),
        series=(SeriesInfo(quantity="train_loss", width=1), SeriesInfo(quantity="grad_norm", width=1)),
        steps=100,
        steps_per_epoch=10,
        device="cpu",
    )


def write_steps(writer: RunWriter, first: int, last: int) -> None:
    for step in range(first, last + 1):
        writer.append(step, np.full(2, step, np.float32))
        if step % 8 == 0:
            writer.sample("update_ratio", step, [step + 1])
    writer.commit()


def record(store: Path, run_id: str, steps: int = 10) -> RunStatus:
    """A whole run of so many steps; how it ended."""
    status = RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=steps)
    writer = RunWriter.create(store, info(run_id))
    write_steps(writer, 0, steps - 1)
    writer.finish(status)
    writer.close()
    return status


@pytest.fixture
def recorded() -> Callable[..., RunStatus]:
    return record


@pytest.fixture
def begun() -> Callable[..., RunWriter]:
    """A run that has made so many steps and goes on."""

    def begin(store: Path, run_id: str, steps: int = 10) -> RunWriter:
        writer = RunWriter.create(store, info(run_id))
        writer.set_status(RunStatus(state=RunState.RUNNING))
        write_steps(writer, 0, steps - 1)
        return writer

    return begin


@pytest.fixture
def document(qtbot) -> Iterator[SessionDocument]:
    document = SessionDocument(ExperimentSpec(name="First"))
    yield document
    document.close()
