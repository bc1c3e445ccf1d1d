"""Runs of a few steps: one is said as one, and three fill the plots."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from recorded_runs import record

from gradviz.control.engine_state import EngineState, RunChange
from gradviz.views.plots.arrangement import Place


@pytest.fixture
def trained(window, host, qtbot):
    """Have the played engine record a run of so many steps, and end it."""

    def train(steps: int) -> None:
        qtbot.mouseClick(window.toolbar.train, Qt.MouseButton.LeftButton)
        request = host.asked[-1][1]
        host.be(EngineState.TRAINING)
        status = record(request.store, run_id=request.run_id, steps=steps)
        clock = window.runs.clock
        qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.last_step == steps - 1)
        host.tell(RunChange(run_id=request.run_id, store=request.store, status=status))
        host.be(EngineState.READY)
        QApplication.processEvents()

    return train


def test_one_step_is_said_as_one(window, trained) -> None:
    trained(1)
    assert window.toolbar.progress_text.text() == "Completed 1 step"


def test_a_run_of_three_steps_fills_all_plots(window, trained) -> None:
    trained(3)
    window.plots.arranging.move("map", Place.BOTTOM_RIGHT)
    QApplication.processEvents()
    boxes = [
        window.plots.flow.canvas.boxes[0],
        *window.plots.plot("curves.learning").canvas.boxes,
        window.plots.plot("map").canvas.boxes[0],
    ]
    for box in boxes:
        assert box.viewRange()[0] == pytest.approx([-0.5, 2.5])
