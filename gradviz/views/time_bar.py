"""The time bar: one cursor for all plots, the step it stands at, and the way back to the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from gradviz.views.event_marks import EventMarks
from gradviz.views.film_controls import FilmControls
from gradviz.views.icons import icon
from gradviz.views.number_format import count
from gradviz.views.passing_note import PassingNote
from gradviz.views.run_chooser import RunChooser
from gradviz.views.theme import TIME_BAR_HEIGHT
from gradviz.views.time_track import TimeTrack

if TYPE_CHECKING:
    from gradviz.control.run_entry import RunEntry
    from gradviz.records.happenings import Event
    from gradviz.records.marked import MarkedStep
    from gradviz.records.snapshot import Snapshot

_READING_S = 0.25
"""Numbers change no faster than they can be read."""
_MOST_SAID = 5
"""Of so many events at one step it is said what they are."""


class TimeBar(QWidget):
    """Shows a snapshot's place in time and tells where the user wants to be."""

    cursor_moved = Signal(object)
    """A step (int), or None for live."""

    events_there = Signal(bool)
    """Whether the shown run has events to go to."""
    run_chosen = Signal(object)
    """The id (str) of the run to be shown, or None for the experiment's empty plots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(TIME_BAR_HEIGHT)
        self.track = TimeTrack(self)
        self.track.setAccessibleName(self.tr("Time cursor"))
        self.track.setToolTip(self.tr("Drag to look back at any recorded step"))
        self.note = QLabel(self)
        self.note.setProperty("role", "secondary")
        self.field = QSpinBox(self)
        self.field.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.field.setGroupSeparatorShown(True)
        self.field.setFixedWidth(88)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setKeyboardTracking(False)
        self.field.setToolTip(self.tr("The shown step; type one to go there"))
        self.field.setAccessibleName(self.tr("Shown step"))
        self.live = QPushButton(icon("radio", "text"), self.tr("Live"), self)
        self.live.setCheckable(True)
        self.live.setChecked(True)
        self.live.setProperty("role", "live")
        self.live.setIconSize(QSize(14, 14))
        self.live.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live.setToolTip(self.tr("Follow the newest step (L)"))
        self.film = FilmControls(self)
        self.passing = PassingNote(self.track)
        self.track.play_wanted.connect(self.film.play_wanted)
        step = QLabel(self.tr("step"), self)
        step.setProperty("role", "secondary")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        self.runs = RunChooser(self)
        self.runs.setFixedWidth(112)
        self.runs.activated.connect(self._on_run)
        self.runs.picked.connect(self._on_picked)
        layout.addWidget(self.runs)
        layout.addWidget(self.film)
        layout.addWidget(self.track, 1)
        layout.addWidget(self.note)
        layout.addWidget(step)
        layout.addWidget(self.field)
        layout.addWidget(self.live)
        self.track.step_chosen.connect(self.cursor_moved)
        self.field.valueChanged.connect(self._on_typed)
        self.live.clicked.connect(self._on_live)
        self._read_at = 0.0
        self._cursor = 0
        self._event_marks = EventMarks()
        self.show_nothing()

    def show_runs(self, runs: Sequence[RunEntry], shown: str | None) -> None:
        """Offer the session's runs; the empty plots of the next one stand first."""
        self.runs.show_runs(runs, shown)

    def show_nothing(self, horizon: int = 1) -> None:
        """There is no recorded step yet."""
        self.track.show_steps(0, -1, horizon)
        self._mark(())
        self._show_number(0, 0)
        self.field.setEnabled(False)
        self.film.setEnabled(False)
        self.live.setEnabled(False)
        self.live.setChecked(True)
        self.note.clear()

    def show_snapshot(self, snapshot: Snapshot, horizon: int) -> None:
        """Show where the snapshot stands."""
        recorded = snapshot.last_step
        if recorded < 0:
            self.show_nothing(horizon)
            return
        self.track.show_steps(snapshot.cursor, recorded, horizon)
        self._cursor = snapshot.cursor
        self._mark(snapshot.events, snapshot.marked)
        now = monotonic()
        from gradviz.records.run import RunState  # noqa: PLC0415 - after the first paint

        is_running = snapshot.live and snapshot.status.state is RunState.RUNNING
        if not is_running or now - self._read_at > _READING_S:
            self._read_at = now
            self._show_number(snapshot.cursor, recorded)
        self.field.setEnabled(True)
        self.film.setEnabled(recorded > 0)
        self.live.setEnabled(True)
        self.live.setChecked(snapshot.live)
        self.note.setText(
            "" if snapshot.exact else self.tr("nearest kept step {0}").format(count(snapshot.profile.step))
        )

    def go_to_next_event(self) -> None:
        """Show the step of the first event after the shown one, and say what it is, or that there is none."""
        later = [mark.step for mark in self.track.marks if mark.step > self._cursor]
        self._go_to_event(min(later, default=None), self.tr("No later event"))

    def go_to_previous_event(self) -> None:
        """The same with the last event before the shown one."""
        earlier = [mark.step for mark in self.track.marks if mark.step < self._cursor]
        self._go_to_event(max(earlier, default=None), self.tr("No earlier event"))

    def say(self, text: str, step: int | None = None) -> None:
        """Say something above a step, the shown one where none is named, for as long as it is read."""
        self.passing.say(text, self.track.place_of(self._cursor if step is None else step))

    def answer(self, keys: QKeySequence) -> bool:
        """Say why the action of the track that has those keys cannot be done; whether there was a reason."""
        for action in self.track.actions():
            reason = action.property("reason")
            if reason and not action.isEnabled() and action.shortcut() == keys:
                self.say(str(reason))
                return True
        return False

    def _go_to_event(self, step: int | None, none: str) -> None:
        if step is None:
            self.say(none)
            return
        texts = [mark.text for mark in self.track.marks if mark.step == step]
        more = [self.tr("and {0} more").format(len(texts) - _MOST_SAID)] if len(texts) > _MOST_SAID else []
        self.say("\n".join((*texts[:_MOST_SAID], *more)), step)
        self.cursor_moved.emit(step)

    def _mark(self, events: tuple[Event, ...], marked: tuple[MarkedStep, ...] = ()) -> None:
        """Mark them, if they are others than before: there may be thousands."""
        marks = self._event_marks.of(events, marked)
        before = self.track.marks
        if marks is before:
            return
        self.track.show_marks(marks)
        if bool(marks) != bool(before):
            self.events_there.emit(bool(marks))

    def _show_number(self, step: int, last: int) -> None:
        if self.field.hasFocus() and self.field.text() != self.field.cleanText():
            return
        self.field.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.field.setRange(0, max(last, 0))
        if not self.field.lineEdit().isModified():
            self.field.setValue(step)
        self.field.blockSignals(False)  # noqa: FBT003

    def _on_typed(self, step: int) -> None:
        self.field.lineEdit().setModified(False)
        self.cursor_moved.emit(step)

    def _on_run(self, index: int) -> None:
        self.run_chosen.emit(self.runs.itemData(index))

    def _on_picked(self) -> None:
        """The next key is for the run, not for the list of runs."""
        (self.track if self.track.isEnabled() else self.window()).setFocus()

    def _on_live(self) -> None:
        self.live.setChecked(True)
        self.cursor_moved.emit(None)
