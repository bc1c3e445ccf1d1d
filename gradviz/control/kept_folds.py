"""What the user has folded in a view, kept in the session's layout under the view's key.

Like the place that is looked at it is no content: it is written with the session and never makes it unsaved.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from gradviz.control.session_document import SessionDocument

FOLDS = "folds"
"""Key of the layout: what each view says of itself (JSON values), by the keys of views."""


class KeptFolds(QObject):
    """Reads and writes that part of the layout."""

    reopened = Signal()
    """Another session is there, with folds of its own."""

    def __init__(self, document: SessionDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        document.reopened.connect(self.reopened)

    def of(self, view: str) -> object:
        """What that view said; it may have come from any file. None where it said nothing."""
        return self._all().get(view)

    def keep(self, view: str, folds: object) -> None:
        """Keep what a view says."""
        self._document.set_layout({**self._document.layout, FOLDS: {**self._all(), view: folds}})

    def _all(self) -> Mapping[str, object]:
        kept = self._document.layout.get(FOLDS)
        return kept if isinstance(kept, Mapping) else {}
