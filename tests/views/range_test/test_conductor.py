from dataclasses import replace

from found import FOUND
from PySide6.QtCore import QCoreApplication, QEvent

from gradviz.control.engine_state import EngineState


def opened(window):
    window.left.training.optimizer.find_button.click()
    QCoreApplication.processEvents()
    return window.range_tests.dialog


def test_find_asks_the_engine_and_uses_its_proposal(window, document, host) -> None:
    dialog = opened(window)
    assert ("range_test", {"low": 1e-7, "high": 10.0, "steps": 200}) in host.asked
    host.range_tested.emit(replace(FOUND, id=len(host.asked)))
    dialog.use.click()
    assert document.experiment.optimizer.lr == 0.01
    assert window.left.training.optimizer.rate.fields["lr"].widget.text() == "0.01"
    assert window.range_tests.dialog is None
    document.undo_stack.undo()
    assert document.experiment.optimizer.lr == 0.1
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_an_answer_to_a_test_that_was_given_up_is_dropped(window, host) -> None:
    opened(window).reject()
    assert "stop_range_test" in host.orders()
    number = len(host.asked)
    dialog = opened(window)
    host.range_tested.emit(replace(FOUND, id=number - 1))
    assert dialog.is_running
    dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_while_a_run_trains_there_is_nothing_to_find(window, host) -> None:
    host.be(EngineState.TRAINING)
    assert not window.left.training.optimizer.find_button.isEnabled()
    host.be(EngineState.READY)
    assert window.left.training.optimizer.find_button.isEnabled()
