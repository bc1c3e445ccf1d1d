"""The one timer that pulls pictures: 30 times a second it looks whether the shown run has anything new.

Nothing is pushed per training step: a queued signal per step stalls the window, a timer that takes the
newest snapshot cannot pile up.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gradviz.control.run_entry import RunEntry
from gradviz.records.run import RunInfo
from gradviz.records.snapshot import Snapshot


class RefreshClock(QObject):
    """Follows one run and emits a snapshot of it when, and only when, something to show has changed."""

    refreshed = Signal(object)
    """A Snapshot, or None when no run is shown any more."""
    failed = Signal(object)
    """A sentence (str): the run cannot be read; it is followed no longer."""

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = 33) -> None: ...

    @property
    def run(self) -> RunInfo | None:
        """The run that is followed, once its store can be read."""
        raise NotImplementedError

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        raise NotImplementedError

    @property
    def cursor(self) -> int | None:
        """The pinned step, or None: live, at the newest one."""
        raise NotImplementedError

    def follow(self, entry: RunEntry | None) -> None:
        """Show that run; its store need not exist yet. The cursor, layer and view go back to the start."""

    def set_cursor(self, step: int | None) -> None:
        """Pin the pictures at a step; None follows the newest."""

    def set_layer(self, layer: int | None) -> None:
        """Choose the measured layer whose histograms are taken."""

    def set_columns(self, columns: int) -> None:
        """Tell how many columns the widest plot has."""

    def set_view(self, first: int, last: int) -> None:
        """Show only the steps from `first` to `last`, both included."""

    def clear_view(self) -> None:
        """Show all steps again."""

    def set_visible(self, visible: bool) -> None:
        """Stop while nothing is seen; catch up on show."""

    def close(self) -> None:
        """Stop for good and close the store."""
