"""A checkpoint in a file: everything that a run needs to go on from a step, written beside the run's rows.

A run keeps at most two: the last one, from which it is continued, and the best one, which are weights only.
A checkpoint is cut into rows of 16 MiB, since SQLite takes no value of more than 1 GB; row 0 says how much
follows. It also holds how far the records went (`Progress`) and the newest, unfinished block of steps, which
the run itself may have given up by the time it is continued.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gradviz.records.checksum import checksum, is_intact
from gradviz.records.errors import RecordsError
from gradviz.records.opening import UNREADABLE
from gradviz.records.progress import Progress

PART_BYTES = 16 << 20


class CheckpointKind(StrEnum):
    """Which of a run's checkpoints."""

    LAST = "last"
    BEST = "best"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """What training was after `step` steps: `state` is JSON, `tensors` the bytes of a safetensors file."""

    kind: CheckpointKind
    step: int
    state: str
    tensors: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """How far the records went with a checkpoint, and the newest steps `[count][width]` as in `tail`."""

    progress: Progress
    rows: bytes


def put_checkpoint(
    connection: sqlite3.Connection, run: int, uuid: str, checkpoint: Checkpoint, moment: Moment
) -> None:
    """Write it in the place of the run's older one of its kind, inside the caller's transaction."""
    head = {
        "progress": moment.progress.to_json(),
        "rows": len(moment.rows),
        "state": checkpoint.state,
        "tensors": len(checkpoint.tensors),
    }
    parts = [json.dumps(head).encode(), *_cut(moment.rows), *_cut(checkpoint.tensors)]
    kind = checkpoint.kind.value
    connection.execute("DELETE FROM checkpoint WHERE run = ? AND kind = ?", (run, kind))
    for number, data in enumerate(parts):
        crc = checksum(data, "checkpoint", uuid, kind, number, checkpoint.step)
        connection.execute(
            "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)",
            (run, kind, number, checkpoint.step, crc, data),
        )


def checkpoint_steps(connection: sqlite3.Connection, run: int) -> dict[CheckpointKind, int]:
    """The steps that were done at each checkpoint of a run."""
    found = connection.execute("SELECT kind, step FROM checkpoint WHERE run = ? AND part = 0", (run,))
    return {CheckpointKind(kind): int(step) for kind, step in found}


def read_checkpoint(
    connection: sqlite3.Connection, run: int, uuid: str, kind: CheckpointKind
) -> tuple[Checkpoint, Moment] | None:
    """A run's checkpoint, or None where there is none. RecordsError where it is damaged."""
    try:
        rows = connection.execute(
            "SELECT part, step, crc, data FROM checkpoint WHERE run = ? AND kind = ? ORDER BY part",
            (run, kind.value),
        ).fetchall()
    except UNREADABLE as error:
        raise RecordsError(f"The {kind} checkpoint cannot be read ({error}).") from error
    if not rows:
        return None
    for at, (number, step, crc, data) in enumerate(rows):
        if at != number or not is_intact(crc, data, "checkpoint", uuid, kind.value, number, step):
            raise RecordsError(f"The {kind} checkpoint is damaged; the run cannot go on from it.")
    head = json.loads(rows[0][3])
    data = b"".join(row[3] for row in rows[1:])
    cut = head["rows"]
    if len(data) != cut + head["tensors"]:
        raise RecordsError(f"The {kind} checkpoint is not whole; the run cannot go on from it.")
    checkpoint = Checkpoint(kind=kind, step=int(rows[0][1]), state=head["state"], tensors=data[cut:])
    return checkpoint, Moment(progress=Progress.from_json(head["progress"]), rows=data[:cut])


def _cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PART_BYTES):
        yield data[start : start + PART_BYTES]
