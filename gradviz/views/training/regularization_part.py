"""Regularization: the penalties, the largest norm of a unit's weights, and which layers are left out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.layer_patterns import matching
from gradviz.views.fixed_form import FixedForm
from gradviz.views.number_format import plain
from gradviz.views.part import Part


class RegularizationPart(Part):
    """Everything of [regularization]."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("regularization",), parent=parent)
        self._names: tuple[str, ...] = ()
        self._completions = QStringListModel(self)
        self.form = FixedForm(
            document,
            "regularization",
            sections.REGULARIZATION,
            {
                "l1": self.tr("L1 penalty"),
                "l2": self.tr("L2 penalty"),
                "max_norm": self.tr("largest norm"),
                "biases": self.tr("biases too"),
                "exclude": self.tr("leave out"),
            },
            unless_given={"exclude": self.tr("no layer")},
        )
        self.add_form(("regularization",), self.form)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the penalties."""
        is_first = not self.form.fields
        self.form.show_experiment(spec)
        line = self.form.fields["exclude"].widget
        if is_first and isinstance(line, QLineEdit):
            line.setCompleter(ListCompleter(self._completions, line))
        self._say_which()

    def set_names(self, names: Sequence[str]) -> None:
        """Offer the names of the layers."""
        self._names = tuple(names)
        self._completions.setStringList(offered(self._names))
        self._say_which()

    def summary(self, spec: ExperimentSpec) -> str:
        """L2 1e-4 · norm at most 3; “none” without any."""
        held = spec.regularization
        parts = [f"{name} {plain(value)}" for name, value in (("L1", held.l1), ("L2", held.l2)) if value]
        if held.max_norm is not None:
            parts.append(self.tr("norm at most {0}").format(plain(held.max_norm)))
        return " · ".join(parts) or self.tr("none")

    def _say_which(self) -> None:
        patterns = self._document.experiment.regularization.exclude
        hint = self.tr("Patterns of layer names, by commas: Conv2d *, Linear 3")
        if self._names and patterns:
            none = [pattern for pattern in patterns if not matching(pattern, self._names)]
            out = {name for pattern in patterns for name in matching(pattern, self._names)}
            hint = self.tr("Leaves out {0} of {1} layers").format(len(out), len(self._names))
            if none:
                hint = self.tr("No layer is called “{0}”").format(none[0])
        self.form.set_hint("exclude", hint)


class ListCompleter(QCompleter):
    """Completes the last item of a list that is separated by commas."""

    def __init__(self, names: QStringListModel, parent: QWidget) -> None:
        super().__init__(names, parent)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def splitPath(self, path: str) -> list[str]:
        """What is to be completed: the text after the last comma."""
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: object) -> str:
        """The whole list with the chosen name at its end."""
        name = super().pathFromIndex(index)  # type: ignore[arg-type]
        widget = self.widget()
        before = widget.text().rpartition(",")[0] if isinstance(widget, QLineEdit) else ""
        return f"{before}, {name}" if before else name


def offered(names: Sequence[str]) -> list[str]:
    """Patterns of kinds first, then every layer."""
    kinds = dict.fromkeys(stem for name in names if (stem := name.rstrip("0123456789")) != name)
    several = [kind for kind in kinds if sum(name.startswith(kind) for name in names) > 1]
    return [*(f"{kind}*" for kind in several), *names]
