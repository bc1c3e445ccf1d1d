"""Runs of a few steps: one is said as one, and three fill the plots."""

import pytest
from PySide6.QtWidgets import QApplication

from gradviz.views.plots.arrangement import Place


def test_one_step_is_said_as_one(window, trained) -> None:
    trained(steps=1)
    assert window.toolbar.progress_text.text() == "Completed 1 step"


def test_a_run_of_three_steps_fills_all_plots(window, trained) -> None:
    trained(steps=3)
    window.plots.arranging.move("map", Place.BOTTOM_RIGHT)
    QApplication.processEvents()
    boxes = [
        window.plots.flow.canvas.boxes[0],
        *window.plots.plot("curves.learning").canvas.boxes,
        window.plots.plot("map").canvas.boxes[0],
    ]
    for box in boxes:
        assert box.viewRange()[0] == pytest.approx([-0.5, 2.5])
