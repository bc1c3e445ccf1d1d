"""What the strip says about one run: it names the run, and goes and comes with it.

A sentence such as “the loss is not finite at step 2” is wrong beside the pictures of another run. So it
hides when another one is shown and stands there again with its own, until the user closes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gradviz.control.engine_state import RunChange
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.records.run import FinishReason, RunStatus
from gradviz.views.message_strip import MessageStrip, Tone
from gradviz.views.number_format import count

_TONES = {
    FinishReason.COMPLETED: Tone.INFO,
    FinishReason.DIVERGED: Tone.WARNING,
    FinishReason.FAILED: Tone.ERROR,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Message:
    tone: Tone
    text: str
    action: str = ""
    act: Callable[[], object] | None = None


class RunMessages(QObject):
    """The newest message of each run of the session."""

    replay_wanted = Signal(object, object)
    """The id (str) of a run and the step (int) of it that is to be done again."""

    def __init__(self, document: SessionDocument, strip: MessageStrip, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._strip = document, strip
        self._messages: dict[str, _Message | None] = {}
        self._shown: str | None = None
        strip.closed.connect(self._on_closed)
        document.runs_changed.connect(self._on_runs)
        document.session_closing.connect(self._forget)

    def say(
        self, run_id: str, tone: Tone, text: str, action: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Tell something about a run of the session now, and again whenever the run is shown."""
        if self._document.run(run_id) is None:  # what was asked of it may be answered when it is gone
            return
        self._messages[run_id] = _Message(tone=tone, text=text, action=action, act=act)
        self._tell(run_id)

    def show_run(self, entry: RunEntry | None) -> None:
        """Another run is shown, or none: what the strip says about one is about this one."""
        self._shown = entry.id if entry is not None else None
        if self._strip.topic and self._strip.topic != self._shown:
            self._strip.hide()
        if entry is None:
            return
        if entry.id not in self._messages and entry.status.finish is FinishReason.DIVERGED:
            self._messages[entry.id] = self._of_end(entry.id, entry.status)
        self._tell(entry.id)

    def on_ended(self, change: RunChange) -> None:
        """Say how a run has ended, where there is something to say."""
        message = self._of_end(change.run_id, change.status)
        if message is None:
            return
        if change.store.exists():
            self._messages[change.run_id] = message
            self._tell(change.run_id)
        else:  # it ended before its first step, so there is no such run to come back to
            self._strip.say(message.tone, message.text)

    def _of_end(self, run_id: str, status: RunStatus) -> _Message | None:
        tone = _TONES.get(status.finish) if status.finish is not None else None
        if tone is None or not status.reason:
            return None
        if status.finish is not FinishReason.DIVERGED or not status.steps:
            return _Message(tone=tone, text=status.reason)
        step = status.steps - 1
        return _Message(
            tone=tone,
            text=status.reason,
            action=self.tr("Replay step {0}").format(count(step)),
            act=lambda: self.replay_wanted.emit(run_id, step),
        )

    def _tell(self, run_id: str) -> None:
        message, entry = self._messages.get(run_id), self._document.run(run_id)
        if message is None:
            return
        text = self.tr("{0}: {1}").format(entry.name, message.text) if entry is not None else message.text
        self._strip.say(message.tone, text, message.action, message.act, topic=run_id)

    def _on_runs(self) -> None:
        """A run may have another name, or be gone."""
        topic = self._strip.topic
        if not topic or self._strip.isHidden():
            return
        if self._document.run(topic) is None:
            self._strip.hide()
        else:
            self._tell(topic)

    def _forget(self) -> None:
        self._messages.clear()

    def _on_closed(self) -> None:
        if self._strip.topic:
            self._messages[self._strip.topic] = None
