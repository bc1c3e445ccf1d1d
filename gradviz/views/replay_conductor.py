"""What “Replay shown step” does: the engine does the step again and the window says what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import EngineState, StepReplayed
from gradviz.control.run_entry import RunEntry
from gradviz.views.actions import set_reason
from gradviz.views.message_strip import Tone
from gradviz.views.number_format import count
from gradviz.views.run_messages import RunMessages

if TYPE_CHECKING:
    from gradviz.control.refresh_clock import RefreshClock


class ReplayConductor(QObject):
    """One replay at a time; while it goes on, the message's link ends it."""

    def __init__(
        self, host: EngineHost, clock: RefreshClock, action: QAction, messages: RunMessages, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._host, self._clock, self._action, self._messages = host, clock, action, messages
        self._entry: RunEntry | None = None
        self._question = 0
        self._asked_of = ""
        self._wanted: int | None = None
        action.triggered.connect(self.replay)
        messages.replay_wanted.connect(self._on_wanted)
        host.step_replayed.connect(self._on_replayed)
        host.engine_changed.connect(self._sync)
        self._sync()

    def show_run(self, entry: RunEntry | None) -> None:
        """Replay steps of that run from now on."""
        self._entry = entry
        self._wanted = None
        self._sync()

    def replay(self) -> None:
        """Ask for the shown step."""
        entry, shown = self._entry, self._clock.snapshot
        if entry is None or shown is None or shown.last_step < 0:
            return
        self._ask(entry, shown.cursor)

    def _ask(self, entry: RunEntry, step: int) -> None:
        self._question = self._host.ask_replay(entry.id, entry.source, step)
        self._asked_of = entry.id
        text = self.tr("Step {0} is done again, from the nearest checkpoint…").format(count(step))
        self._messages.say(entry.id, Tone.INFO, text, self.tr("Stop"), self._host.stop_range_test)
        self._sync()

    def _on_wanted(self, run_id: str, step: int) -> None:
        """Look at a step of the shown run and do it again, as soon as the engine is ready."""
        if self._entry is not None and self._entry.id == run_id:
            self._clock.set_cursor(step)
            self._wanted = step
            self._sync()

    def _on_replayed(self, found: StepReplayed) -> None:
        if found.id != self._question:
            return
        self._question = 0
        tone = Tone.WARNING if found.error else Tone.INFO
        self._messages.say(self._asked_of, tone, found.error or found.sentence)
        self._sync()

    def _sync(self, *_unused: object) -> None:
        status = self._host.status
        if self._entry is None:
            reason = self.tr("No run is shown.")
        elif self._question or status.state is not EngineState.READY:
            reason = self.tr("The engine is busy.")
        else:
            reason = ""
        set_reason(self._action, reason)
        if self._entry is not None and not reason and self._wanted is not None:
            step, self._wanted = self._wanted, None
            self._ask(self._entry, step)
