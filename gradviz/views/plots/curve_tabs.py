"""The place of the curves over the steps: one family at a time, the others as tabs beside its title.

Only what the shown run has is there: a run without clipping has no tab for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QToolButton, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.snapshot import Snapshot
from gradviz.views.plots.canvas import AXIS_WIDTH
from gradviz.views.plots.curve_design import Family, families
from gradviz.views.plots.generated_text import GeneratedText
from gradviz.views.plots.step_curves import StepCurves
from gradviz.views.plots.titled_frame import TitledFrame

_Frame = TypeVar("_Frame", StepCurves, GeneratedText)
_BEFORE_A_RUN = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")


class CurveTabs(QStackedWidget):
    """Holds a plot for each family that the shown run has, and the text that it generated."""

    cursor_moved = Signal(object)
    """A step (int)."""
    steps_zoomed = Signal(object)
    """(first, last) or None for all."""
    wants_changed = Signal()
    """Something else has to be read through time."""
    enlarge_wanted = Signal()
    """The user wants this place alone in the middle, or all back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[Family, ...] = ()
        self._has_text = False
        self._enlarged = False
        self._writes = ""
        self._ratio_of = ""
        self._wanted = "learning"
        self._axis_width = AXIS_WIDTH
        self._view: tuple[float, float] | None = None
        self._snapshot: Snapshot | None = None
        self._compared: Sequence[ComparedRun] = ()
        self.frames: dict[str, TitledFrame] = {}
        self._take(_BEFORE_A_RUN, has_text=False)

    @property
    def current(self) -> TitledFrame:
        """What is shown."""
        return self.frames[self._shown]

    @property
    def curves(self) -> tuple[StepCurves, ...]:
        """The plots, without the text."""
        return tuple(frame for frame in self.frames.values() if isinstance(frame, StepCurves))

    @property
    def wants(self) -> frozenset[str]:
        """What has to be read through time for what is shown."""
        current = self.current
        return current.family.wants if isinstance(current, StepCurves) else frozenset()

    def show_empty(self, steps: int) -> None:
        """Show the axes of a run that is to come."""
        self._snapshot = None
        self._view = None
        self._take(_BEFORE_A_RUN, has_text=False)
        for plot in self.curves:
            plot.show_empty(steps)

    def expect_text(self, run_id: str) -> None:
        """That run is a language model's: its text has a place before the first sample is there."""
        self._writes = run_id

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what was measured, in the plot that is shown."""
        self._snapshot = snapshot
        self._take(
            (*snapshot.numbers, *snapshot.curves, *self._ratios(snapshot)),
            has_text=snapshot.run.id == self._writes
            or any(event.kind == "text_sample" for event in snapshot.events),
        )
        self._draw(snapshot)

    def show_compared(self, runs: Sequence[ComparedRun]) -> None:
        """Draw those runs too, in the plot that is shown."""
        self._compared = runs
        if isinstance(self.current, StepCurves):
            self.current.show_compared(runs)

    def show_values(self, snapshot: Snapshot) -> None:
        """Write the values at the shown step (at reading speed)."""
        if isinstance(self.current, StepCurves):
            self.current.show_values(snapshot)

    def show_steps(self, first: float, last: float) -> None:
        """Show those steps, as the map does after a zoom."""
        self._view = (first, last)
        for plot in self.curves:
            plot.show_steps(first, last)

    def follow_steps(self) -> None:
        """Show all steps again."""
        self._view = None
        for plot in self.curves:
            plot.follow_steps()

    def set_enlarged(self, *, enlarged: bool) -> None:
        """Say whether this place stands alone in the middle."""
        self._enlarged = enlarged
        for frame in self.frames.values():
            frame.set_enlarged(enlarged=enlarged)

    def show_family(self, key: str) -> None:
        """Show the family of that key, where the run has it."""
        self._wanted = key
        self.setCurrentWidget(self.current)
        self.wants_changed.emit()
        if self._snapshot is not None:
            self._draw(self._snapshot)
            self.show_values(self._snapshot)

    def set_axis_width(self, width: float) -> None:
        """Give the left axes that width."""
        self._axis_width = width
        for plot in self.curves:
            plot.canvas.set_axis_width(width)

    @property
    def _shown(self) -> str:
        return self._wanted if self._wanted in self.frames else "learning"

    def _ratios(self, snapshot: Snapshot) -> tuple[str, ...]:
        """What a run has of update ratios: before their first measurement they are not forgotten."""
        if snapshot.update_ratio is not None:
            self._ratio_of = snapshot.run.id
        return ("update_ratio", "update_ratio_median") if self._ratio_of == snapshot.run.id else ()

    def _draw(self, snapshot: Snapshot) -> None:
        current = self.current
        if isinstance(current, StepCurves | GeneratedText):
            current.show_snapshot(snapshot)
        if isinstance(current, StepCurves):
            current.show_compared(self._compared)

    def _take(self, recorded: Iterable[str], *, has_text: bool) -> None:
        """Have a plot for every family of which something was recorded."""
        known = frozenset(recorded)
        found = tuple(part for family in families() if (part := family.of(known)) is not None)
        if (found, has_text) == (self._found, self._has_text):
            return
        kept = {family.key: family for family in self._found}
        self._found, self._has_text = found, has_text
        frames: dict[str, TitledFrame] = {}
        for family in found:
            old = self.frames.pop(family.key, None)
            same = old is not None and kept.get(family.key) == family
            frames[family.key] = old if same and old is not None else self._made(family)
            if old is not None and not same:
                self._drop(old)
        if has_text:
            text = self.frames.pop("text") if "text" in self.frames else self._added(GeneratedText(self))
            frames["text"] = text
        for old in self.frames.values():
            self._drop(old)
        self.frames = frames
        self._name_tabs()
        self.setCurrentWidget(self.current)
        self.wants_changed.emit()

    def _made(self, family: Family) -> StepCurves:
        plot = StepCurves(family, self)
        plot.canvas.set_axis_width(self._axis_width)
        plot.cursor_moved.connect(self.cursor_moved)
        plot.steps_zoomed.connect(self._on_zoomed)
        if self._snapshot is not None:
            plot.show_empty(self._snapshot.run.steps)
        if self._view is not None:
            plot.show_steps(*self._view)
        return self._added(plot)

    def _added(self, frame: _Frame) -> _Frame:
        self.addWidget(frame)
        frame.set_enlarged(enlarged=self._enlarged)
        frame.enlarge_wanted.connect(self.enlarge_wanted)
        return frame

    def _drop(self, frame: TitledFrame) -> None:
        self.removeWidget(frame)
        frame.deleteLater()

    def _name_tabs(self) -> None:
        """Beside every title the names of the other plots, in one order."""
        order = list(self.frames)
        tabs = {family.key: (family.tab, family.tip) for family in self._found}
        tabs["text"] = (self.tr("Text"), self.tr("What the network writes after each validation"))
        for family in self._found:  # a full name has no room beside tabs
            self.frames[family.key].title.setText(family.name if len(order) == 1 else family.tab)
        for at, frame in enumerate(self.frames.values()):
            frame.remove_tabs()
            for key in order[:at]:
                self._connect(frame.add_tab(*tabs[key], before=True), key)
            for key in reversed(order[at + 1 :]):
                self._connect(frame.add_tab(*tabs[key], before=False), key)

    def _connect(self, tab: QToolButton, key: str) -> None:
        tab.setProperty("key", key)
        tab.clicked.connect(self._on_tab)

    def _on_tab(self) -> None:
        tab = self.sender()
        if isinstance(tab, QToolButton):
            self.show_family(str(tab.property("key")))

    def _on_zoomed(self, steps: tuple[float, float] | None) -> None:
        self._view = steps
        for plot in self.curves:
            if plot is not self.sender():
                if steps is None:
                    plot.follow_steps()
                else:
                    plot.show_steps(*steps)
        self.steps_zoomed.emit(steps)
