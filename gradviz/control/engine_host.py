"""The engine as the window sees it: the controller in its own thread, its signals and its methods.

A write to the engine's pipe or a wait for its end may block, so the controller never runs in the
window's thread.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, Signal, Slot

from gradviz.control.engine_link import EngineLink
from gradviz.control.engine_questions import EngineQuestions
from gradviz.control.engine_state import EngineStatus, InspectionReply, InspectRequest, TrainRequest
from gradviz.control.process_link import ProcessLink
from gradviz.control.same_tree import same_tree
from gradviz.control.thread_link import ThreadLink
from gradviz.control.training_controller import TrainingController
from gradviz.spec.experiment import ExperimentSpec

LINKS: dict[str, type[EngineLink]] = {"process": ProcessLink, "thread": ThreadLink}


class EngineHost(QObject):
    """Owns the controller's thread; every method returns at once and every answer is a signal.

    `engine` is "process" (a child process) or "thread" (in this process, for debugging).
    """

    engine_changed = Signal(object)
    """An EngineStatus."""
    inspected = Signal(object)
    """An InspectionReply to the newest question, or to an earlier one about the same layers."""
    run_changed = Signal(object)
    """A RunChange; exactly one per run is finished."""
    logged = Signal(object)
    """A LogLine."""
    template_made = Signal(object)
    """A TemplateMade."""
    expanded = Signal(object)
    """An Expanded."""
    exported = Signal(object)
    """An Exported."""
    previewed = Signal(object)
    """A TablePreviewed."""
    range_tested = Signal(object)
    """A RangeTested."""
    step_replayed = Signal(object)
    """A StepReplayed."""

    _start = Signal()
    _inspect = Signal(object)
    _train = Signal(object)
    _pause = Signal()
    _resume = Signal()
    _step = Signal()
    _stop = Signal()
    _set_lr = Signal(object)
    _focus = Signal(object)
    _shutdown = Signal()

    def __init__(self, parent: QObject | None = None, *, engine: str = "process") -> None:
        super().__init__(parent)
        self._status = EngineStatus()
        self._questions = 0
        self._asked: dict[int, ExperimentSpec] = {}
        self._other = EngineQuestions(self)
        self.ask_template = self._other.ask_template
        self.ask_expand = self._other.ask_expand
        self.ask_export = self._other.ask_export
        self.ask_preview = self._other.ask_preview
        self.ask_range_test = self._other.ask_range_test
        self.ask_replay = self._other.ask_replay
        self._thread = QThread(self)
        self._thread.setObjectName("engine controller")
        self._controller = TrainingController(LINKS[engine])
        self._controller.moveToThread(self._thread)
        self._connect()

    @property
    def status(self) -> EngineStatus:
        """The newest status."""
        return self._status

    def start(self) -> None:
        """Start the thread and in it the engine; they end with the application at the latest."""
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)
        self._thread.start()
        self._start.emit()

    def inspect(self, experiment: ExperimentSpec) -> int:
        """Ask for the shapes and sizes of `experiment`; returns the number that its answer will bear."""
        self._questions += 1
        self._asked[self._questions] = experiment
        self._inspect.emit(InspectRequest(id=self._questions, experiment=experiment))
        return self._questions

    def train(self, request: TrainRequest) -> None:
        """Train a run now, or as soon as the engine is ready and free."""
        self._train.emit(request)

    def pause(self) -> None:
        """Pause at the next step boundary."""
        self._pause.emit()

    def resume(self) -> None:
        """Go on."""
        self._resume.emit()

    def step(self) -> None:
        """Do one step and pause again."""
        self._step.emit()

    def stop(self) -> None:
        """Finish the run at the next step boundary; a run that waits for the engine is given up."""
        self._stop.emit()

    def stop_range_test(self) -> None:
        """End a range test or a replay that is going on; its answer comes all the same."""
        self._stop.emit()

    def set_lr(self, lr: float) -> None:
        """Change the learning rate of the run that is training."""
        self._set_lr.emit(lr)

    def focus(self, layer: int | None) -> None:
        """Say which measured layer is looked at: its histograms are taken more often."""
        self._focus.emit(layer)

    def restart(self) -> None:
        """Start the engine again after it has failed."""
        self._start.emit()

    @Slot()
    def close(self) -> None:
        """End the engine (a run that is training is stopped and kept) and wait for the thread's end."""
        if not self._thread.isRunning():
            return
        self._shutdown.emit()
        self._thread.wait()
        # What the controller said last is queued here; whoever closes wants to have heard it.
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def _connect(self) -> None:
        controller = self._controller
        self._start.connect(controller.start)
        self._inspect.connect(controller.inspect)
        self._train.connect(controller.train)
        self._pause.connect(controller.pause)
        self._resume.connect(controller.resume)
        self._step.connect(controller.step)
        self._stop.connect(controller.stop)
        self._set_lr.connect(controller.set_lr)
        self._focus.connect(controller.focus)
        self._shutdown.connect(controller.shutdown)
        # Directly: this thread is waiting by then. QThread.quit may be called from any thread.
        controller.closed.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        controller.engine_changed.connect(self._on_engine_changed)
        controller.inspected.connect(self._on_inspected)
        self._other.asked.connect(controller.ask)
        controller.answered.connect(self._other.take)
        self._other.template_made.connect(self.template_made)
        self._other.expanded.connect(self.expanded)
        self._other.exported.connect(self.exported)
        self._other.previewed.connect(self.previewed)
        self._other.range_tested.connect(self.range_tested)
        self._other.step_replayed.connect(self.step_replayed)
        controller.run_changed.connect(self.run_changed)
        controller.logged.connect(self.logged)

    @Slot(object)
    def _on_engine_changed(self, status: EngineStatus) -> None:
        self._status = status
        self.engine_changed.emit(status)

    @Slot(object)
    def _on_inspected(self, reply: InspectionReply) -> None:
        """Pass it on if it is about the newest question, or fits the same layers."""
        asked = self._asked.get(reply.id)
        self._asked = {number: kept for number, kept in self._asked.items() if number > reply.id}
        newest = self._asked.get(self._questions, asked)
        if asked is not None and newest is not None and same_tree(asked, newest):
            self.inspected.emit(reply)
