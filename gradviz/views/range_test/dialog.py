"""“Find learning rate”: tries rates from small to large, shows how the loss follows, proposes one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gradviz.control.engine_state import RangeTested
from gradviz.spec.catalogue import Parameter, Value
from gradviz.spec.registry import integer, number
from gradviz.views.number_format import plain
from gradviz.views.parameter_field import ParameterField
from gradviz.views.range_test.plot import RangePlot
from gradviz.views.restyle import restyle

_SIZE = QSize(680, 520)
_FIELD_WIDTH = 88
_BOLD = 24
"""Pixels by which the semibold letters of a default button are wider than its size hint knows."""
RANGE = (
    number("low", "The rate of the first step", default=1e-7, above=0, maximum=1e6),
    number(
        "high", "The rate of the last step; the test ends before if the loss explodes", default=10.0, above=0
    ),
    integer("steps", "How many rates to try, in equal ratios", default=200, minimum=20, maximum=10_000),
)


class RangeTestDialog(QDialog):
    """Who opened it asks the engine and hands it the answer; closing it gives the test up."""

    wanted = Signal(object)
    """What to test: low, high and steps (dict)."""
    given_up = Signal()
    """The dialog closed while a test was running."""
    chosen = Signal(object)
    """The learning rate (float) that the user takes."""

    def __init__(self, optimizer: str, lr: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Find learning rate"))
        self.resize(_SIZE)
        self._values: dict[str, Value] = {p.name: p.default for p in RANGE}
        self._proposal: float | None = None
        self._is_running = False
        self.title = QLabel(self.tr("Range test of {0}").format(optimizer), self)
        self.title.setProperty("role", "title")
        self.explained = QLabel(
            self.tr(
                "A fresh copy of the network is trained with a rate that grows at every step. The loss first "
                "stands still, then falls, then explodes. Your experiment trains at {0} now."
            ).format(plain(lr)),
            self,
        )
        self.explained.setWordWrap(True)
        self.explained.setProperty("role", "secondary")
        self.plot = RangePlot(self)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("The test is running"))
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(36)
        self.fields = {p.name: self._field(p) for p in RANGE}
        self.again = QPushButton(self.tr("Test again"), self)
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self.begin)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self.use = QPushButton(self.tr("Use"), self)
        self.use.setDefault(True)
        self.use.clicked.connect(self._on_use)
        self._lay_out()

    @property
    def is_running(self) -> bool:
        """Whether an answer is waited for."""
        return self._is_running

    def begin(self) -> None:
        """Ask for a test."""
        self._is_running = True
        self._proposal = None
        self.plot.clear_curve(self.tr("Trying {0} rates; at most 20 seconds").format(self._values["steps"]))
        self._say(self.tr("Testing…"))
        self._sync()
        self.wanted.emit(dict(self._values))

    def show_answer(self, tested: RangeTested) -> None:
        """Show what the test said, or why there was none."""
        self._is_running = False
        self._proposal = tested.proposal
        if tested.error:
            self.plot.clear_curve(self.tr("There is no curve"))
            self._say(tested.error, is_problem=True)
        else:
            self.plot.show_curve(tested)
            self._say(tested.sentence)
        self._sync()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at once: that is what the button that opened it asked for."""
        super().showEvent(event)
        if not self._is_running and self._proposal is None and not self.said.text():
            self.begin()

    def done(self, result: int) -> None:
        """Give a running test up."""
        was_running, self._is_running = self._is_running, False
        super().done(result)
        if was_running:
            self.given_up.emit()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (self.title, self.explained):
            layout.addWidget(widget)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.said)
        asked, buttons = QHBoxLayout(), QHBoxLayout()
        layout.addLayout(asked)
        layout.addLayout(buttons)
        self._ask_in(asked)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.use)

    def _field(self, parameter: Parameter) -> ParameterField:
        field = ParameterField(parameter, self)
        field.set_value(self._values[parameter.name])
        field.widget.setFixedWidth(_FIELD_WIDTH)
        field.value_changed.connect(self._on_value)
        field.refused.connect(self._on_refused)
        return field

    def _ask_in(self, row: QHBoxLayout) -> None:
        """From … to … in … steps."""
        row.setSpacing(8)
        words = {"low": self.tr("rates from"), "high": self.tr("to"), "steps": self.tr("in steps")}
        for name, field in self.fields.items():
            label = QLabel(words[name], self)
            label.setProperty("role", "field")
            label.setBuddy(field.widget)
            row.addWidget(label)
            row.addWidget(field.widget)
        row.addWidget(self.again)
        row.addStretch(1)

    def _on_value(self, value: Value) -> None:
        field = self.sender()
        if isinstance(field, ParameterField):
            self._values[field.parameter.name] = value
            self._sync()

    def _on_use(self) -> None:
        if self._proposal is not None:
            self.chosen.emit(self._proposal)
            self.accept()

    def _on_refused(self, complaint: str) -> None:
        field = self.sender()
        if isinstance(field, ParameterField):
            self._say(f"{field.parameter.name} {complaint}", is_problem=True)

    def _say(self, text: str, *, is_problem: bool = False) -> None:
        self.said.setText(text)
        restyle(self.said, "role", "problem" if is_problem else "")

    def _sync(self) -> None:
        low, high = self._values["low"], self._values["high"]
        is_range = isinstance(low, int | float) and isinstance(high, int | float) and low < high
        restyle(self.fields["high"].widget, "wrong", "" if is_range else "yes")
        if not is_range:
            self._say(self.tr("The rates must rise: the last one above the first."), is_problem=True)
        self.again.setEnabled(is_range and not self._is_running)
        self.progress.setVisible(self._is_running)
        self.use.setEnabled(self._proposal is not None)
        found = self._proposal
        self.use.setText(self.tr("Use") if found is None else self.tr("Use {0}").format(plain(found)))
        self.use.setMinimumWidth(self.use.sizeHint().width() + _BOLD)
