"""The working folder of one open session, in the program's state folder and never beside a document.

It holds the draft (what is being edited, written at every edit), the live stores of the session's runs and
a lock that ends with the process that owns it. A clean exit removes the folder; what a crash leaves is found
by `leftovers.abandoned`.

    sessions/<id>/owner.sqlite   held for the owner's life
    sessions/<id>/draft.sqlite   experiment, notes, layout, and which document they belong to
    sessions/<id>/runs/<run>.sqlite
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Self
from uuid import uuid4

from gradviz.paths import state_folder
from gradviz.records.errors import RecordsError
from gradviz.records.meta import put_meta, read_meta
from gradviz.records.migrations import current_format
from gradviz.records.ownership import OwnerLock
from gradviz.records.schema import create_tables
from gradviz.records.session import RunSource, Session

_GATE_SECONDS = 10.0


class Workspace:
    """A working folder that this process owns; used by one thread at a time."""

    def __init__(self, folder: Path, lock: OwnerLock) -> None:
        """Take over a folder whose lock is held; `create` and `leftovers.adopt` make one."""
        self.folder = folder
        self._lock = lock
        try:
            self._draft = _open_draft(draft_path(folder))
        except sqlite3.Error as error:
            lock.release()
            raise RecordsError(f"The working folder “{folder}” cannot be written ({error}).") from error
        self._written: dict[str, str] = {}

    @classmethod
    def create(cls) -> Self:
        """Make a new working folder; RecordsError if the state folder cannot be written."""
        folder = sessions_folder() / uuid4().hex
        with gate():
            try:
                (folder / "runs").mkdir(parents=True)
            except OSError as error:
                raise RecordsError(
                    f"The working folder “{folder}” cannot be made: {error.strerror}."
                ) from error
            return cls(folder, OwnerLock.take(owner_path(folder)))

    def store_path(self, run_id: str) -> Path:
        """Where the live store of a run belongs."""
        if not re.fullmatch(r"[\w-]+", run_id):
            raise ValueError(f"“{run_id}” cannot be the name of a file")
        return self.folder / "runs" / f"{run_id}.sqlite"

    def write_draft(self, session: Session, *, changed: bool) -> None:
        """Keep what is being edited; `changed` says whether that differs from what was saved last."""
        values = {
            "session": session.id,
            "experiment": json.dumps(session.experiment),
            "notes": session.notes,
            "layout": json.dumps(session.layout),
            "runs": json.dumps([[run.id, str(run.path)] for run in session.runs]),
            "created": session.created,
            "document": str(session.path.absolute()) if session.path else "",
            "change": session.change,
            "changed": json.dumps(changed),
        }
        new = {name: value for name, value in values.items() if self._written.get(name) != value}
        if not new:
            return
        try:
            self._draft.execute("BEGIN IMMEDIATE")
            put_meta(self._draft, new)
            self._draft.execute("COMMIT")
        except sqlite3.Error as error:
            if self._draft.in_transaction:
                self._draft.execute("ROLLBACK")
            raise RecordsError(
                f"What you edit cannot be kept in “{self.folder}” ({error}). Save the session elsewhere."
            ) from error
        self._written.update(new)

    def read_draft(self) -> tuple[Session, bool] | None:
        """The session as it was last kept, with the runs of this folder, and whether it was changed."""
        return read_draft(self.folder)

    def close(self, *, keep: bool = False) -> None:
        """Let go of the folder, and remove it unless it is to be kept. Can be called twice."""
        self._draft.close()
        if keep:
            self._lock.release()
        else:
            with gate():
                self._lock.release()
                shutil.rmtree(self.folder, ignore_errors=True)


def sessions_folder() -> Path:
    """Where working folders lie."""
    return state_folder() / "sessions"


def owner_path(folder: Path) -> Path:
    """The lock of a working folder's owner."""
    return folder / "owner.sqlite"


def draft_path(folder: Path) -> Path:
    """The draft in a working folder."""
    return folder / "draft.sqlite"


def gate() -> OwnerLock:
    """Held while folders are made, taken over or removed, so that no two processes do it at once."""
    try:
        state_folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsError(f"“{state_folder()}” cannot be written: {error.strerror}.") from error
    return _Gate.take(state_folder() / "sessions-gate.sqlite", wait=_GATE_SECONDS)


def read_draft(folder: Path) -> tuple[Session, bool] | None:
    """The draft in a working folder, with every run whose store lies there; None where there is no draft."""
    path = draft_path(folder)
    stores = {store.stem: store for store in sorted((folder / "runs").glob("*.sqlite"))}
    if not path.exists():
        return None
    try:
        # closing a draft that was opened for writing would move its log into it: it is only looked at
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            has_tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            meta, damaged = read_meta(connection) if has_tables else ({}, ())
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RecordsError(f"The draft in “{folder}” cannot be read ({error}).") from error
    if "session" not in meta:
        return None
    listed = {run: Path(where) for run, where in json.loads(meta.get("runs", "[]"))}
    session = Session(
        id=meta["session"],
        experiment=json.loads(meta.get("experiment", "{}")),
        notes=meta.get("notes", ""),
        layout=json.loads(meta.get("layout", "{}")),
        runs=tuple(RunSource(id=run, path=where) for run, where in (listed | stores).items()),
        created=meta.get("created", ""),
        path=Path(meta["document"]) if meta.get("document") else None,
        change=meta.get("change", ""),
        damage=tuple(f"In the draft “{name}” cannot be read." for name in damaged),
    )
    return replace(session, runs=tuple(run for run in session.runs if run.path.exists())), (
        meta.get("changed") == "true"
    )


def _open_draft(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            create_tables(connection, current_format())
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class _Gate(OwnerLock):
    """A lock whose file stays: removing it would let two in at once."""

    def release(self, *, remove: bool = False) -> None:
        super().release(remove=remove)
