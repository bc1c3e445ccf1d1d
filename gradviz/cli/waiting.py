"""Runs that were killed before they were saved, by the file that they were going to be saved as."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gradviz.cli.to_type import to_type
from gradviz.records import leftovers
from gradviz.records.errors import RecordsError
from gradviz.records.leftovers import Abandoned
from gradviz.records.outputs import live_store_for
from gradviz.records.reader import RunReader
from gradviz.records.workspace import read_draft


def waiting(path: Path) -> Abandoned | None:
    """The newest one with steps that are not in the file at `path`; None where nothing waits."""
    with suppress(RecordsError):
        return next((left for left in _of(path) if left.steps), None)
    return None


def to_take_up(path: Path, change: str | None) -> Abandoned | None:
    """What a killed program left that may be saved at `path` without losing anything. Raises RecordsError.

    `change` is the mark of the last save of the file there, None without one. Only what went on from just
    that save, as `--resume` does, may take its place; without a file there is nothing to lose.
    """
    for left in _of(path):
        if left.runs and (change is None or _opened_at(left) == change):
            return left
    return None


def how_to_go_on(path: Path) -> str:
    """The sentence for somebody who looks for a file that was never saved."""
    return (
        f"{path} does not exist, but a run that was killed is waiting to be saved there; "
        f"go on with: {to_type('run', path, '--resume')}"
    )


def how_to_follow(path: Path) -> str | None:
    """The sentence for somebody who looks for a file that a run is going to be saved as; None without one."""
    live = live_store_for(path)
    if live is None:
        return None
    with RunReader(live.store, live.run) as reader:
        steps = reader.last_step + 1
    return (
        f"{path} does not exist yet: the run that will be saved there is going on, {steps:,} steps so far; "
        f"watch it with: {to_type(path)}"
    )


def note_on_new_run(path: Path) -> str:
    """What to say before another run is saved at `path`."""
    return (
        f"A killed run is waiting to be saved as {path}; go on with: {to_type('run', path, '--resume')}. "
        f"This command starts anew and keeps that run: when {path} is there, move it away first."
    )


def note_on_file(path: Path) -> str:
    """What to say where the file at `path` is gone on with and not the killed run."""
    return (
        f"A killed run that was going to be saved as {path} is kept too; to go on with that one, "
        f"move {path} away first."
    )


def _of(path: Path) -> list[Abandoned]:
    there = path.resolve()
    return [
        left
        for left in leftovers.abandoned()
        if left.document is not None and left.document.resolve() == there
    ]


def _opened_at(left: Abandoned) -> str:
    """The mark of the save that a left session went on from; empty where it was never saved."""
    try:
        draft = read_draft(left.folder)
    except RecordsError:
        return ""
    return draft[0].change if draft else ""
