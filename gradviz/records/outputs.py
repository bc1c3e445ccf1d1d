"""Who is about to write which document: `gradviz run -o FILE` says so, and opening FILE follows the run.

Each promise is a small file in the state folder and a lock that ends with the process that made it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from gradviz.paths import state_folder
from gradviz.records.errors import RecordsError
from gradviz.records.ownership import OwnerLock, is_owned


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveOutput:
    """The live store of the run that will be saved in a document."""

    target: Path
    store: Path
    run: str


class OutputPromise:
    """Stands from `register_output` until `release`, which comes after the document is saved."""

    def __init__(self, note: Path, lock: OwnerLock) -> None:
        self._note = note
        self._lock = lock

    def release(self) -> None:
        """The document is there now, or never will be. Can be called twice."""
        self._note.unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


def register_output(target: str | Path, store: str | Path, run_id: str) -> OutputPromise:
    """Say that the run in `store` will be saved as `target`; RecordsError if another run says so too."""
    target, store = Path(target).resolve(), Path(store).resolve()
    note = _note(target)
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        lock = OwnerLock.take(note.with_suffix(".lock"))
    except RecordsError as error:
        raise RecordsError(f"Another run is going to be saved as “{target}”; choose another file.") from error
    except OSError as error:
        raise RecordsError(f"“{note.parent}” cannot be written: {error.strerror}.") from error
    note.write_text(json.dumps({"target": str(target), "store": str(store), "run": run_id}), "utf-8")
    return OutputPromise(note, lock)


def live_store_for(target: str | Path) -> LiveOutput | None:
    """The live store behind a document that a running process will save; None when there is none."""
    target = Path(target).resolve()
    note = _note(target)
    if not note.exists():
        return None
    if not is_owned(note.with_suffix(".lock")):
        for leftover in (note, note.with_suffix(".lock")):
            leftover.unlink(missing_ok=True)
        return None
    try:
        raw = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):  # released, or not written yet, at this very moment
        return None
    store = Path(raw["store"])
    return LiveOutput(target=target, store=store, run=raw["run"]) if store.exists() else None


def _note(target: Path) -> Path:
    return state_folder() / "outputs" / f"{sha256(str(target).encode()).hexdigest()[:24]}.json"
