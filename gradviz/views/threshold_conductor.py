"""What “Propose” at clipping's threshold does: the norms of the shown run say where to clip."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gradviz.control.run_entry import RunEntry
from gradviz.diagnosis.threshold import METHODS, threshold_of_run
from gradviz.records.errors import RecordsError
from gradviz.views.training.clipping_part import ClippingPart


class ThresholdConductor(QObject):
    """Reads the run's store when it is asked; nothing is kept open."""

    def __init__(self, part: ClippingPart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._part = part
        self._entry: RunEntry | None = None
        part.set_methods(METHODS)
        part.propose_wanted.connect(self._on_wanted)
        self.show_run(None)

    def show_run(self, entry: RunEntry | None) -> None:
        """Propose from that run from now on."""
        self._entry = entry
        self._part.set_reason(
            "" if entry else self.tr("Train first, or choose a run: its norms are looked at")
        )

    def _on_wanted(self, method: str) -> None:
        entry = self._entry
        if entry is None:
            return
        try:
            with entry.open() as reader:
                proposal = threshold_of_run(reader, method)
        except RecordsError as error:
            self._part.show_proposal(None, str(error))
            return
        self._part.show_proposal(proposal.threshold, proposal.reason, proposal.warning)
