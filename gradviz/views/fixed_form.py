"""The form of a fixed section of the experiment: its fields are those of `spec/sections.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Kind, Parameter, Value
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.parameter_form import Beside, ParameterForm


class FixedForm(ParameterForm):
    """Some fields of one section, bound to a document; consecutive changes of a field are one undo.

    `section` is the experiment's field, "" for the experiment itself.
    """

    def __init__(
        self,
        document: SessionDocument,
        section: str,
        parameters: Sequence[Parameter],
        labels: Mapping[str, str],
        *,
        hints: Mapping[str, str] | None = None,
        beside: Mapping[str, Beside] | None = None,
        unless_given: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, hints=hints, beside=beside, unless_given=unless_given)
        self._document = document
        self._section = section
        self._parameters_shown = tuple(parameters)
        self._labels = dict(labels)
        self.value_changed.connect(self._on_value)

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the section as it is now; a section that is left out shows nothing."""
        held = getattr(spec, self._section) if self._section else spec
        parameters = () if held is None else self._parameters_shown
        values: dict[str, Any] = {p.name: _shown(getattr(held, p.name)) for p in parameters}
        self.show_parameters(parameters, values, self._labels)

    def _on_value(self, name: str, value: Value) -> None:
        spec = self._document.experiment
        stored = _stored(self.fields[name].parameter, value)
        text = self.tr("Change {0}").format(self._labels.get(name, name))
        if self._section:
            held = replace(getattr(spec, self._section), **{name: stored})
            changed = replace(spec, **{self._section: held})
        else:
            changed = replace(spec, **{name: stored})
        self._document.edit(changed, text, merge=f"{self._section} {name}")


def chosen(parameters: Sequence[Parameter], *names: str) -> tuple[Parameter, ...]:
    """Those of the parameters, in the order of the names."""
    found = {p.name: p for p in parameters}
    return tuple(found[name] for name in names)


def _shown(value: Any) -> Value:
    return list(value) if isinstance(value, tuple) else value


def _stored(parameter: Parameter, value: Value) -> Any:
    if isinstance(value, list):
        return tuple(value)
    is_real = parameter.kinds == (Kind.NUMBER,) and value is not None
    return float(value) if is_real else value  # type: ignore[arg-type]
