"""What is changed most often, always in view: optimizer, learning rate and its schedule, how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.catalogue import Parameter, Value
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.combo import fill
from gradviz.views.fixed_form import FixedForm, chosen
from gradviz.views.named_choice import NamedChoice, few, nothing
from gradviz.views.named_place import OPTIMIZER, SCHEDULE
from gradviz.views.number_format import count, plain
from gradviz.views.parameter_field import ParameterField
from gradviz.views.parameter_form import ParameterForm
from gradviz.views.part import Part
from gradviz.views.wheel_guard import let_wheel_pass

_UNIT_WIDTH = 88
_USUAL_LENGTH = {"steps": 1000, "epochs": 10}


class OptimizerPart(Part):
    """The optimizer, its own parameters folded, and the learning rate."""

    rate_changed = Signal(object)
    """A learning rate (float) that the user entered."""
    find_wanted = Signal()
    """The user wants a learning rate to be found."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("optimizer",), parent=parent)
        self.choice = NamedChoice(
            document,
            OPTIMIZER,
            self.tr("optimizer"),
            self.tr("How weights follow the gradient"),
            at_hand=nothing,
        )
        self.find_button: QPushButton | None = None
        self.rate = FixedForm(
            document,
            "optimizer",
            sections.OPTIMIZER,
            {"lr": self.tr("learning rate")},
            beside={"lr": self._make_find},
        )
        self.rate.value_changed.connect(self._on_rate)
        self.add(self.choice)
        self._forms += [(("optimizer",), form) for form in self.choice.forms]
        self.add_form(("optimizer",), self.rate)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show optimizer and learning rate."""
        self.choice.show_experiment(spec)
        self.rate.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """SGD · lr 0.1."""
        return self.tr("{0} · lr {1}").format(spec.optimizer.name, plain(spec.optimizer.lr))

    def set_training(self, *, is_training: bool) -> None:
        """Say whether a change of the learning rate also goes to a run."""
        text = self.tr("Applies to the running training at once") if is_training else ""
        self.rate.set_hint("lr", text)
        if self.find_button is not None:
            self.find_button.setEnabled(not is_training)

    def set_rate(self, lr: float, text: str) -> None:
        """Take a learning rate that was found."""
        optimizer = replace(self._document.experiment.optimizer, lr=lr)
        self.edit(text, optimizer=optimizer)
        self.rate_changed.emit(lr)

    def _make_find(self, _field: ParameterField, parent: QWidget) -> QWidget:
        self.find_button = QPushButton(self.tr("Find…"), parent)
        self.find_button.setToolTip(self.tr("Try rates from small to large and see where the loss falls"))
        self.find_button.clicked.connect(self.find_wanted)
        return self.find_button

    def _on_rate(self, _name: str, value: Value) -> None:
        self.rate_changed.emit(float(value))  # type: ignore[arg-type]


class SchedulePart(Part):
    """How the learning rate changes over the run."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("schedule",), parent=parent)
        self.choice = NamedChoice(
            document,
            SCHEDULE,
            self.tr("schedule"),
            self.tr("How the learning rate changes over the run"),
            at_hand=few,
            unless_given={"steps": self.tr("whole run")},
        )
        self.warmup = FixedForm(document, "schedule", sections.SCHEDULE, {"warmup": self.tr("warm-up steps")})
        self.add(self.choice)
        self._forms += [(("schedule",), form) for form in self.choice.forms]
        self.add_form(("schedule",), self.warmup)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the schedule."""
        self.choice.show_experiment(spec)
        self.warmup.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """Cosine, warm-up 100; nothing for a constant learning rate."""
        schedule = spec.schedule
        warmup = self.tr("warm-up {0}").format(count(schedule.warmup)) if schedule.warmup else ""
        name = "" if schedule.name == "constant" else schedule.name.replace("_", " ")
        return ", ".join(part for part in (name, warmup) if part)


class LengthPart(Part):
    """How long to train, in steps or epochs."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("training", "steps"), ("training", "epochs"), parent=parent)
        self.unit: QComboBox | None = None
        self.form = ParameterForm(self, beside=dict.fromkeys(_USUAL_LENGTH, self._make_unit))
        self.form.value_changed.connect(self._on_length)
        self.add_form(("training",), self.form)
        self.finish()

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the length."""
        unit = "steps" if spec.training.epochs is None else "epochs"
        shown = tuple(_required(p) for p in chosen(sections.TRAINING, unit))
        self.form.show_parameters(shown, {unit: getattr(spec.training, unit)}, {unit: self.tr("train for")})

    def summary(self, spec: ExperimentSpec) -> str:
        """1,000 steps."""
        if spec.training.epochs is None:
            return self.tr("{0} steps").format(count(spec.training.steps or 0))
        return self.tr("{0} epochs").format(count(spec.training.epochs))

    def _make_unit(self, field: ParameterField, parent: QWidget) -> QWidget:
        self.unit = QComboBox(parent)
        fill(self.unit, [self.tr("steps"), self.tr("epochs")], self.tr(field.parameter.name))
        self.unit.setToolTip(self.tr("Count the length in steps or epochs"))
        self.unit.setFixedWidth(_UNIT_WIDTH)
        self.unit.setAccessibleName(self.unit.toolTip())
        self.unit.textActivated.connect(self._on_unit)
        let_wheel_pass(self.unit)
        return self.unit

    def _on_unit(self, text: str) -> None:
        unit = "epochs" if text == self.tr("epochs") else "steps"
        training = self._document.experiment.training
        if getattr(training, unit) is None:
            lengths: dict[str, Any] = {"steps": None, "epochs": None, unit: _USUAL_LENGTH[unit]}
            self.edit(self.tr("Count {0}").format(text), training=replace(training, **lengths))

    def _on_length(self, name: str, value: Value) -> None:
        training = replace(self._document.experiment.training, **{name: value})  # type: ignore[arg-type]
        self.edit(self.tr("Change length"), "length", training=training)


def _required(parameter: Parameter) -> Parameter:
    """The same parameter where it must have a value, so that it is a spin box."""
    return replace(parameter, optional=False, required=True)
