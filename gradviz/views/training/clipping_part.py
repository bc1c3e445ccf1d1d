"""Clipping: the method, its threshold with a proposal from the recorded norms, the rest folded."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gradviz.control.session_document import SessionDocument
from gradviz.spec.catalogue import Entry, Parameter
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
        self._methods: Collection[str] = ()
        self._reason = ""
        self.choice = NamedChoice(
            document,
            CLIP,
            self.tr("clipping"),
            self.tr("What is done to large gradients"),
            at_hand=_first,
            none=self.tr("none"),
            beside={_THRESHOLD: self._make_propose},
        )
        self.strip = MessageStrip(self, narrow=True)
        self.add(self.choice)
        self._forms += [(("clip",), form) for form in self.choice.forms]
        self.add(self.strip)
        self.finish()
        self.choice.chosen.connect(self.strip.hide)

    @property
    def propose(self) -> QWidget | None:
        """The button at the threshold, where there is one."""
        return self.choice.own.button(_THRESHOLD)

    def show_experiment(self, spec: ExperimentSpec) -> None:
        """Show the method."""
        self.choice.show_experiment(spec)
        self._show_propose()

    def summary(self, spec: ExperimentSpec) -> str:
        """Global norm, 1.0; nothing without clipping."""
        if spec.clip is None:
            return ""
        threshold = self._threshold(spec)
        method = spec.clip.method.replace("_", " ")
        return method if threshold is None else f"{method}, {plain(threshold)}"

    def set_methods(self, methods: Collection[str]) -> None:
        """For which methods a threshold can be proposed at all."""
        self._methods = methods
        self._show_propose()

    def set_reason(self, reason: str) -> None:
        """Why no threshold can be proposed now; empty where one can."""
        self._reason = reason
        self._show_propose()

    def show_proposal(self, threshold: float | None, why: str, warning: str = "") -> None:
        """Say which threshold is proposed and why, or why there is none; a warning goes first."""
        tone = Tone.INFO if threshold is not None and not warning else Tone.WARNING
        self.strip.setToolTip(f"{warning}\n{why}" if warning else "")
        if threshold is None:
            self.strip.say(tone, warning or why)
        else:
            label = self.tr("Use {0}").format(plain(threshold))
            self.strip.say(tone, warning or why, label, lambda: self._use(threshold))
        self.show_wanted.emit()

    def _use(self, threshold: float) -> None:
        self.choice.set_parameter(_THRESHOLD, threshold, self.tr("Use proposed threshold"))
        self.strip.hide()

    def _make_propose(self, _field: ParameterField, parent: QWidget) -> QWidget:
        button = QPushButton(self.tr("Propose"), parent)
        button.clicked.connect(self._on_propose)
        return button

    def _on_propose(self) -> None:
        clip = self._document.experiment.clip
        if clip is not None:
            self.propose_wanted.emit(clip.method)

    def _show_propose(self) -> None:
        button, clip = self.propose, self._document.experiment.clip
        if button is not None:
            button.setVisible(clip is not None and clip.method in self._methods)
            button.setEnabled(not self._reason)
            tip = self.tr("Propose a threshold from the recorded gradient norms of the shown run")
            button.setToolTip(f"{tip}\n{self._reason}" if self._reason else tip)

    def _threshold(self, spec: ExperimentSpec) -> float | None:
        entry = self.choice.entry()
        parameter = entry.parameter(_THRESHOLD) if entry else None
        value = spec.clip.parameters.get(_THRESHOLD) if spec.clip else None
        if value is None and parameter is not None:
            value = parameter.default
        return float(value) if isinstance(value, int | float) else None


def _first(entry: Entry) -> Sequence[Parameter]:
    """The threshold; of a method without one its first parameter."""
    threshold = entry.parameter(_THRESHOLD)
    return (threshold,) if threshold else entry.parameters[:1]
