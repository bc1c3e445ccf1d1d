from __future__ import annotations

from PySide6.QtWidgets import QToolButton

from gradviz.control.engine_state import EngineState, StepReplayed
from gradviz.records.run import FinishReason

REASON = "The loss is not finite at step 2: the first non-finite value appears in Linear 2."


def test_what_is_said_about_a_run_goes_and_comes_with_it(window, document, trained) -> None:
    fine = trained(FinishReason.COMPLETED)
    broken = trained(FinishReason.DIVERGED, REASON)
    assert window.strip.text == f"Run 2: {REASON}"
    window.runs.show_run(document.run(fine))
    assert not window.strip.isVisible()
    window.runs.show_run(document.run(broken))
    assert window.strip.isVisible()
    assert window.strip.text == f"Run 2: {REASON}"
    document.rename_run(broken, "Too fast")
    assert window.strip.text == f"Too fast: {REASON}"
    window.strip.findChild(QToolButton).click()
    window.runs.show_run(document.run(fine))
    window.runs.show_run(document.run(broken))
    assert not window.strip.isVisible()


def test_what_is_said_about_a_run_goes_when_the_run_does(window, document, trained) -> None:
    broken = trained(FinishReason.DIVERGED, REASON)
    document.remove_run(broken)
    assert not window.strip.isVisible()


def test_the_step_that_broke_is_done_again_from_its_message(window, document, host, trained) -> None:
    fine = trained(FinishReason.COMPLETED)
    broken = trained(FinishReason.DIVERGED, REASON)
    window.runs.clock.set_cursor(0)
    window.strip.act()
    number = len(host.asked)
    assert host.asked[-1][0] == "replay"
    assert host.asked[-1][1][0] == broken
    assert host.asked[-1][1][2] == 2
    assert "Run 2: Step 2 is done again" in window.strip.text
    window.runs.show_run(document.run(fine))
    assert not window.strip.isVisible()
    host.step_replayed.emit(StepReplayed(id=number, sentence="The first Inf was made by Linear 2."))
    assert window.strip.text == "Run 2: The first Inf was made by Linear 2."
    window.runs.show_run(document.run(broken))
    assert window.strip.text == "Run 2: The first Inf was made by Linear 2."


def test_a_replay_of_a_run_that_is_gone_says_nothing(window, document, host, trained) -> None:
    """Nothing keeps from removing a run, or from opening another session, while its step is done again."""
    removed = trained(FinishReason.DIVERGED, REASON)
    window.strip.act()
    number = len(host.asked)
    document.remove_run(removed)
    host.step_replayed.emit(StepReplayed(id=number, sentence="The first Inf was made by Linear 2."))
    assert not window.strip.isVisible()
    trained(FinishReason.DIVERGED, REASON)
    window.strip.act()
    number = len(host.asked)
    document.new()
    host.step_replayed.emit(StepReplayed(id=number, sentence="The first Inf was made by Linear 2."))
    assert not window.strip.isVisible()


def test_a_replay_that_is_wanted_waits_for_the_engine(window, host, trained) -> None:
    broken = trained(FinishReason.DIVERGED, REASON)
    host.be(EngineState.RESTARTING)
    window.messages.replay_wanted.emit(broken, 2)
    assert "replay" not in host.orders()
    host.be(EngineState.READY)
    assert host.orders()[-1] == "replay"


def test_a_diverged_run_of_an_earlier_time_says_so_too(window, document, trained) -> None:
    broken = trained(FinishReason.DIVERGED, REASON)
    window.runs.show_run(None)
    window.messages.show_run(None)
    document.session_closing.emit()
    assert not window.strip.isVisible()
    window.runs.show_run(document.run(broken))
    assert window.strip.text == f"Run 1: {REASON}"
