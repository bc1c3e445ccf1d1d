"""A run as the session lists it: its name, how it stands, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gradviz.records.reader import RunReader
from gradviz.records.run import RunStatus


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

    def open(self) -> RunReader:
        """A reader of its own, which the caller closes. Raises RecordsError while there is no store."""
        return RunReader(self.source, self.id if self.in_document else None)
