"""What a run has recorded, as names: those of its quantities, and of what is not a quantity.

What a run had once it has for good, also where the cursor stands before its first measurement: a tab that
comes and goes while one looks back could not be read. Gates and heads are those of the selected layer.
"""

from __future__ import annotations

from gradviz.records.part_lines import part_quantities
from gradviz.records.snapshot import Snapshot
from gradviz.views.plots.offered import TEXT, TIME
from gradviz.views.plots.registry import Recorded

_LOSSES = frozenset({"train_loss", "val_loss"})
_ACCURACIES = frozenset({"train_accuracy", "val_accuracy"})
_RATIOS = ("update_ratio", "update_ratio_median")


class Recording:
    """Remembers it of the shown run."""

    def __init__(self) -> None:
        self._run = ""
        self._writes = ""
        self._parts: frozenset[str] = frozenset()
        self.known: Recorded = _LOSSES | _ACCURACIES

    def clear(self, *, accuracy: bool) -> None:
        """A run is to come, of which only is known whether it has an `accuracy`: a regression has none."""
        self._run = ""
        self.known = _LOSSES | _ACCURACIES if accuracy else _LOSSES

    def expect_text(self, run_id: str) -> None:
        """That run is a language model's: its text has a place before the first sample is there."""
        self._writes = run_id

    def note(self, snapshot: Snapshot) -> bool:
        """Add what a snapshot has; whether something has changed."""
        parts = frozenset(part_quantities(snapshot.run, snapshot.layer))
        found = {*snapshot.numbers, *snapshot.curves, *parts}
        if snapshot.update_ratio is not None:
            found.update(_RATIOS)
        if snapshot.time_gradient is not None:
            found.add(TIME)
        if snapshot.run.id == self._writes or any(event.kind == "text_sample" for event in snapshot.events):
            found.add(TEXT)
        before, same = self.known, snapshot.run.id == self._run
        self._run = snapshot.run.id
        self.known = (before - self._parts) | found if same else frozenset(found)
        self._parts = parts
        return self.known != before
