"""What a session document tells about saving and about what a crash left, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class AbandonedSession:
    """A session that a crashed window left: what to ask the user about at the next start.

    `steps` were measured and are in no document; `path` is the document it belongs to, if it was saved
    before; `changed` is when it was last written, in UTC.
    """

    id: str
    title: str
    path: Path | None
    changed: datetime
    runs: int
    steps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveProgress:
    """How far a save is, from 0 to 1."""

    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveResult:
    """How a save ended: `error` is a sentence, empty when it went well or was cancelled.

    With `changed_on_disk` the error is that another program saved the file meanwhile: ask, and save again
    with `force`, or elsewhere.
    """

    path: Path
    cancelled: bool = False
    error: str = ""
    changed_on_disk: bool = False

    @property
    def saved(self) -> bool:
        """Whether the session is in the file now."""
        return not self.cancelled and not self.error
