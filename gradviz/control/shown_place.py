"""Where the user was: the shown run, the step looked at in each, the selected layer; kept with the session.

Whoever changes to another run and back, or saves and opens again, goes on where they were. It is a place and
no content: it goes into the session's layout when that is saved, and never makes a session unsaved.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from gradviz.control.session_document import SessionDocument
from gradviz.control.session_opening import PLACE


class ShownPlace(QObject):
    """Remembers places; writes them when the document is about to be saved, reads what an opened one says."""

    layer_wanted = Signal(object)
    """The name (str) of the layer that was selected in the session that has just been opened."""

    def __init__(self, document: SessionDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.run: str | None = None
        """The id of the shown run."""
        self.layer = ""
        """The name of the selected layer."""
        self._steps: dict[str, int] = {}
        document.saving.connect(self._on_saving)

    def step_of(self, run: str) -> int | None:
        """The step that was looked at in a run; None: the newest."""
        return self._steps.get(run)

    def keep_step(self, run: str, step: int | None) -> None:
        """Remember the step that is looked at in a run."""
        if step is None:
            self._steps.pop(run, None)
        else:
            self._steps[run] = step

    @Slot()
    def take_from_document(self) -> None:
        """Take what an opened session says, which may have come from any file."""
        kept = self._document.layout.get(PLACE)
        kept = kept if isinstance(kept, Mapping) else {}
        run, layer, steps = kept.get("run"), kept.get("layer"), kept.get("steps")
        known = {entry.id for entry in self._document.runs}
        self.run = run if isinstance(run, str) and run in known else None
        self.layer = layer if isinstance(layer, str) else ""
        steps = steps if isinstance(steps, Mapping) else {}
        self._steps = {
            key: step for key, step in steps.items() if key in known and type(step) is int and step >= 0
        }
        self.layer_wanted.emit(self.layer)

    @Slot()
    def _on_saving(self) -> None:
        known = {entry.id for entry in self._document.runs}
        steps = {run: step for run, step in self._steps.items() if run in known}
        place = {"run": self.run, "layer": self.layer, "steps": steps}
        self._document.set_layout({**self._document.layout, PLACE: place})
