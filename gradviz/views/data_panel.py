"""The data panel: which data set, its own parameters, how it is cut, what is done to images.

A line says what the data is as soon as the engine has looked at it; what is wrong with it is said there in
full, as it is mostly about a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.catalogue import Entry, Parameter
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import AugmentationSpec, ExperimentSpec
from gradviz.spec.problem import Keys, Problem
from gradviz.spec.table import TablePreview
from gradviz.views.fixed_form import FixedForm
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.named_choice import NamedChoice, few
from gradviz.views.named_place import DATA
from gradviz.views.number_format import count, plain, shape
from gradviz.views.part import Part
from gradviz.views.section import Level, Section
from gradviz.views.table_columns import TableColumns

IMAGES = "Images"
_MOST_AT_HAND = 5


class DataPanel(Part):
    """Edits `experiment.data` and `experiment.augmentation`."""

    summary_changed = Signal(object, bool)
    """A few words (str) for the section's heading, and whether they are about something wrong."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("data",), ("augmentation",), parent=parent)
        self._engine_problem: Problem | None = None
        self._unfolded_for: set[Keys] = set()
        self._wrong = ""
        self.choice = NamedChoice(
            document,
            DATA,
            self.tr("data set"),
            self.tr("The data to learn from"),
            at_hand=_at_hand,
            explained=True,
            unless_given={
                "classes": self.tr("all"),
                "columns": self.tr("all"),
                "categories": self.tr("as found"),
                "path": self.tr("not given"),
            },
            also=_without_misfit,
        )
        self.columns = TableColumns(self)
        self.columns.hide()
        self.fixed = FixedForm(
            document,
            "data",
            sections.DATA,
            {"batch_size": self.tr("batch size"), "validation": self.tr("held out")},
        )
        self.augmentation = FixedForm(document, "augmentation", sections.AUGMENTATION, {})
        body = QWidget(self)
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 4, 0, 8)
        inside.addWidget(self.augmentation)
        self.augmentation_section = Section(
            self.tr("Augmentation"), body, self, is_open=False, level=Level.GROUP
        )
        self.strip = MessageStrip(self, closable=False, narrow=True)
        self.rows.setContentsMargins(16, 0, 12, 12)
        self.add(self.choice)
        self._forms += [(("data",), form) for form in self.choice.forms]
        self.add(self.columns)
        self.add_form(("data",), self.fixed)
        self.add(self.augmentation_section)
        self._forms.append((("augmentation",), self.augmentation))
        self.finish()
        self.add(self.strip)
        self.preview = self.add_hint("")
        document.experiment_changed.connect(self.refresh)
        document.catalogue_changed.connect(self.refresh)
        document.problems_changed.connect(self._show_all_problems)
        self.refresh()

    def refresh(self, *_unused: object) -> None:
        """Show the document as it is now."""
        self.show_experiment(self._document.experiment)
        self._show_all_problems()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show data and augmentation."""
        self.choice.show_experiment(spec)
        self.fixed.show_experiment(spec)
        self.augmentation.show_experiment(spec)
        entry = self.choice.entry()
        is_used = spec.augmentation != AugmentationSpec()
        self.augmentation_section.setVisible(is_used or (entry is not None and entry.group == IMAGES))

    def summary(self, spec: ExperimentSpec) -> str:
        """Digits · batch 64."""
        return self.tr("{0} · batch {1}").format(spec.data.name, count(spec.data.batch_size))

    def show_data(self, info: DataInfo | None) -> None:
        """Say what the data is."""
        self.preview.setText("" if info is None else self._described(info))
        self.preview.setVisible(info is not None)

    def show_table(self, preview: TablePreview | None) -> None:
        """Show what the table file holds, column by column."""
        self.columns.setVisible(preview is not None and bool(preview.columns))
        self.columns.show_preview(preview)

    def show_engine_problem(self, problem: Problem | None) -> bool:
        """Say what the engine found wrong with the data; whether it is about data at all."""
        mine = problem is not None and self.claims(problem.keys)
        self._engine_problem = problem if mine else None
        self._show_all_problems()
        return mine

    def _show_all_problems(self, *_unused: object) -> None:
        problems = [problem for problem in self._document.problems if self.claims(problem.keys)]
        found = self._engine_problem
        if found is not None and len(found.keys) > 1 and all(p.keys != found.keys for p in problems):
            problems.append(found)
        self.show_problems(problems)
        in_strip = found is not None and len(found.keys) == 1
        if found is not None and found.keys == ("augmentation",):
            self.strip.say(Tone.ERROR, found.message, self.tr("Take augmentation out"), self._take_out)
        elif found is not None and in_strip:
            self.strip.say(Tone.ERROR, found.message)
            self.preview.hide()
        else:
            self.strip.hide()
        self._mark_folded([*problems, *([found] if in_strip and found else [])])
        wrong = self.worded(problems[0]) if problems else found.message if found is not None else ""
        self.summary_changed.emit(wrong or self.summary(self._document.experiment), bool(wrong))

    def _mark_folded(self, problems: Sequence[Problem]) -> None:
        """Mark what is folded and has something wrong in it; unfold it once, not against the user."""
        wrong = next((problem for problem in problems if problem.keys[0] == "augmentation"), None)
        changes = _changes(self._document.experiment.augmentation) or self.tr("none")
        self.augmentation_section.set_summary(
            self.worded(wrong) if wrong else changes, is_problem=wrong is not None
        )
        wrong_fields = {problem.keys for problem in problems if len(problem.keys) > 1}
        for section, *_, name in wrong_fields - self._unfolded_for:
            if section == "augmentation":
                self.augmentation_section.set_open(is_open=True)
            elif name in self.choice.rest.fields:
                self.choice.more.set_open(is_open=True)
        self._unfolded_for = wrong_fields

    def _take_out(self) -> None:
        self.edit(self.tr("Take augmentation out"), augmentation=AugmentationSpec())

    def _described(self, info: DataInfo) -> str:
        samples = self.tr("{0} samples").format(count(info.samples))
        size = shape(info.input_shape)
        if info.vocabulary is not None:
            size = self.tr("{0} tokens of {1}").format(size, count(info.vocabulary))
        return f"{samples} × {size} · {self._task(info)}"

    def _task(self, info: DataInfo) -> str:
        if info.is_language_model:
            return self.tr("the next token is foretold")
        if info.task is Task.BINARY:
            return self.tr("yes or no")
        if info.task is Task.REGRESSION:
            return self.tr("regression") if info.classes == 1 else self.tr("{0} values").format(info.classes)
        return self.tr("{0} classes").format(count(info.classes))


def _at_hand(entry: Entry) -> Sequence[Parameter]:
    """All of a few parameters; of many the first, which say where the data is."""
    return entry.parameters if len(entry.parameters) <= _MOST_AT_HAND else few(entry)


def _without_misfit(spec: ExperimentSpec, entry: Entry) -> ExperimentSpec:
    """The experiment without augmentation where the data set has no images."""
    return spec if entry.group == IMAGES else replace(spec, augmentation=AugmentationSpec())


def _changes(given: AugmentationSpec) -> str:
    """Shift 2 · flip · noise 0.1."""
    sizes = [(p.name, getattr(given, p.name)) for p in sections.AUGMENTATION]
    return " · ".join(name if value is True else f"{name} {plain(value)}" for name, value in sizes if value)
