"""The engine as the window sees it: the controller in its own thread, its signals and its methods.

A write to the engine's pipe or a wait for its end may block, so the controller never runs in the
window's thread.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gradviz.control.engine_state import EngineStatus, TrainRequest
from gradviz.spec.experiment import ExperimentSpec


class EngineHost(QObject):
    """Owns the controller's thread; every method returns at once and every answer is a signal.

    `engine` is "process" (a child process) or "thread" (in this process, for debugging).
    """

    engine_changed = Signal(object)
    """An EngineStatus."""
    inspected = Signal(object)
    """An InspectionReply; only the newest question is answered for certain."""
    run_changed = Signal(object)
    """A RunChange; exactly one per run is finished."""
    logged = Signal(object)
    """A LogLine."""

    def __init__(self, parent: QObject | None = None, *, engine: str = "process") -> None: ...

    @property
    def status(self) -> EngineStatus:
        """The newest status."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the thread and in it the engine."""

    def inspect(self, experiment: ExperimentSpec) -> int:
        """Ask for the shapes and sizes of `experiment`; returns the number that its answer will bear."""
        raise NotImplementedError

    def train(self, request: TrainRequest) -> None:
        """Train a run now, or as soon as the engine is ready."""

    def pause(self) -> None:
        """Pause at the next step boundary."""

    def resume(self) -> None:
        """Go on."""

    def step(self) -> None:
        """Do one step and pause again."""

    def stop(self) -> None:
        """Finish the run at the next step boundary; a run that waits for the engine is given up."""

    def set_lr(self, lr: float) -> None:
        """Change the learning rate of the run that is training."""

    def restart(self) -> None:
        """Start the engine again after it has failed."""

    def close(self) -> None:
        """End the engine (a run that is training is stopped and kept) and wait for the thread's end."""
