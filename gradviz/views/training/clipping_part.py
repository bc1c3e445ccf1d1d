"""Clipping: the method, its threshold with a proposal from the recorded norms, the rest folded."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Parameter
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.named_choice import NamedChoice
from gradviz.views.named_place import CLIP
from gradviz.views.number_format import plain
from gradviz.views.parameter_field import ParameterField
from gradviz.views.part import Part

_THRESHOLD = "threshold"


class ClippingPart(Part):
    """What is done to large gradients."""

    propose_wanted = Signal(object)
    """The method (str) whose threshold is to be proposed from the run that is shown."""

    def __init__(self, document: SessionDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, ("clip",), parent=parent)
        self.propose: QPushButton | None = None
        self._can_propose = ""
        self.choice = NamedChoice(
            document,
            CLIP,
            self.tr("clipping"),
            self.tr("What is done to large gradients"),
            at_hand=self._is_at_hand,
            none=self.tr("none"),
            beside={_THRESHOLD: self._make_propose},
        )
        self.strip = MessageStrip(self, narrow=True)
        self.add(self.choice)
        self._forms += [(("clip",), form) for form in self.choice.forms]
        self.add(self.strip)
        self.finish()
        self.choice.chosen.connect(self.strip.hide)

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the method."""
        self.choice.show_experiment(spec)

    def summary(self, spec: ExperimentSpec) -> str:
        """Global norm, 1.0; nothing without clipping."""
        if spec.clip is None:
            return ""
        threshold = self._threshold(spec)
        method = spec.clip.method.replace("_", " ")
        return method if threshold is None else f"{method}, {plain(threshold)}"

    def set_reason(self, reason: str) -> None:
        """Why no threshold can be proposed now; empty where one can."""
        self._can_propose = reason
        if self.propose is not None:
            self.propose.setEnabled(not reason)
            tip = self.tr("Propose a threshold from the recorded gradient norms of the shown run")
            self.propose.setToolTip(f"{tip}\n{reason}" if reason else tip)

    def show_proposal(self, threshold: float | None, why: str) -> None:
        """Say which threshold is proposed and why, or why there is none."""
        if threshold is None:
            self.strip.say(Tone.WARNING, why)
            return
        label = self.tr("Use {0}").format(plain(threshold))
        self.strip.say(Tone.INFO, why, label, lambda: self._use(threshold))

    def _use(self, threshold: float) -> None:
        self.choice.set_parameter(_THRESHOLD, threshold, self.tr("Use proposed threshold"))
        self.strip.hide()

    def _make_propose(self, _field: ParameterField, parent: QWidget) -> QWidget:
        self.propose = QPushButton(self.tr("Propose"), parent)
        self.propose.hide()
        self.propose.clicked.connect(self._on_propose)
        self.set_reason(self._can_propose)
        return self.propose

    def _on_propose(self) -> None:
        clip = self._document.experiment.clip
        if clip is not None:
            self.propose_wanted.emit(clip.method)

    def _threshold(self, spec: ExperimentSpec) -> float | None:
        entry = self.choice.entry()
        parameter = entry.parameter(_THRESHOLD) if entry else None
        value = spec.clip.parameters.get(_THRESHOLD) if spec.clip else None
        if value is None and parameter is not None:
            value = parameter.default
        return float(value) if isinstance(value, int | float) else None

    def _is_at_hand(self, parameter: Parameter) -> bool:
        """The threshold; of a method without one its first parameter."""
        entry = self.choice.entry()
        if entry is None:
            return False
        first = entry.parameter(_THRESHOLD) or entry.parameters[0]
        return parameter.name == first.name
