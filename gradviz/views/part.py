"""A part of a panel: shows one idea of the experiment, edits it, sums it up in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import Keys, Problem
from gradviz.views.parameter_form import ParameterForm, note_label
from gradviz.views.restyle import restyle


class Part(QWidget):
    """Its forms are the fields of the experiment at some keys; problems there are told at the field.

    A problem without a field (a name that nobody knows, a key too many) is told below all.
    """

    show_wanted = Signal()
    """It has something to say: bring it into view."""

    def __init__(self, document: SessionDocument, *claims: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._claims = claims
        self._forms: list[tuple[Keys, ParameterForm]] = []
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(4)
        self._trouble = note_label(self)
        restyle(self._trouble, "role", "note-problem")
        self._trouble.hide()

    @property
    def trouble(self) -> str:
        """What is wrong without a field of its own."""
        return self._trouble.text()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the experiment as it is now."""
        raise NotImplementedError

    def summary(self, spec: ExperimentSpec) -> str:
        """What is set, in a few words."""
        raise NotImplementedError

    def explanation(self, _spec: ExperimentSpec) -> str:
        """What the summary leaves out, where that is much; else empty."""
        return ""

    def claims(self, keys: Keys) -> bool:
        """Whether what is wrong there belongs here."""
        return any(keys[: len(claim)] == claim for claim in self._claims)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong here, at its field where there is one."""
        told: dict[ParameterForm, dict[str, str]] = {form: {} for _, form in self._forms}
        rest = []
        for problem in problems:
            form = self._form_of(problem.keys)
            if form is None:
                rest.append(f"{problem.where}: {problem.message}" if problem.keys else problem.message)
            else:
                told[form][str(problem.keys[-1])] = problem.message
        for form, messages in told.items():
            form.show_problems(messages)
        self._trouble.setText("\n".join(rest))
        self._trouble.setVisible(bool(rest))

    @staticmethod
    def worded(problem: Problem) -> str:
        """A problem where its field cannot be seen: l2 must be at least 0."""
        message, keys = problem.message, problem.keys
        goes_on = message.startswith(("must ", "is ", "needs "))
        return f"{keys[-1]} {message}" if keys and goes_on else message

    def add(self, widget: QWidget) -> None:
        """Put something below what is there."""
        self.rows.addWidget(widget)

    def add_form(self, keys: Keys, form: ParameterForm) -> None:
        """Put a form of the fields at `keys` below what is there."""
        self._forms.append((keys, form))
        self.rows.addWidget(form)

    def finish(self) -> None:
        """Put the line for what is wrong at the end."""
        self.rows.addWidget(self._trouble)

    def add_hint(self, text: str) -> QLabel:
        """Put a quiet line below what is there."""
        hint = note_label(self)
        hint.setText(text)
        self.rows.addWidget(hint)
        return hint

    def edit(self, text: str, merge: str = "", **changes: Any) -> None:
        """Change the experiment, as one step that can be undone."""
        self._document.edit(replace(self._document.experiment, **changes), text, merge=merge)

    def _form_of(self, keys: Keys) -> ParameterForm | None:
        for at, form in self._forms:
            if keys[:-1] == at and keys[-1] in form.fields:
                return form
        return None
