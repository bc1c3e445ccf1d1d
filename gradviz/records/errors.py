"""What a person is told when a record cannot be read or written: a sentence, never a traceback."""

from __future__ import annotations


class RecordsError(ValueError):
    """A store, session or workspace could not be read or written; `str()` says what, where and what to do."""


class ChangedOnDiskError(RecordsError):
    """Another program saved the document since it was opened; saving again with `force` overwrites that."""


class SaveCancelledError(RecordsError):
    """The person stopped a save; the old file is as it was."""
