"""The whole round in a real window: build, train on the engine, step every optimizer, save, reopen.

What a frozen copy must still be able to do. Every check raises `SelfTestError` or says what it found.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from gradviz.control.engine_state import EngineState
from gradviz.control.run_entry import RunEntry
from gradviz.control.session_document import SessionDocument
from gradviz.records.run import FinishReason, RunState
from gradviz.spec.catalogue import find
from gradviz.spec.experiment import OptimizerSpec
from gradviz.views.app import Opening, build_window
from gradviz.views.main_window import MainWindow

Say = Callable[[str], None]
PATIENCE = 60.0
STEPS = 40


class SelfTestError(Exception):
    """Something that must work does not; the message says what."""


def check_window(folder: Path, say: Say) -> None:
    """Do the round, with a session in `folder`. Raises SelfTestError."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(application, QApplication):
        raise SelfTestError("there is an application without windows already")
    window = build_window(application)
    Opening(window)
    try:
        _check(window, folder, say)
    finally:
        window.end_session()
        window.hide()  # not close, which would ask what to do with unsaved work
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _check(window: MainWindow, folder: Path, say: Say) -> None:
    window.show()
    _wait(lambda: window.plots is not None, "the window to open")
    _wait(lambda: window.host.status.state is EngineState.READY, "the engine to start")
    status = window.host.status
    say("engine: " + ", ".join(f"{name} {version}" for name, version in status.versions.items()))
    say(f"devices: {', '.join(status.devices)}")
    _step_every_optimizer(window, say)
    entry = _train_example(window, say)
    _look(window, say)
    _save_and_reopen(window, entry, folder / "selftest.gradviz", say)
    _restart_engine(window, say)


def _step_every_optimizer(window: MainWindow, say: Say) -> None:
    catalogue = window.host.status.catalogue
    if catalogue is None or find(catalogue.layers, "Linear") is None:
        raise SelfTestError("the engine sent no catalogue of layers")
    before = window.document.experiment
    for optimizer in catalogue.optimizers:
        experiment = replace(
            before,
            optimizer=OptimizerSpec(name=optimizer.name, lr=0.01),
            training=replace(before.training, steps=3, epochs=None),
        )
        window.document.edit(experiment, optimizer.name)
        _train(window, 3)
    window.document.edit(before, before.name)
    say(f"optimizers: {', '.join(optimizer.name for optimizer in catalogue.optimizers)}")


def _train_example(window: MainWindow, say: Say) -> RunEntry:
    """The vanishing example must vanish: the first layer's gradient is far below the last one's."""
    before = window.document.experiment
    window.document.edit(replace(before, training=replace(before.training, steps=STEPS, epochs=None)), "")
    entry = _train(window, STEPS)
    with entry.open() as reader:
        norms = reader.at("grad_norm", STEPS - 1)[1]
    if not 0 < norms[0] < 1e-6 * norms[-1]:
        raise SelfTestError(f"gradient norms of {norms[0]:.3g} … {norms[-1]:.3g} do not vanish")
    say(f"trained: {len(norms)} layers, first gradient norm {norms[0]:.2g}, last {norms[-1]:.2g}")
    return entry


def _train(window: MainWindow, steps: int) -> RunEntry:
    request = window.document.new_run()
    window.host.train(request)

    def finished() -> bool:
        entry = window.document.run(request.run_id)
        return entry is not None and entry.status.state is RunState.FINISHED

    _wait(finished, "a run to finish")
    entry = window.document.run(request.run_id)
    if entry is None or entry.status.finish is not FinishReason.COMPLETED or entry.status.steps != steps:
        raise SelfTestError(f"a run did not complete: {entry.status if entry else 'it is not there'}")
    return entry


def _look(window: MainWindow, say: Say) -> None:
    """The window must show a picture: many colours, and not the placeholder."""
    window.runs.show_run(window.document.runs[-1])
    _wait(lambda: window.runs.clock.snapshot is not None, "the plots to show the run")
    QCoreApplication.processEvents()
    picture = window.grab().toImage()
    width, height = picture.width(), picture.height()
    colours = {picture.pixel(x, y) for x in range(0, width, 5) for y in range(0, height, 5)}
    if window.plots is None or len(colours) < 20:
        raise SelfTestError(f"the window shows {len(colours)} colours only")
    say(f"window: {width} × {height}, platform {QApplication.platformName()}")


def _save_and_reopen(window: MainWindow, entry: RunEntry, path: Path, say: Say) -> None:
    with entry.open() as reader:
        before = reader.at("grad_norm", STEPS - 1)[1].tobytes()
    window.document.save(path)
    _wait(lambda: not window.document.is_saving, "the session to be saved")
    reopened = SessionDocument()
    try:
        reopened.open(path)
        again = reopened.run(entry.id)
        if again is None or reopened.experiment != window.document.experiment:
            raise SelfTestError("the saved session does not hold what was saved")
        with again.open() as reader:
            if reader.at("grad_norm", STEPS - 1)[1].tobytes() != before:
                raise SelfTestError("the saved run differs from the one that was measured")
        if window.document.is_dirty:
            raise SelfTestError("the session counts as unsaved after it was saved")
        say(f"session: {len(reopened.runs)} runs, {path.stat().st_size:,} bytes, saved and reopened")
    finally:
        reopened.close()
        reopened.deleteLater()


def _restart_engine(window: MainWindow, say: Say) -> None:
    first = window.host.status.pid
    os.kill(first, getattr(signal, "SIGKILL", signal.SIGTERM))
    _wait(lambda: window.host.status.pid != first and window.host.status.is_up, "a new engine after a crash")
    say("engine restarted after it was killed")


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        if monotonic() > deadline:
            raise SelfTestError(f"waited {PATIENCE:.0f} s in vain for {what}")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
