"""The training panel: optimizer, clipping, penalties, how weights start, how long, what measuring may cost.

While a run is training, a change of the learning rate goes to that run too, and the panel says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec import sections
from gradviz.spec.catalogue import Entry, Parameter, Value, find
from gradviz.spec.experiment import ClipSpec, ExperimentSpec, InitializerSpec, OptimizerSpec
from gradviz.views.combo import fill
from gradviz.views.number_format import count, percent, significant
from gradviz.views.parameter_form import ParameterForm, add_row, tight_form

_GAP = 12


class TrainingPanel(QWidget):
    """Edits everything of the experiment that is neither data nor layers."""

    summary_changed = Signal(object)
    """A few words (str) for the section's heading."""
    rate_changed = Signal(object)
    """A learning rate (float) for the run that is training."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._training = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 0, 12, 12)
        self._layout.setSpacing(4)
        self.optimizer = self._choice(
            self.tr("optimizer"), self.tr("How weights follow the gradient"), self._on_optimizer
        )
        self.rate = self._form(self._on_rate)
        self.rate_note = QLabel(self.tr("Applies to the running training at once"), self)
        self.rate_note.setProperty("role", "secondary")
        self.rate_note.hide()
        self._layout.addWidget(self.rate_note)
        self.optimizer_own = self._form(self._on_optimizer_own)
        self._layout.addSpacing(_GAP)
        self.clip = self._choice(
            self.tr("clipping"), self.tr("What is done to large gradients"), self._on_clip
        )
        self.clip_form = self._form(self._on_clip_value)
        self.penalties = self._form(self._on_penalty)
        self._layout.addSpacing(_GAP)
        self.initializer = self._choice(
            self.tr("initializer"), self.tr("How weights start"), self._on_initializer
        )
        self.initializer_own = self._form(self._on_initializer_own)
        self._layout.addSpacing(_GAP)
        self.length = self._choice(
            self.tr("train for"), self.tr("Count the length in steps or epochs"), self._on_unit
        )
        self.length_form = self._form(self._on_length)
        self.seed = self._form(self._on_seed)
        self.budget = self._form(self._on_budget)
        self.cost = QLabel(self)
        self.cost.setProperty("role", "secondary")
        self._layout.addWidget(self.cost)
        self._layout.addStretch(1)
        self.show_cost(None)
        document.experiment_changed.connect(self.refresh)
        document.catalogue_changed.connect(self.refresh)
        self.refresh()

    def set_training(self, *, is_training: bool) -> None:
        """Say whether a change of the learning rate also goes to a run."""
        self._training = is_training
        self.rate_note.setVisible(is_training)

    def show_cost(self, share: float | None) -> None:
        """Say what measuring costs now."""
        if share is None:
            self.cost.setText(self.tr("Measuring is timed while training"))
        else:
            self.cost.setText(self.tr("Measuring costs {0}").format(percent(share)))

    def _choice(self, label: str, tip: str, slot: Callable[[str], None]) -> QComboBox:
        combo = QComboBox(self)
        combo.setToolTip(tip)
        combo.setAccessibleName(label)
        combo.textActivated.connect(slot)
        head = QWidget(self)
        add_row(tight_form(head), label, combo)
        self._layout.addWidget(head)
        return combo

    def _form(self, slot: Callable[[str, Value], None]) -> ParameterForm:
        form = ParameterForm(self)
        form.value_changed.connect(slot)
        self._layout.addWidget(form)
        return form

    def refresh(self, *_unused: object) -> None:
        """Show the document as it is now."""
        spec, catalogue = self._document.experiment, self._document.catalogue
        optimizer, clip, initializer = spec.optimizer, spec.clip, spec.model.initializer
        fill(
            self.optimizer,
            _names(catalogue.optimizers if catalogue else None, optimizer.name),
            optimizer.name,
        )
        self.rate.show_parameters(sections.OPTIMIZER, {"lr": optimizer.lr}, {"lr": self.tr("learning rate")})
        self.optimizer_own.show_parameters(
            _own(catalogue.optimizers if catalogue else None, optimizer.name), optimizer.parameters
        )
        method = clip.method if clip else self.tr("none")
        fill(
            self.clip,
            [self.tr("none"), *_names(catalogue.clips if catalogue else None, clip.method if clip else None)],
            method,
        )
        self.clip_form.show_parameters(
            _own(catalogue.clips if catalogue else None, clip.method) if clip else (),
            clip.parameters if clip else {},
        )
        penalties = spec.regularization
        self.penalties.show_parameters(
            sections.REGULARIZATION,
            {"l1": penalties.l1, "l2": penalties.l2},
            {"l1": self.tr("L1 penalty"), "l2": self.tr("L2 penalty")},
        )
        fill(
            self.initializer,
            _names(catalogue.initializers if catalogue else None, initializer.name),
            initializer.name,
        )
        self.initializer_own.show_parameters(
            _own(catalogue.initializers if catalogue else None, initializer.name), initializer.parameters
        )
        self._show_length(spec)
        self.summary_changed.emit(self._summary(spec))

    def _show_length(self, spec: ExperimentSpec) -> None:
        unit = "steps" if spec.training.epochs is None else "epochs"
        fill(self.length, [self.tr("steps"), self.tr("epochs")], self.tr(unit))
        chosen = tuple(_required(p) for p in sections.TRAINING if p.name == unit)
        value = spec.training.steps if unit == "steps" else spec.training.epochs
        self.length_form.show_parameters(chosen, {unit: value}, {unit: ""})
        seed = tuple(p for p in sections.TOP if p.name == "seed")
        self.seed.show_parameters(seed, {"seed": spec.seed})
        self.budget.show_parameters(
            sections.MEASURE, {"budget": spec.measure.budget}, {"budget": self.tr("measuring budget")}
        )

    def _summary(self, spec: ExperimentSpec) -> str:
        length = (
            self.tr("{0} steps").format(count(spec.training.steps or 0))
            if spec.training.epochs is None
            else self.tr("{0} epochs").format(count(spec.training.epochs))
        )
        return self.tr("{0} · lr {1} · {2}").format(
            spec.optimizer.name, significant_plain(spec.optimizer.lr), length
        )

    def _on_optimizer(self, name: str) -> None:
        old = self._document.experiment.optimizer
        if name != old.name:
            self._edit(self.tr("Choose optimizer"), optimizer=OptimizerSpec(name=name, lr=old.lr))

    def _on_rate(self, _name: str, value: Value) -> None:
        optimizer = replace(self._document.experiment.optimizer, lr=float(value))  # type: ignore[arg-type]
        self._edit(self.tr("Change learning rate"), "lr", optimizer=optimizer)
        if self._training:
            self.rate_changed.emit(optimizer.lr)

    def _on_optimizer_own(self, name: str, value: Value) -> None:
        old = self._document.experiment.optimizer
        changed = replace(old, parameters={**old.parameters, name: value})
        self._edit(self.tr("Change {0}").format(name), f"optimizer {name}", optimizer=changed)

    def _on_clip(self, method: str) -> None:
        old = self._document.experiment.clip
        if method == self.tr("none"):
            self._edit(self.tr("No clipping"), clip=None)
        elif old is None or old.method != method:
            catalogue = self._document.catalogue
            known = {p.name for p in _own(catalogue.clips if catalogue else None, method)}
            kept = {name: value for name, value in (old.parameters if old else {}).items() if name in known}
            self._edit(self.tr("Choose clipping"), clip=ClipSpec(method=method, parameters=kept))

    def _on_clip_value(self, name: str, value: Value) -> None:
        old = self._document.experiment.clip
        if old is None:
            return
        changed = replace(old, parameters={**old.parameters, name: value})
        self._edit(self.tr("Change {0}").format(name), f"clip {name}", clip=changed)

    def _on_penalty(self, name: str, value: Value) -> None:
        changed = replace(self._document.experiment.regularization, **{name: float(value)})  # type: ignore[arg-type]
        self._edit(self.tr("Change {0}").format(name.upper()), f"penalty {name}", regularization=changed)

    def _on_initializer(self, name: str) -> None:
        model = self._document.experiment.model
        if name != model.initializer.name:
            self._edit(
                self.tr("Choose initializer"), model=replace(model, initializer=InitializerSpec(name=name))
            )

    def _on_initializer_own(self, name: str, value: Value) -> None:
        model = self._document.experiment.model
        own = replace(model.initializer, parameters={**model.initializer.parameters, name: value})
        self._edit(
            self.tr("Change {0}").format(name), f"initializer {name}", model=replace(model, initializer=own)
        )

    def _on_unit(self, unit: str) -> None:
        training = self._document.experiment.training
        if unit == self.tr("epochs") and training.epochs is None:
            self._edit(self.tr("Count epochs"), training=replace(training, steps=None, epochs=10))
        elif unit == self.tr("steps") and training.steps is None:
            self._edit(self.tr("Count steps"), training=replace(training, steps=1000, epochs=None))

    def _on_length(self, name: str, value: Value) -> None:
        training = replace(self._document.experiment.training, **{name: value})  # type: ignore[arg-type]
        self._edit(self.tr("Change length"), "length", training=training)

    def _on_seed(self, _name: str, value: Value) -> None:
        self._edit(self.tr("Change seed"), "seed", seed=value)

    def _on_budget(self, _name: str, value: Value) -> None:
        measure = replace(self._document.experiment.measure, budget=float(value))  # type: ignore[arg-type]
        self._edit(self.tr("Change measuring budget"), "budget", measure=measure)

    def _edit(self, text: str, merge: str = "", **changes: Any) -> None:
        self._document.edit(replace(self._document.experiment, **changes), text, merge=merge)


def significant_plain(value: float) -> str:
    """A number that the user gave, in the fewest digits."""
    return significant(value).rstrip("0").rstrip(".") if 1e-3 <= abs(value) < 1e3 else f"{value:g}"


def _names(entries: tuple[Entry, ...] | None, current: str | None) -> list[str]:
    if entries is None:
        return [current] if current else []
    return [entry.name for entry in entries]


def _own(entries: tuple[Entry, ...] | None, name: str) -> tuple[Parameter, ...]:
    entry = find(entries or (), name)
    return entry.parameters if entry else ()


def _required(parameter: Parameter) -> Parameter:
    """The same parameter where it must have a value, so that it is a spin box."""
    return replace(parameter, optional=False, required=True)
