"""A network that takes very much memory is trained only after a question that says how much."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from gradviz.records.layer import Inspection, LayerInfo


def of_size(parameters: int) -> Inspection:
    layer = LayerInfo(
        index=0,
        name="Linear 1",
        kind="Linear",
        path=(0,),
        repeat=(),
        module="0",
        output_shape=(10,),
        parameters=parameters,
    )
    return Inspection(input_shape=(1,), classes=10, layers=(layer,), nodes=(), problems=())


@pytest.fixture
def answers(qtbot):
    """Answers every question in turn, and keeps what was asked."""
    asked, waiting = [], []

    def look() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox) and waiting:
            asked.append(box.informativeText())
            box.button(waiting.pop(0)).click()

    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    yield lambda *given: (waiting.extend(given), asked)[1]
    timer.stop()


@pytest.mark.parametrize("key", ["run.train", "run.step"])
def test_it_asks_and_a_yes_holds(window, host, answers, key) -> None:
    buttons = QMessageBox.StandardButton
    host.answer(of_size(2_000_000_000))
    asked = answers(buttons.Cancel, buttons.Yes)
    window.actions_by_key[key].trigger()
    assert host.orders() == []
    window.actions_by_key[key].trigger()
    assert host.orders()[0] == "train"
    assert "2,000,000,000 parameters" in asked[0]
    assert "GB of memory" in asked[0]
    window.actions_by_key["run.train"].trigger()
    assert len(asked) == 2


def test_a_small_network_is_trained_at_once(window, host) -> None:
    window.actions_by_key["run.train"].trigger()
    assert host.orders() == ["train"]
