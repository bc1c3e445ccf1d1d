"""What a crash left behind: the working folders whose owner is dead, offered at the next start."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gradviz.records.errors import RecordsError
from gradviz.records.interrupted import mark_interrupted
from gradviz.records.ownership import OwnerLock, is_being_written, is_owned
from gradviz.records.reader import RunReader
from gradviz.records.run import RunState
from gradviz.records.session import Session
from gradviz.records.store_file import remove_store
from gradviz.records.workspace import Workspace, draft_path, gate, owner_path, read_draft, sessions_folder

INTERRUPTED = "gradviz ended unexpectedly during this run; everything that was measured until then is here."


@dataclass(frozen=True, kw_only=True, slots=True)
class AbandonedRun:
    """A run in an abandoned folder: how many steps it has, how many of them are in the document already.

    `problem` is a sentence where its store cannot be read.
    """

    id: str
    name: str
    steps: int
    saved_steps: int
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Abandoned:
    """A working folder worth offering. `modified` is when its draft or a run was last written, in UTC."""

    folder: Path
    name: str
    document: Path | None
    modified: datetime
    changed: bool
    runs: tuple[AbandonedRun, ...]

    @property
    def steps(self) -> int:
        """The steps that are in no document."""
        return sum(max(0, run.steps - run.saved_steps) for run in self.runs)


def abandoned() -> tuple[Abandoned, ...]:
    """What dead processes left that is worth offering, newest first; what is not is removed."""
    found = []
    with gate():
        for folder in sessions_folder().glob("*/"):
            if is_owned(owner_path(folder)):
                continue
            offer = _look(folder)
            if offer.changed or offer.steps or any(run.problem for run in offer.runs):
                found.append(offer)
            elif not any(is_being_written(store) for store in _stores(folder)):
                shutil.rmtree(folder, ignore_errors=True)
    return tuple(sorted(found, key=lambda offer: offer.modified, reverse=True))


def adopt(folder: Path) -> tuple[Workspace, Session | None]:
    """Own an abandoned folder; the session in it (None without a draft), its cut-off runs marked as failed.

    RecordsError if somebody else owns it by now.
    """
    with gate():
        if not folder.is_dir():
            raise RecordsError(f"“{folder}” is gone.")
        workspace = Workspace(folder, OwnerLock.take(owner_path(folder)))
    superseded = set()
    for store in _stores(folder):
        try:
            with RunReader(store) as reader:
                running = reader.status.state != RunState.FINISHED
                superseded.add(reader.info.continues)
            if running and not is_being_written(store):
                mark_interrupted(store, INTERRUPTED)
        except RecordsError:
            continue  # the run is offered with its problem, not lost
    for store in _stores(folder):
        if store.stem in superseded:  # killed just when another one had taken its place
            remove_store(store)
    draft = workspace.read_draft()
    return workspace, draft and _without(draft[0], superseded)


def discard(folder: Path) -> None:
    """Remove an abandoned folder for good; RecordsError if somebody owns it by now."""
    with gate():
        if is_owned(owner_path(folder)):
            raise RecordsError("That session is open in another gradviz.")
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise RecordsError(f"“{folder}” cannot be removed: {error.strerror}.") from error


def written_at(store: Path) -> float:
    """When a draft or a run's store was last written, as seconds since 1970: to look at it changes nothing.

    Locks do not count, nor what every reader leaves: the index of a write-ahead log, and an empty log.
    """
    log = store.with_name(store.name + "-wal")
    files = [store, log] if log.exists() and log.stat().st_size else [store]
    return max(file.stat().st_mtime for file in files)


def _without(session: Session, superseded: set[str]) -> Session:
    return replace(session, runs=tuple(run for run in session.runs if run.id not in superseded))


def _look(folder: Path) -> Abandoned:
    try:
        draft = read_draft(folder)
    except RecordsError:
        draft = None
    document = draft[0].path if draft else None
    runs = tuple(_run(store, document) for store in _stores(folder))
    name = str(draft[0].experiment.get("name", "")) if draft else ""
    written = [written_at(store) for store in (draft_path(folder), *_stores(folder)) if store.exists()]
    return Abandoned(
        folder=folder,
        name=name or next((run.name for run in runs), ""),
        document=document,
        modified=datetime.fromtimestamp(max(written, default=folder.stat().st_mtime), UTC),
        changed=bool(draft and draft[1]),
        runs=runs,
    )


def _run(store: Path, document: Path | None) -> AbandonedRun:
    try:
        with RunReader(store) as reader:
            info, steps = reader.info, reader.last_step + 1
    except RecordsError as error:
        return AbandonedRun(id=store.stem, name=store.stem, steps=0, saved_steps=0, problem=str(error))
    saved = 0
    if document is not None and document.exists():
        try:
            with RunReader(document, info.id) as reader:
                saved = reader.last_step + 1
        except RecordsError:
            saved = 0  # not in there, or not readable there: then it is not saved
    return AbandonedRun(id=info.id, name=info.name, steps=steps, saved_steps=saved)


def _stores(folder: Path) -> list[Path]:
    return sorted((folder / "runs").glob("*.sqlite"))
