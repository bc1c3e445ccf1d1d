"""Owns the engine: starts it, asks it, tells it, and starts another one when it dies.

Lives in a thread of its own (see `EngineHost`); its slots are called through queued connections and its
answers are signals with frozen data.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gradviz.control.engine_link import EngineEnd, EngineLink
from gradviz.control.engine_messages import (
    Ready,
    Reported,
    decode_event,
    encode_focus,
    encode_inspect,
    encode_lr,
    encode_order,
    encode_question,
    encode_train,
)
from gradviz.control.engine_state import (
    EngineAnswer,
    EngineQuestion,
    EngineState,
    EngineStatus,
    InspectionReply,
    InspectRequest,
    LogLine,
    RunChange,
    TrainRequest,
)
from gradviz.control.inspection_queue import InspectionQueue
from gradviz.control.log_throttle import LogThrottle
from gradviz.control.lost_run import finish_lost_run
from gradviz.control.restart_policy import RestartPolicy
from gradviz.records.run import FinishReason, RunState, RunStatus

GRACE_MS = 3000
KEPT_COMPLAINTS = 20


class TrainingController(QObject):
    """One engine at a time, one run at a time.

    `make_link` makes the next engine, unstarted. A run waits for the engine to be ready; every run
    ends in exactly one finished `run_changed`, also when its engine dies.
    """

    engine_changed = Signal(object)
    inspected = Signal(object)
    answered = Signal(object)
    run_changed = Signal(object)
    logged = Signal(object)
    closed = Signal()
    """The engine has ended and nothing more will be said."""

    def __init__(self, make_link: Callable[[QObject], EngineLink]) -> None:
        super().__init__()
        self._make_link = make_link
        self._link: EngineLink | None = None
        self._status = EngineStatus()
        self._questions = InspectionQueue()
        self._asked: set[int] = set()
        self._waiting: TrainRequest | None = None
        self._focus: int | None = None
        self._run: TrainRequest | None = None
        self._policy = RestartPolicy()
        self._complaints: deque[str] = deque(maxlen=KEPT_COMPLAINTS)
        self._throttle = LogThrottle()
        self._closing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._launch)

    # requests

    @Slot()
    def start(self) -> None:
        """Start the first engine, or another one after a failure."""
        if self._link is not None or self._timer.isActive() or self._closing:
            return
        self._policy.reset()
        self._show(EngineState.STARTING, self.tr("The engine is starting …"))
        self._launch()

    @Slot(object)
    def inspect(self, request: InspectRequest) -> None:
        """Ask for shapes and sizes, now or when the engine can be asked."""
        self._questions.put(request)
        self._ask()

    @Slot(object)
    def ask(self, question: EngineQuestion) -> None:
        """Ask something else, which needs an engine that is up."""
        if not self._status.is_up:
            error = self.tr("The engine is not ready; try again in a moment.")
            self.answered.emit(EngineAnswer(id=question.id, error=error))
            return
        self._asked.add(question.id)
        self._send(encode_question(question))

    @Slot(object)
    def train(self, request: TrainRequest) -> None:
        """Train a run, now or when the engine is free; one that waited before is given up."""
        self._give_up_waiting()
        self._waiting = request
        if self._status.state is EngineState.FAILED:
            self._fail_waiting(self._status.text)
        self._train_next()

    @Slot()
    def pause(self) -> None:
        """Pause the run at its next step boundary; one that waits will start paused."""
        self._order("pause", paused=True)

    @Slot()
    def resume(self) -> None:
        """Let the run go on."""
        self._order("resume", paused=False)

    @Slot()
    def step(self) -> None:
        """Let the run make one step and pause."""
        self._order("step", paused=True)

    @Slot()
    def stop(self) -> None:
        """Finish the run at its next step boundary; one that waits is given up."""
        self._give_up_waiting()
        if self._run is not None or self._asked:  # a range test is a question that takes its time
            self._send(encode_order("stop"))

    @Slot(object)
    def set_lr(self, lr: float) -> None:
        """Change the learning rate of the run that is training."""
        if self._run is not None:
            self._send(encode_lr(lr))

    @Slot(object)
    def focus(self, layer: int | None) -> None:
        """Say which measured layer is looked at, in this run and those to come."""
        self._focus = layer
        if self._run is not None:
            self._send(encode_focus(layer))

    @Slot()
    def shutdown(self) -> None:
        """End the engine for good; a run that is training is stopped and kept."""
        self._closing = True
        self._timer.stop()
        self._give_up_waiting()
        if self._link is not None:
            was_up = self._status.is_up
            if was_up:
                self._send(encode_order("quit"))
            # An engine that is not up yet has nothing to keep, and need not be waited for.
            self._link.close(GRACE_MS if was_up else 0)
        self.closed.emit()

    # the engine's life

    @Slot()
    def _launch(self) -> None:
        link = self._make_link(self)
        link.line_received.connect(self._on_line)
        link.complained.connect(self._on_complaint)
        link.ended.connect(self._on_ended)
        self._link = link
        link.start()

    @Slot(object)
    def _on_ended(self, end: EngineEnd) -> None:
        if self._link is not None:
            self._link.deleteLater()
            self._link = None
        self._give_up_question()
        delay = self._policy.after_end(time.monotonic(), was_up=self._status.is_up) if end.started else None
        self._lose_run(end, hopeless=delay is None)
        if self._closing:
            return
        self._log("error", f"The engine {end.text}.")
        if delay is None:
            said = "\n".join(self._complaints)
            text = self.tr("The engine {end}. Restart it, or look into the log.").format(end=end.text)
            self._show(EngineState.FAILED, f"{text}\n{said}".strip())
            self._fail_waiting(text)
            return
        text = self.tr("The engine {end}; a new one is starting …").format(end=end.text)
        self._show(EngineState.RESTARTING, text)
        self._timer.start(delay)

    def _give_up_question(self) -> None:
        for number in sorted(self._asked):
            self.answered.emit(EngineAnswer(id=number, error=self.tr("The engine died over this question.")))
        self._asked.clear()
        given_up = self._questions.engine_lost()
        if given_up is not None:
            error = self.tr("The engine died twice over this model; its shapes are not known.")
            self.inspected.emit(InspectionReply(id=given_up.id, error=error))

    def _lose_run(self, end: EngineEnd, *, hopeless: bool) -> None:
        """Finish the run whose engine is gone, in its store and for everybody who watches it."""
        if self._run is None:
            return
        cause, outlook = self.tr("The engine {end}").format(end=end.text), ""
        if self._closing:
            cause = self.tr("The engine did not end in time and was stopped by force")
        elif not hopeless:
            outlook = self.tr("A new engine is starting.")
        run, self._run = self._run, None
        status = finish_lost_run(run.store, cause, outlook)
        self.run_changed.emit(RunChange(run_id=run.run_id, store=run.store, status=status))

    # what the engine says

    @Slot(object)
    def _on_line(self, line: bytes) -> None:
        match decode_event(line):
            case Ready() as ready:
                self._on_ready(ready)
            case InspectionReply() as reply:
                if self._questions.answered(reply):
                    self.inspected.emit(reply)
                self._ask()
            case EngineAnswer() as answer:
                self._asked.discard(answer.id)
                self.answered.emit(answer)
            case Reported() as reported:
                self._on_reported(reported)
            case LogLine() as line_for_log:
                self._log(line_for_log.level, line_for_log.text)

    def _on_ready(self, ready: Ready) -> None:
        self._complaints.clear()
        self._status = replace(
            self._status,
            catalogue=ready.catalogue,
            devices=ready.devices,
            versions=ready.versions,
            pid=ready.pid,
        )
        self._show(EngineState.READY, self.tr("Ready"))
        self._ask()
        self._train_next()

    def _on_reported(self, reported: Reported) -> None:
        run = self._run
        if run is None or reported.run != run.run_id:
            return
        status = reported.status
        finished = status.state is RunState.FINISHED
        if finished:
            self._run = None
        self.run_changed.emit(RunChange(run_id=run.run_id, store=run.store, status=status))
        if finished:
            self._show(EngineState.READY, self.tr("Ready"))
            self._train_next()
        elif status.state is RunState.PAUSED:
            self._show(EngineState.PAUSED, self.tr("Paused"))
        else:
            loading = status.reason if status.state is RunState.STARTING else ""
            self._show(EngineState.TRAINING, loading or self.tr("Training"))

    @Slot(object)
    def _on_complaint(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        self._complaints.append(text)
        self._log("info", text)

    # small steps

    def _ask(self) -> None:
        if self._status.is_up and (request := self._questions.take()) is not None:
            self._send(encode_inspect(request))

    def _train_next(self) -> None:
        if self._waiting is None or self._status.state is not EngineState.READY:
            return
        self._run, self._waiting = self._waiting, None
        self._send(encode_train(self._run))
        if self._focus is not None:
            self._send(encode_focus(self._focus))
        self._show(EngineState.TRAINING, self.tr("Training"))

    def _order(self, order: str, *, paused: bool) -> None:
        if self._waiting is not None:
            self._waiting = replace(self._waiting, paused=paused)
        elif self._run is not None:
            self._send(encode_order(order))

    def _give_up_waiting(self) -> None:
        self._finish_waiting(FinishReason.STOPPED, self.tr("Stopped before the engine was ready."))

    def _fail_waiting(self, reason: str) -> None:
        self._finish_waiting(FinishReason.FAILED, reason)

    def _finish_waiting(self, finish: FinishReason, reason: str) -> None:
        if self._waiting is None:
            return
        run, self._waiting = self._waiting, None
        status = RunStatus(state=RunState.FINISHED, finish=finish, reason=reason)
        self.run_changed.emit(RunChange(run_id=run.run_id, store=run.store, status=status))

    def _send(self, line: bytes) -> None:
        if self._link is not None:
            self._link.send(line)

    def _show(self, state: EngineState, text: str) -> None:
        self._status = replace(self._status, state=state, text=text)
        self.engine_changed.emit(self._status)

    def _log(self, level: str, text: str) -> None:
        if not self._throttle.admits(time.monotonic()):
            return
        if dropped := self._throttle.take_dropped():
            self.logged.emit(LogLine(level="warning", text=f"{dropped} lines of the engine were left out."))
        self.logged.emit(LogLine(level=level, text=text))
