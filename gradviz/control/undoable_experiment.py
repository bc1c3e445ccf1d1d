"""The experiment that is edited, its undo stack and its checks.

An edit is the experiment before and after it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from gradviz.control.engine_state import EngineStatus
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import Problem
from gradviz.spec.recheck import Recheck

MERGING, SINGLE = 1, -1
"""Qt offers only commands of the same id to each other, and none of id -1."""


class UndoableExperiment(QObject):
    """The experiment and every one it was before, without limit.

    Whether it fits the catalogue is checked after every edit, as soon as there is a catalogue.
    """

    experiment_changed = Signal(object)
    """The new ExperimentSpec."""
    experiment_replaced = Signal(object)
    """The new ExperimentSpec, just before `experiment_changed`, where it is no edit of the old one."""
    catalogue_changed = Signal(object)
    """The new Catalogue."""
    problems_changed = Signal(object)
    """tuple[Problem, ...]: what the checks against the catalogue found."""

    def __init__(self, experiment: ExperimentSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._catalogue: Catalogue | None = None
        self._checks: Recheck | None = None
        self._problems: tuple[Problem, ...] = ()
        self._undo_stack = QUndoStack(self)

    @property
    def experiment(self) -> ExperimentSpec:
        """What the next run is a function of."""
        return self._experiment

    @property
    def undo_stack(self) -> QUndoStack:
        """The edits of the experiment."""
        return self._undo_stack

    @property
    def catalogue(self) -> Catalogue | None:
        """What an experiment may name; None until the engine was ready."""
        return self._catalogue

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the experiment's checks found; empty while there is no catalogue."""
        return self._problems

    def edit(self, experiment: ExperimentSpec, text: str, *, merge: str = "") -> None:
        """Make `experiment` current; consecutive edits with the same `merge`, if not empty, are one undo."""
        if experiment != self._experiment:
            self._undo_stack.push(_Edit(self._show, self._experiment, experiment, text, merge))

    @Slot(object)
    def on_engine_changed(self, status: EngineStatus) -> None:
        """Take the catalogue when it comes; check the experiment then."""
        if status.catalogue is not None and status.catalogue is not self._catalogue:
            self._catalogue = status.catalogue
            self._checks = None
            self.catalogue_changed.emit(self._catalogue)
            self._check()

    def _replace_experiment(self, experiment: ExperimentSpec) -> None:
        """Another experiment altogether: nothing of it can be undone."""
        self._undo_stack.clear()
        self._experiment = experiment
        self.experiment_replaced.emit(experiment)
        self._show(experiment)

    def _show(self, experiment: ExperimentSpec) -> None:
        self._experiment = experiment
        self.experiment_changed.emit(experiment)
        self._check()

    def _check(self) -> None:
        if self._catalogue is None:
            return
        if self._checks is None:
            self._checks = Recheck(self._catalogue)
        problems = self._checks.problems(self._experiment)
        if problems != self._problems:
            self._problems = problems
            self.problems_changed.emit(problems)


class _Edit(QUndoCommand):
    """From one experiment to another and back."""

    def __init__(
        self,
        show: Callable[[ExperimentSpec], None],
        before: ExperimentSpec,
        after: ExperimentSpec,
        text: str,
        merge: str,
    ) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after
        self.merge = merge

    def redo(self) -> None:
        self._show(self.after)

    def undo(self) -> None:
        self._show(self.before)

    def id(self) -> int:
        return MERGING if self.merge else SINGLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other.merge != self.merge:
            return False
        self.after = other.after
        self.setText(other.text())
        self.setObsolete(self.after == self.before)
        return True
