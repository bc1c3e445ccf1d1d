"""Small runs to write and read. Session-scoped functions, so that Hypothesis may use them."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradviz.records.layer import LayerInfo
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus, SeriesInfo
from gradviz.records.schema import TILE
from gradviz.records.session import RunSource, Session
from gradviz.records.writer import RunWriter

COMPLETED = RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED)


def make_info(layers: int = 2, *, clipped: bool = False, name: str = "run-1") -> RunInfo:
    series = [
        SeriesInfo(quantity="train_loss", width=1),
        SeriesInfo(quantity="train_accuracy", width=1),
        SeriesInfo(quantity="grad_norm", width=layers),
    ]
    if clipped:
        series.append(SeriesInfo(quantity="grad_norm_clipped", width=layers))
    return RunInfo(
        id=name,
        name=f"Name of {name}",
        created="2025-01-02T03:04:05+00:00",
        experiment={"name": "An experiment", "seed": 1},
        layers=tuple(
            LayerInfo(
                index=at,
                name=f"Linear {at + 1}",
                kind="Linear",
                path=(at,),
                repeat=(),
                module=str(at),
                output_shape=(4,),
                parameters=20,
            )
            for at in range(layers)
        ),
        series=tuple(series),
        steps=100,
        steps_per_epoch=10,
        device="cpu",
        versions={"torch": "2"},
    )


def write_rows(
    path: Path,
    rows: np.ndarray,
    *,
    info: RunInfo | None = None,
    commits: Collection[int] = (),
    finish: RunStatus | None = COMPLETED,
    **options: Any,
) -> RunInfo:
    """Write a whole run, committing after the steps in `commits`, and close it."""
    info = info or make_info(rows.shape[1] - 2)
    writer = RunWriter.create(path, info, **options)
    for step, row in enumerate(rows):
        writer.append(step, row)
        if step in commits:
            assert writer.commit()
    if finish is not None:
        assert writer.finish(dataclasses.replace(finish, steps=len(rows))) == ""
    writer.close()
    return info


def random_rows(steps: int, width: int = 4, seed: int = 0, *, odd: float = 0.0) -> np.ndarray:
    """Log-normal numbers over many decades, a share of them NaN, infinite, zero or subnormal."""
    random = np.random.default_rng(seed)
    rows = np.exp(random.normal(0, 12, (steps, width))).astype(np.float32)
    strange = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-42, 3.4e38], np.float32)
    places = random.random(rows.shape) < odd
    rows[places] = random.choice(strange, int(places.sum()))
    return rows


@pytest.fixture(scope="session")
def new_info() -> Callable[..., RunInfo]:
    return make_info


@pytest.fixture(scope="session")
def write_run() -> Callable[..., RunInfo]:
    return write_rows


@pytest.fixture(scope="session")
def some_rows() -> Callable[..., np.ndarray]:
    return random_rows


WRITE_FOREVER = textwrap.dedent("""
    import importlib.util, sys, time
    from pathlib import Path
    import numpy as np
    spec = importlib.util.spec_from_file_location("runs", sys.argv[2])
    runs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runs)
    from gradviz.records.run import RunState, RunStatus
    from gradviz.records.writer import RunWriter
    run = RunWriter.create(Path(sys.argv[1]), runs.make_info(2))
    run.set_status(RunStatus(state=RunState.RUNNING))
    step = 0
    while True:
        run.append(step, np.full(4, step, np.float32))
        if step % 7 == 0:
            run.sample("val_loss", step, step)
        run.commit()
        step += 1
        print(step, run._store.progress.recorded, flush=True)
""")


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A run store and the process that writes step after step into it, as fast as it can."""
    path = tmp_path / "run.sqlite"
    command = [sys.executable, "-c", WRITE_FOREVER, str(path), str(Path(__file__))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield path, process
        process.kill()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session that was never saved, with runs of no, some and many steps."""
    runs = []
    (tmp_path / "stores").mkdir()
    for at, steps in enumerate((0, 700, TILE * 3 + 5)):
        path = tmp_path / "stores" / f"run-{at}"
        rows = np.random.default_rng(at).random((steps, 4), np.float32)
        write_rows(path, rows, info=make_info(2, name=f"run-{at}"))
        runs.append(RunSource(id=f"run-{at}", path=path))
    session = Session.new({"name": "Test", "seed": 5})
    return dataclasses.replace(session, notes="What I “saw”\n", layout={"docks": [1, 2]}, runs=tuple(runs))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where to save, in a folder of its own."""
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents" / "my session.gradviz"
