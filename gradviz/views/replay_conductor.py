"""What “Replay shown step” does: the engine does the step again and the window says what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import EngineState, StepReplayed
from gradviz.control.run_entry import RunEntry
from gradviz.views.actions import set_reason
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.number_format import count

if TYPE_CHECKING:
    from gradviz.control.refresh_clock import RefreshClock


class ReplayConductor(QObject):
    """One replay at a time; while it goes on, the message's link ends it."""

    def __init__(
        self, host: EngineHost, clock: RefreshClock, action: QAction, strip: MessageStrip, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._host, self._clock, self._action, self._strip = host, clock, action, strip
        self._entry: RunEntry | None = None
        self._question = 0
        action.triggered.connect(self.replay)
        host.step_replayed.connect(self._on_replayed)
        host.engine_changed.connect(self._sync)
        self._sync()

    def show_run(self, entry: RunEntry | None) -> None:
        """Replay steps of that run from now on."""
        self._entry = entry
        self._sync()

    def replay(self) -> None:
        """Ask for the shown step."""
        entry, shown = self._entry, self._clock.snapshot
        if entry is None or shown is None or shown.last_step < 0:
            return
        self._question = self._host.ask_replay(shown.run.id, entry.source, shown.cursor)
        text = self.tr("Step {0} is done again, from the nearest checkpoint…").format(count(shown.cursor))
        self._strip.say(Tone.INFO, text, self.tr("Stop"), self._host.stop_range_test)
        self._sync()

    def _on_replayed(self, found: StepReplayed) -> None:
        if found.id != self._question:
            return
        self._question = 0
        self._strip.say(Tone.WARNING if found.error else Tone.INFO, found.error or found.sentence)
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
