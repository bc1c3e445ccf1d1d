"""A run as the session lists it: its name, how it stands, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.session import RunSource
from gradviz.records.standing import read_status


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEntry:
    """One run of the session.

    `source` is a live store, or the document when `in_document`.
    """

    id: str
    name: str
    source: Path
    in_document: bool = False
    status: RunStatus = field(default_factory=RunStatus)

    @property
    def is_finished(self) -> bool:
        """Whether it has come to its end, however."""
        return self.status.state is RunState.FINISHED

    @property
    def is_recorded(self) -> bool:
        """Whether there is anything to read: a run has a store from its first step on."""
        return self.source.exists()

    def open(self) -> RunReader:
        """A reader of its own, which the caller closes. Raises RecordsError while there is no store.

        It does not count what is there: the window says nothing of it, and on a cold disk the index of a
        million steps' measurements took 115 ms of the first picture.
        """
        return RunReader(self.source, self.id if self.in_document else None, counts=False)


def entry_of(source: RunSource, name: str, document: Path | None) -> RunEntry:
    """The entry of a run that was recorded earlier; one that cannot be read counts as failed and says why.

    In a document nothing grows: a run that was still training when it was saved counts as stopped.
    """
    entry = RunEntry(id=source.id, name=name, source=source.path, in_document=source.path == document)
    try:
        status = read_status(entry.source, entry.id if entry.in_document else None)
    except RecordsError as error:
        status = RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, reason=str(error))
    if entry.in_document and status.state is not RunState.FINISHED:
        reason = QCoreApplication.translate("SessionDocument", "It was saved while it was still training.")
        status = replace(status, state=RunState.FINISHED, finish=FinishReason.STOPPED, reason=reason)
    return replace(entry, status=status)
