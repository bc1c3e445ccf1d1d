"""The training panel: what is changed most often in view, the rest in folded groups that say what is set.

While a run is training, a change of the learning rate goes to that run too, and the panel says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import Problem
from gradviz.views.part import Part
from gradviz.views.section import Level, Section
from gradviz.views.training.at_hand import LengthPart, OptimizerPart, SchedulePart
from gradviz.views.training.clipping_part import ClippingPart
from gradviz.views.training.groups_part import GroupsPart
from gradviz.views.training.regularization_part import RegularizationPart
from gradviz.views.training.simple_parts import (
    LossPart,
    MeasuringPart,
    NumbersPart,
    SeedsPart,
    StoppingPart,
)
from gradviz.views.training.start_part import StartPart

_GAP = 8


class TrainingPanel(QWidget):
    """Edits everything of the experiment that is neither data nor layers."""

    summary_changed = Signal(object, bool)
    """A few words (str) for the section's heading, and whether they are about something wrong."""
    rate_changed = Signal(object)
    """A learning rate (float) for the run that is training."""
    group_opened = Signal(object)
    """What was unfolded or has something to say (QWidget), to be brought into view."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._training = False
        self._engine_problem: Problem | None = None
        self.optimizer = OptimizerPart(document, self)
        self.schedule = SchedulePart(document, self)
        self.clipping = ClippingPart(document, self)
        self.length = LengthPart(document, self)
        self.loss = LossPart(document)
        self.regularization = RegularizationPart(document)
        self.groups = GroupsPart(document)
        self.start = StartPart(document)
        self.numbers = NumbersPart(document)
        self.stopping = StoppingPart(document)
        self.seeds = SeedsPart(document)
        self.measuring = MeasuringPart(document)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 0, 12, 12)
        self._layout.setSpacing(4)
        for at_hand in (self.optimizer, self.schedule, self.clipping, self.length):
            self._layout.addWidget(at_hand)
            self._layout.addSpacing(4)
        self._layout.addSpacing(_GAP)
        self.sections: dict[Part, Section] = {}
        folded: tuple[tuple[str, Part], ...] = (
            (self.tr("Loss"), self.loss),
            (self.tr("Regularization"), self.regularization),
            (self.tr("Layer groups"), self.groups),
            (self.tr("Start"), self.start),
            (self.tr("Numbers"), self.numbers),
            (self.tr("Stopping, checkpoints"), self.stopping),
            (self.tr("Seeds"), self.seeds),
            (self.tr("Measuring"), self.measuring),
        )
        for title, part in folded:
            self._add_group(title, part)
        self._layout.addStretch(1)
        self.optimizer.rate_changed.connect(self._on_rate)
        self.clipping.show_wanted.connect(self._on_show_wanted)
        document.experiment_changed.connect(self.refresh)
        document.catalogue_changed.connect(self.refresh)
        document.problems_changed.connect(self._show_problems)
        self.refresh()

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts: those in view, then the folded ones."""
        return (self.groups, self.optimizer, self.schedule, self.clipping, self.length, *self.sections)

    def set_training(self, *, is_training: bool) -> None:
        """Say whether a change of the learning rate also goes to a run."""
        self._training = is_training
        self.optimizer.set_training(is_training=is_training)

    def set_names(self, names: Sequence[str]) -> None:
        """The names of the network's layers that have parameters."""
        self.groups.set_names(names)
        self.regularization.set_names(names)
        self._show_summaries()

    def show_cost(self, share: float | None) -> None:
        """Say what measuring costs now."""
        self.measuring.show_cost(share)
        self._show_summary(self.measuring, self._document.experiment)

    def show_engine_problem(self, problem: Problem | None) -> bool:
        """Say what the engine found wrong; whether it is about training at all."""
        mine = problem is not None and any(part.claims(problem.keys) for part in self.parts)
        self._engine_problem = problem if mine else None
        self._show_problems()
        return mine

    def refresh(self, *_unused: object) -> None:
        """Show the document as it is now."""
        spec = self._document.experiment
        for part in dict.fromkeys(self.parts):
            part.show_experiment(spec)
        self._show_problems()

    def _add_group(self, title: str, part: Part) -> None:
        body = QWidget(self)
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 4, 0, 8)  # names like “xavier_uniform” need all the width there is
        inside.addWidget(part)
        section = Section(title, body, self, is_open=False, level=Level.GROUP)
        section.toggled.connect(self._on_toggled)
        self.sections[part] = section
        self._layout.addWidget(section)

    def _show_problems(self, *_unused: object) -> None:
        problems = self._document.problems
        found = self._engine_problem
        if found is not None and all(problem.keys != found.keys for problem in problems):
            problems = (*problems, found)
        self._wrong: dict[Part, str] = {}
        left = list(problems)
        for part in dict.fromkeys(self.parts):
            mine = [problem for problem in left if part.claims(problem.keys)]
            left = [problem for problem in left if problem not in mine]
            part.show_problems(mine)
            if mine:
                self._wrong[part] = part.worded(mine[0])
        self._show_summaries()

    def _show_summaries(self) -> None:
        spec = self._document.experiment
        for part in self.sections:
            self._show_summary(part, spec)
        first = next(iter(self._wrong.values()), "")
        words = [part.summary(spec) for part in (self.optimizer, self.schedule, self.clipping, self.length)]
        self.summary_changed.emit(first or " · ".join(word for word in words if word), bool(first))

    def _show_summary(self, part: Part, spec: ExperimentSpec) -> None:
        wrong = self._wrong.get(part, "")
        explanation = "" if wrong else part.explanation(spec)
        text = wrong or part.summary(spec)
        self.sections[part].set_summary(text, is_problem=bool(wrong), explanation=explanation)

    def _on_rate(self, lr: float) -> None:
        if self._training:
            self.rate_changed.emit(lr)

    def _on_show_wanted(self) -> None:
        self.group_opened.emit(self.sender())

    def _on_toggled(self, is_open: bool) -> None:
        section = self.sender()
        if is_open and isinstance(section, Section):
            self.group_opened.emit(section)
