"""What the run actions do: from the document's experiment to the engine, and from the run to the pictures.

It owns the refresh clock, so there is one place that decides which run is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.control.comparison import Comparison
from gradviz.control.engine_host import EngineHost
from gradviz.control.engine_state import EngineState, EngineStatus, RunChange, TrainRequest
from gradviz.control.going_on import going_on
from gradviz.control.marked_steps import MarkedSteps
from gradviz.control.playback import Playback
from gradviz.control.refresh_clock import RefreshClock
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.control.shown_place import ShownPlace
from gradviz.records.errors import RecordsError
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.snapshot import Snapshot
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.number_format import count, duration, rate

_INSPECT_AFTER_MS = 5
"""So long edits are gathered before the engine is asked; it is asked one question at a time anyway."""
_READING_S = 0.25


class RunConductor(QObject):
    """Trains, pauses, steps, stops, resets; follows one run."""

    shown_changed = Signal(object)
    """The RunEntry that is shown from now on, or None: empty plots of the experiment."""
    progressed = Signal(object, object, object)
    """Steps done (int), steps asked for (int), and the words (str) beside the bar."""
    run_ended = Signal(object)
    """The RunChange of a run that has ended."""
    run_started = Signal()
    run_failed = Signal(object)
    """A sentence (str): the run cannot be started or shown."""

    def __init__(self, document: SessionDocument, host: EngineHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._host = host
        self._told_at = 0.0
        self._told: tuple[object, ...] = ()
        self._reset_when_ended = False
        self._looked: tuple[tuple[RunEntry, ExperimentSpec], str] | None = None
        self.may_start: Callable[[], bool] = _always
        self._inspect_soon = QTimer(self)
        self._inspect_soon.setSingleShot(True)
        self._inspect_soon.setInterval(_INSPECT_AFTER_MS)
        self._inspect_soon.timeout.connect(self._inspect)
        self.clock = RefreshClock(self)
        self.clock.refreshed.connect(self._on_refreshed)
        self.playback = Playback(self.clock, self)
        self.clock.failed.connect(self.run_failed)
        self.comparison = Comparison(document, self.clock, self)
        self.comparison.failed.connect(self.run_failed)
        self.marked = MarkedSteps(document, self.clock, self)
        document.saving.connect(self._keep_step)  # before the place is written
        self.place = ShownPlace(document, self)
        host.engine_changed.connect(self._on_engine_changed)
        host.run_changed.connect(self._on_run_changed)
        document.experiment_changed.connect(self._on_experiment_changed)
        document.session_closing.connect(self._on_session_closing)
        document.reopened.connect(self._on_reopened)
        document.run_replaced.connect(self._on_run_replaced)
        document.run_given_up.connect(self._on_run_given_up)

    @property
    def _shown(self) -> str | None:
        return self.place.run

    @property
    def status(self) -> EngineStatus:
        """How the engine stands."""
        return self._host.status

    def train(self) -> None:
        """Train the experiment from fresh weights, as a new run."""
        self._start(paused=False)

    def go_on(self) -> None:
        """Go on with the run that is shown, from its last checkpoint."""
        if self._shown is not None and not self.status.is_training:
            run = self._shown
            self._begin(lambda: self._document.continue_run(run))

    def why_not_go_on(self) -> str:
        """Why the shown run cannot go on now, a sentence; empty where it can."""
        entry = self._document.run(self._shown) if self._shown is not None else None
        if entry is None:
            return self.tr("No run is shown.")
        if self.status.state is not EngineState.READY or not entry.is_finished:
            return self.tr("The engine is busy.")
        key = (entry, self._document.experiment)
        if self._looked is None or self._looked[0] != key:
            self._looked = key, going_on(*key).reason
        return self._looked[1]

    def pause_or_resume(self) -> None:
        """Pause at the next step, or go on."""
        if self.status.state is EngineState.PAUSED:
            self._host.resume()
        else:
            self._host.pause()

    def step(self) -> None:
        """Do one step of the paused run; without one, start a run that pauses after its first step."""
        if not self.status.is_training and not self._start(paused=True):
            return
        self.clock.set_cursor(None)
        self._host.step()

    def stop(self) -> None:
        """End the run; what was measured stays."""
        self._host.stop()

    def reset(self) -> None:
        """Stop, and show the empty plots of the experiment as it is now."""
        if self.status.is_training:
            self._reset_when_ended = True
            self._host.stop()
        else:
            self.show_run(None)

    def set_rate(self, lr: float) -> None:
        """Change the learning rate of the run that is training."""
        if self.status.is_training:
            self._host.set_lr(lr)

    def choose_device(self, device: str) -> None:
        """Train there from the next run on."""
        spec = self._document.experiment
        training = replace(spec.training, device=device)
        self._document.edit(replace(spec, training=training), self.tr("Choose device"))

    def show_run(self, entry: RunEntry | None) -> None:
        """Follow a run, at the step that was looked at before, or none."""
        self._told = ()
        self._keep_step()
        self.place.run = entry.id if entry is not None else None
        self.playback.pause()
        self.clock.follow(entry)
        if entry is not None:
            self.clock.set_cursor(self.place.step_of(entry.id))
            self._document.read_ahead(entry)
        self.shown_changed.emit(entry)
        if self.is_blank(entry):
            self.progressed.emit(0, 0, "")

    def is_blank(self, entry: RunEntry | None) -> bool:
        """Whether there is nothing to show; a run that goes on with another shows that one's until then."""
        return entry is None or not (entry.is_recorded or self._document.is_taking_over(entry.id))

    def close(self) -> None:
        """Stop the clock."""
        self._inspect_soon.stop()
        self.playback.pause()
        self.clock.close()
        self.comparison.close()

    def _start(self, *, paused: bool) -> bool:
        return self._begin(lambda: self._document.new_run(paused=paused))

    def _begin(self, make: Callable[[], TrainRequest]) -> bool:
        self._reset_when_ended = False
        if not self.may_start():
            return False
        try:
            request = make()
        except RecordsError as error:
            self.run_failed.emit(str(error))
            return False
        self.show_run(self._document.run(request.run_id))
        self._host.train(request)
        self.run_started.emit()
        return True

    def _inspect(self) -> None:
        self._host.inspect(self._document.experiment)

    def _on_experiment_changed(self, _experiment: object) -> None:
        if not self._inspect_soon.isActive():  # a burst of edits must not put the question off for ever
            self._inspect_soon.start()

    def _on_engine_changed(self, status: EngineStatus) -> None:
        if status.state is EngineState.READY:
            self._inspect_soon.start()

    def _on_session_closing(self) -> None:
        self.show_run(None)

    def _on_run_replaced(self, run_id: str, entry: RunEntry) -> None:
        if run_id == self._shown:
            self.show_run(entry)

    def _on_run_given_up(self, run_id: str) -> None:
        if run_id == self._shown:
            self.show_run(None)

    def _keep_step(self) -> None:
        if self._shown is not None and self.clock.entry is not None:
            self.place.keep_step(self._shown, self.clock.cursor)

    def _on_reopened(self) -> None:
        self.place.take_from_document()
        runs, shown = self._document.runs, self._shown
        self.show_run(self._document.run(shown) if shown is not None else runs[-1] if runs else None)
        self._inspect_soon.start()

    def _on_run_changed(self, change: RunChange) -> None:
        if change.status.state is not RunState.FINISHED:
            return
        self.run_ended.emit(change)
        if self._reset_when_ended:
            self._reset_when_ended = False
            self.show_run(None)

    def _on_refreshed(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            return
        status = snapshot.status
        told = (snapshot.run.id, status.state, status.finish)
        now = monotonic()
        if told == self._told and now - self._told_at < _READING_S and status.state is RunState.RUNNING:
            return
        self._told, self._told_at = told, now
        self.progressed.emit(status.steps, snapshot.run.steps, self._words(snapshot))

    def _words(self, snapshot: Snapshot) -> str:
        status, asked = snapshot.status, snapshot.run.steps
        if status.state is RunState.FINISHED:
            return self._end_words(status)
        parts = [self.tr("{0} / {1}").format(count(status.steps), count(asked))]
        speed = snapshot.steps_per_second
        if status.state is RunState.PAUSED:
            parts.append(self.tr("paused"))
        elif speed:
            parts.append(self.tr("{0} steps/s").format(rate(speed)))
            parts.append(self.tr("{0} left").format(duration((asked - status.steps) / speed)))
        return " · ".join(parts)

    def _end_words(self, status: RunStatus) -> str:
        steps = self.tr("1 step") if status.steps == 1 else self.tr("{0} steps").format(count(status.steps))
        match status.finish:
            case FinishReason.COMPLETED:
                return self.tr("Completed {0}").format(steps)
            case FinishReason.STOPPED:
                return self.tr("Stopped after {0}").format(steps)
            case FinishReason.DIVERGED:
                return self.tr("Diverged after {0}").format(steps)
            case _:
                return self.tr("Failed after {0}").format(steps)


def _always() -> bool:
    return True
