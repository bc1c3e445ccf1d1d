"""Against which compared run the map's norms are set is kept with the session, and whether they are.

Like the place that is looked at it is no content: it goes into the session's layout and never makes that
unsaved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from gradviz.control.run_entry import RunEntry
    from gradviz.control.session_document import SessionDocument
    from gradviz.views.plots.difference_switch import DifferenceSwitch

RELATIVE_TO = "relative_to"
"""Key of the layout: `run` (id), and `shown`: whether the map shows ratios."""


class DifferenceKeeper(QObject):
    """Writes what the user chooses at the switch, and has an opened session's choice there."""

    def __init__(self, document: SessionDocument, switch: DifferenceSwitch, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._switch = switch
        switch.chosen.connect(self._on_chosen)
        document.reopened.connect(self._on_reopened)
        document.run_replaced.connect(self._on_replaced)
        self._on_reopened()

    def _keep(self, run_id: str | None, *, shown: bool) -> None:
        kept = {"run": run_id, "shown": shown}
        self._document.set_layout({**self._document.layout, RELATIVE_TO: kept})

    @Slot()
    def _on_chosen(self) -> None:
        self._keep(self._switch.stands_at, shown=self._switch.isChecked())

    @Slot()
    def _on_reopened(self) -> None:
        """What is written may have come from any file."""
        kept = self._document.layout.get(RELATIVE_TO)
        kept = kept if isinstance(kept, Mapping) else {}
        run, shown = kept.get("run"), kept.get("shown")
        self._switch.prefer(run if isinstance(run, str) else None, shown=shown is True)

    @Slot(object, object)
    def _on_replaced(self, old: str, new: RunEntry) -> None:
        """A run that goes on as another keeps its place here too."""
        kept = self._document.layout.get(RELATIVE_TO)
        if isinstance(kept, Mapping) and kept.get("run") == old:
            self._keep(new.id, shown=kept.get("shown") is True)
            self._on_reopened()
