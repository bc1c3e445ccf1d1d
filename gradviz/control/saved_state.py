"""What the document on disk holds, to tell whether there is anything to save."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gradviz.control.run_entry import RunEntry
from gradviz.spec.experiment import ExperimentSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedState:
    """The experiment, the notes and the runs as they were saved; `experiment` None: never saved.

    A run that was still growing when it was saved is in `growing` and counts as not saved yet.
    """

    experiment: ExperimentSpec | None
    notes: str = ""
    runs: frozenset[str] = frozenset()
    growing: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, experiment: ExperimentSpec | None, notes: str, runs: Iterable[RunEntry]) -> SavedState:
        """What a save of these writes."""
        runs = tuple(run for run in runs if run.source.exists())
        return cls(
            experiment=experiment,
            notes=notes,
            runs=frozenset(run.id for run in runs),
            growing=frozenset(run.id for run in runs if not run.is_finished),
        )

    def differs(self, experiment: ExperimentSpec, notes: str, runs: Iterable[RunEntry]) -> bool:
        """Whether that is not what was saved. A run that never came to have a store does not count."""
        now = SavedState.of(experiment, notes, runs)
        return self.growing != frozenset() or (self.experiment, self.notes, self.runs) != (
            now.experiment,
            now.notes,
            now.runs,
        )
