"""The engine's life: wait for a request, answer it; while training, answer at every step boundary.

One thread does all the work, so nothing in it needs a lock: a reader thread only decodes lines and puts
them on a queue, which the training loop drains between two steps. It does not know where it runs; the
same function serves a child process and a thread.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gradviz.data.load import DataError
from gradviz.engine import machine
from gradviz.engine.answers import Refused, answer
from gradviz.engine.catalogue import full_catalogue
from gradviz.engine.events import Events, Sink
from gradviz.engine.requests import (
    Ask,
    Focus,
    Inspect,
    Order,
    ProtocolError,
    Question,
    Quit,
    Request,
    SetLr,
    Train,
    decode,
)
from gradviz.nets.model import inspect
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.records.writer import COMMIT_SECONDS
from gradviz.spec.json_codec import from_raw
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.loss import describe_experiment
from gradviz.training.run import train
from gradviz.training.versions import versions

_log = logging.getLogger(__name__)


def serve(requests: Iterable[str], output: Sink) -> None:
    """Serve lines of `requests` until one says quit or they end, with events to `output`."""
    Server(requests, Events(output)).run()


class Server:
    """Serves one stream of requests, once.

    The end of the requests counts as quit, inside the training loop too: what was measured is committed
    and the run is finished as stopped.
    """

    def __init__(self, requests: Iterable[str], events: Events) -> None:
        self._requests = requests
        self._events = events
        self._inbox: queue.SimpleQueue[Request | ProtocolError] = queue.SimpleQueue()
        self._catalogue = full_catalogue()
        self._control: RunControl | None = None
        self._waiting: list[Request] | None = None
        """Runs that were asked for during a range test; None while there is none."""
        self._leaving = False

    def run(self) -> None:
        """Say that the engine is ready, and serve until the end."""
        reader = threading.Thread(target=self._read, name="requests")
        reader.start()
        self._set_threads()
        self._events.ready(
            pid=os.getpid(),
            catalogue=self._catalogue,
            devices=machine.devices(),
            versions=versions(),
        )
        while not self._leaving and not self._events.broken:
            self._handle(self._inbox.get())
        if self._leaving:
            reader.join()

    def _read(self) -> None:
        """In the reader's thread: lines to requests, the end of the lines to a Quit."""
        try:
            for line in self._requests:
                if not line.strip():
                    continue
                try:
                    request = decode(line)
                except ProtocolError as error:
                    self._inbox.put(error)
                    continue
                self._inbox.put(request)
                if isinstance(request, Quit):
                    return
        except (OSError, ValueError) as error:
            _log.warning("The requests ended with an error: %s", error)
        self._inbox.put(Quit())

    def _handle(self, request: Request | ProtocolError) -> None:
        match request:
            case ProtocolError():
                self._events.error(f"A request could not be read: {request}.")
            case Inspect():
                self._inspect(request)
            case Ask():
                self._answer(request)
            case Train():
                self._train(request)
            case Quit():
                self._leaving = True
                self._order(Order.STOP)
            case SetLr() | Focus():
                self._tell(request)
            case Order():
                self._order(request)

    def _tell(self, request: SetLr | Focus) -> None:
        """Pass on what concerns the run that is training, if there is one."""
        if self._control is None or self._waiting is not None:
            return
        if isinstance(request, SetLr):
            self._control.set_lr(request.lr)
        else:
            self._control.focus = request.layer

    def _order(self, order: Order) -> None:
        """Pass an order on; one that comes just after the end of its run is too late and means nothing."""
        control = self._control
        if control is None:
            return
        orders = {
            Order.PAUSE: control.pause,
            Order.RESUME: control.resume,
            Order.STEP: control.step,
            Order.STOP: control.stop,
        }
        orders[order]()

    def _poll(self, waiting: bool) -> None:
        """Between two steps: handle what has come; while the run is paused, wait for something."""
        if waiting:
            self._handle(self._inbox.get())
        while not self._inbox.empty():
            self._handle(self._inbox.get())
        if self._events.broken:
            self._order(Order.STOP)

    def _inspect(self, request: Inspect) -> None:
        try:
            experiment = from_raw(request.experiment, self._catalogue)
            data = describe_experiment(experiment)
            inspection = inspect(experiment.model, data)
        except SpecError as error:
            problem = error.problems[0]
            self._events.not_inspected(request.id, problem.message, problem.where)
        except DataError as error:
            self._events.not_inspected(request.id, str(error), error.where)
        except Exception as error:  # noqa: BLE001 - every question is answered
            _log.exception("Inspecting failed")
            self._events.not_inspected(request.id, f"The model could not be inspected: {error}")
        else:
            self._events.inspected(request.id, inspection)

    def _answer(self, request: Ask) -> None:
        try:
            if request.question in {Question.LR_RANGE, Question.REPLAY}:
                self._events.answered(request.id, self._answer_by_training(request))
            else:
                self._events.answered(request.id, answer(request, self._catalogue))
        except Refused as error:
            self._events.not_answered(request.id, str(error), error.where)
        except Exception as error:  # noqa: BLE001 - every question is answered
            _log.exception("The question “%s” failed", request.question)
            self._events.not_answered(request.id, f"The engine could not answer: {error}")

    def _answer_by_training(self, request: Ask) -> dict[str, Any]:
        """With an ear for requests at every step; a run that is asked for meanwhile ends it."""
        if self._control is not None:
            what = {
                Question.LR_RANGE: "the learning rate can be tested",
                Question.REPLAY: "a step can be replayed",
            }
            raise Refused(f"A run is training; {what[request.question]} when it has ended.")
        self._control, self._waiting = RunControl(self._poll), []
        try:
            return answer(request, self._catalogue, self._control)
        finally:
            self._control = None
            for waiting in self._waiting:
                self._inbox.put(waiting)
            self._waiting = None

    def _train(self, request: Train) -> None:
        if self._waiting is not None:
            self._waiting.append(request)
            self._order(Order.STOP)
            return
        report = _Report(self._events, request.run)
        if self._control is not None:
            report.fail("The engine is training another run.")
            return
        self._control = RunControl(self._poll)
        self._control.commit_seconds = COMMIT_SECONDS
        try:
            experiment = from_raw(request.experiment, self._catalogue)
            status = train(
                experiment,
                Path(request.store),
                self._control,
                run_id=request.run,
                paused=request.paused,
                resume=request.resume,
                on_status=report.take,
            )
            report.take(status)
        except SpecError as error:
            report.fail(f"The experiment cannot be trained: {error}")
        except Exception as error:  # noqa: BLE001 - every run has an end
            _log.exception("Training failed")
            report.fail(f"Training failed: {error}")
        finally:
            self._control = None

    def _set_threads(self) -> None:
        try:
            machine.use_threads()
        except ValueError as error:
            self._events.log("warning", f"{error}. Torch decides by itself.")


class _Report:
    """A run's statuses as events, the finished one exactly once however it came about."""

    def __init__(self, events: Events, run: str) -> None:
        self._events = events
        self._run = run
        self._steps = 0
        self._finished = False

    def take(self, status: RunStatus) -> None:
        if self._finished:
            return
        self._steps = status.steps
        self._finished = status.state is RunState.FINISHED
        self._events.status(self._run, status)

    def fail(self, reason: str) -> None:
        self.take(
            RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, steps=self._steps, reason=reason)
        )
