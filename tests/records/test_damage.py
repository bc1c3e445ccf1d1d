"""Flipped bits never become wrong numbers: an error, a report, or what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.schema import TILE
from gradviz.records.session import RunSource, Session, open_session, save_session
from gradviz.records.writer import RunWriter

STEPS = TILE * 9 + 77


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, new_info: Callable[..., RunInfo]) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    rows = np.random.default_rng(1).random((STEPS, 3), np.float32)
    run = RunWriter.create(folder / "store", new_info(1))
    for step, row in enumerate(rows):
        run.append(step, row)
        if step % 100 == 0:
            run.sample("val_loss", step, row[0])
            run.sample("weight_histogram", step, np.arange(612) + step, 0)
            run.event(step, "mark", "Linear 1", at=step)
            run.log("info", f"step {step}")
            run.commit()
    assert run.finish(RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED, steps=STEPS)) == ""
    run.close()
    session = Session(
        id="s",
        experiment={"seed": 3},
        notes="Notes " * 50,
        runs=(RunSource(id="run-1", path=folder / "store"),),
    )
    save_session(session, folder / "sound.gradviz")
    return folder / "sound.gradviz"


def everything(path: Path) -> tuple[dict[str, Any], list[str]]:
    """All that can be read of a document, by what it is; and what is reported as damaged."""
    session = open_session(path)
    found: dict[str, Any] = {
        "notes": session.notes,
        "experiment": session.experiment,
        "id": session.id,
        "runs": [run.id for run in session.runs],
    }
    with RunReader(path) as reader:
        found["info"] = reader.info
        found["status"] = reader.status
        found["steps"] = reader.last_step
        for columns in (10**9, STEPS // 8):
            for quantity in reader.slices:
                series = reader.series(quantity, 0, STEPS, columns)
                for at, (step, count) in enumerate(zip(series.steps, series.counts, strict=True)):
                    values = [part[:, at].tobytes() for part in (series.mean, series.low, series.high)]
                    found[f"{quantity} {step} {count}"] = values
        for quantity, layer in (("val_loss", -1), ("weight_histogram", 0)):
            steps, values = reader.samples(quantity, layer)
            for step, value in zip(steps, values, strict=True):
                found[f"{quantity} {step}"] = value.tolist()
        for event in reader.events():
            found[f"event {event.step}"] = event
        for at, log in enumerate(reader.logs()):
            found[f"log {log.text}"] = (log.level, at if not reader.damage else 0)
        return found, [*session.damage, *reader.damage]


@pytest.fixture(scope="module")
def truth(sound: Path) -> dict[str, Any]:
    found, damage = everything(sound)
    assert damage == []
    return found


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2**40), st.integers(0, 7)), min_size=1, max_size=4))
@settings(max_examples=120)
def test_flipped_bits(sound: Path, truth: dict[str, Any], flips: list[tuple[bool, int, int]]) -> None:
    content = bytearray(sound.read_bytes())
    for early, at, bit in flips:  # the first pages hold much of the structure
        content[at % (20 * 4096 if early else len(content))] ^= 1 << bit
    damaged = sound.with_name("damaged.gradviz")
    damaged.write_bytes(content)
    try:
        found, damage = everything(damaged)
    except RecordsError:
        return
    if damage:
        finest = {
            key
            for key in found
            if key in truth and not key.startswith(("log", "notes", "experiment", "runs"))
        }
        assert all(found[key] == truth[key] for key in finest)
        assert found["notes"] in (truth["notes"], "")
    else:
        assert found == truth


def overwrite(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new, 1))


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    path = tmp_path / "copy.gradviz"
    path.write_bytes(sound.read_bytes())
    return path


def test_a_damaged_tile_is_reported_and_coarser_columns_are_shown(copy: Path) -> None:
    with RunReader(copy) as reader:
        values = reader.series("grad_norm", 100, 110, 100).mean
    overwrite(copy, values[0, :8].tobytes(), b"\0" * 32)
    with RunReader(copy) as reader:
        series = reader.series("grad_norm", 0, STEPS, 10**9)
        assert set(series.counts[:128]) == {8}
        assert set(series.counts[128:]) == {1}
        assert "grad_norm of the steps from 0 on" in reader.damage[0]
        assert "Name of run-1" in reader.damage[0]
        assert not reader.is_exact("grad_norm", 100)
        assert reader.at("grad_norm", 100)[0] == 100  # the middle of the column 96 to 103
        assert reader.is_exact("train_loss", 100)


def test_a_damaged_tail_leaves_a_gap(copy: Path) -> None:
    with RunReader(copy) as reader:
        values = reader.series("grad_norm", STEPS - 1, STEPS - 1, 1).mean
    content = copy.read_bytes()
    at = content.rindex(values[0].tobytes())
    copy.write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])
    with RunReader(copy) as reader:
        series = reader.series("grad_norm", 0, STEPS, 10**9)
        assert series.steps[-1] < STEPS - 1
        assert np.isfinite(series.mean).all()
        assert any("newest steps" in what for what in reader.damage)
        assert reader.at("grad_norm", STEPS - 1)[0] == series.steps[-1]


def test_damaged_notes_do_not_cost_the_session(copy: Path) -> None:
    overwrite(copy, b"Notes Notes", b"Notes notes")
    session = open_session(copy)
    assert session.notes == ""
    assert session.experiment == {"seed": 3}
    assert "“notes” cannot be read" in session.damage[0]
