"""The session: an experiment, its runs, notes and layout, and the `.gradviz` document that keeps them.

A document is one SQLite file with the tables of a run store (`schema.py`). Opening one reads in place and
writes nothing beside it; saving never leaves less than the old file (`document_save.py`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from gradviz import __version__
from gradviz.records.document_save import Meter, save_in_place, save_whole, try_beside
from gradviz.records.errors import RecordsError
from gradviz.records.meta import read_meta
from gradviz.records.opening import UNREADABLE, open_reading, why_unreadable
from gradviz.records.reader import RunReader
from gradviz.records.run_copy import run_keys


@dataclass(frozen=True, kw_only=True, slots=True)
class RunSource:
    """A run and the file, store or document, that holds its rows."""

    id: str
    path: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What a person works on. `experiment` and `layout` are JSON, so that any version can carry them.

    `created` and `modified` are times in UTC as ISO 8601, `version` the gradviz that saved it. `path` is
    the document, None before the first save, and `change` the mark of the save that it was opened at.
    `damage` are sentences on what could not be read.
    """

    id: str
    experiment: Mapping[str, Any]
    notes: str = ""
    layout: Mapping[str, Any] = field(default_factory=dict)
    runs: tuple[RunSource, ...] = ()
    created: str = ""
    modified: str = ""
    version: str = ""
    path: Path | None = None
    change: str = ""
    damage: tuple[str, ...] = ()

    @classmethod
    def new(cls, experiment: Mapping[str, Any]) -> Self:
        """A session that was never saved."""
        return cls(id=uuid4().hex, experiment=experiment, created=_now())


def open_session(path: str | Path) -> Session:
    """Open a document; RecordsError says what is wrong with it and what to do."""
    path = Path(path)
    try:
        with closing(open_reading(path)) as connection:
            meta, damaged = read_meta(connection)
            there = list(run_keys(connection))
    except UNREADABLE as error:
        raise why_unreadable(path, error) from error
    if "session" not in meta:
        if damaged:
            raise RecordsError(f"“{path}” is damaged: it does not say which session it is.")
        raise RecordsError(f"“{path}” holds the record of a single run, not a session.")
    order = json.loads(meta["runs"]) if "runs" in meta else there
    damage = [f"“{path.name}” is damaged: “{name}” cannot be read." for name in damaged]
    damage += [f"“{path.name}” is damaged: a run is missing." for run in order if run not in there]
    for name in ("experiment", "notes", "layout", "runs", "change"):
        if name not in meta and name not in damaged:
            damage.append(f"“{path.name}” is damaged: “{name}” is missing.")
    return Session(
        id=meta["session"],
        experiment=json.loads(meta["experiment"])
        if "experiment" in meta
        else _newest_experiment(path, there),
        notes=meta.get("notes", ""),
        layout=json.loads(meta.get("layout", "{}")),
        runs=tuple(RunSource(id=run, path=path) for run in order if run in there),
        created=meta.get("created", ""),
        modified=meta.get("modified", ""),
        version=meta.get("version", ""),
        path=path,
        change=meta.get("change", ""),
        damage=tuple(damage),
    )


def save_session(
    session: Session,
    path: str | Path,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    force: bool = False,
) -> Session:
    """Save to `path`, in place where the session was opened there, and return the session as saved.

    Runs may be growing meanwhile; what is committed when each is copied is saved. `progress` gets shares
    from 0 to 1, `cancelled` is asked often (SaveCancelledError). `force` overwrites what another program
    saved in between (else ChangedOnDiskError). On any RecordsError the old file is as it was.
    """
    target = Path(path)
    saved = replace(
        session,
        runs=tuple(replace(run, path=target) if run.path == session.path else run for run in session.runs),
        created=session.created or _now(),
        modified=_now(),
        version=__version__,
        path=Path(path),
        change=uuid4().hex,
        damage=(),
    )
    try:
        _save(session, saved, target, force=force, progress=progress, cancelled=cancelled)
    except (*UNREADABLE, OSError) as error:
        what = error.strerror if isinstance(error, OSError) else error
        advice = "The old file is as it was; save" if _is_there(target) else "Save"
        raise RecordsError(f"“{target}” could not be saved ({what}). {advice} in another place.") from error
    if progress is not None:
        progress(1.0)
    return saved


def check_target(session: Session, path: str | Path) -> None:
    """Find out before hours of training whether `save_session` may write to `path`; RecordsError if not.

    By making a file there, since what a folder's permissions say is not all. Nothing is left behind. That
    the disk has room for what is to come cannot be known.
    """
    target = Path(path)
    try:
        if _is_opened_at(session, target) and not os.access(target, os.W_OK):
            raise RecordsError(f"“{target}” is read-only.")
        try_beside(target.resolve())
    except OSError as error:
        raise RecordsError(f"“{target}” cannot be written ({error.strerror}).") from error


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that may not be looked into, or with a name that is too long
        return False


def _is_opened_at(session: Session, target: Path) -> bool:
    """Whether a save to `target` is one in place."""
    opened = session.path
    return opened is not None and opened.exists() and target.exists() and opened.samefile(target)


def _newest_experiment(path: Path, runs: list[str]) -> Mapping[str, Any]:
    """What the newest run was made from, where the session's own experiment cannot be read."""
    for run in reversed(runs):
        try:
            with RunReader(path, run) as reader:
                return reader.info.experiment
        except RecordsError:
            continue  # damaged too; an older one may do
    return {}


def _save(
    session: Session,
    saved: Session,
    target: Path,
    *,
    force: bool,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Write `saved` in the way that fits where `session` was opened."""
    if target.is_dir():
        raise RecordsError(f"“{target}” is a folder; give a file name.")
    target = target.resolve()
    if not target.parent.is_dir():
        raise RecordsError(f"The folder “{target.parent}” does not exist.")
    runs = {run.id: run.path for run in session.runs}
    meter = Meter(_expected(session, target), progress, cancelled)
    meter.tick(0)
    if _is_opened_at(session, target):
        save_in_place(target, runs, _meta(saved), None if force else session.change, meter)
    else:
        opened = session.path if session.path is not None and session.path.exists() else None
        save_whole(target, opened or _biggest(runs), runs, _meta(saved), meter)


def _meta(session: Session) -> dict[str, str]:
    return {
        "session": session.id,
        "experiment": json.dumps(session.experiment),
        "notes": session.notes,
        "layout": json.dumps(session.layout),
        "runs": json.dumps([run.id for run in session.runs]),
        "created": session.created,
        "modified": session.modified,
        "version": session.version,
        "change": session.change,
    }


def _biggest(runs: Mapping[str, Path]) -> Path | None:
    """The store whose pages are worth copying whole."""
    return max({path for path in runs.values() if path.exists()}, key=_size, default=None)


def _expected(session: Session, target: Path) -> int:
    files = {run.path for run in session.runs} - {target, session.path}
    whole = session.path is not None and session.path != target
    return sum(map(_size, files)) + (_size(session.path) if whole and session.path else 0)


def _size(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return sum(file.stat().st_size for file in (path, log) if file.exists())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
