from __future__ import annotations

import math
import threading

import pytest

from gradviz.training.control import RunControl


def test_pause_and_resume() -> None:
    control = RunControl()
    assert not control.paused
    control.pause()
    assert control.paused
    control.resume()
    assert not control.paused


def test_step_lets_one_step_through() -> None:
    control = RunControl()
    control.step()
    assert not control.paused
    assert control.take_step()
    assert control.paused
    assert not control.take_step()


def test_learning_rate_is_taken_once() -> None:
    control = RunControl()
    assert control.take_lr() is None
    control.set_lr(0.1)
    control.set_lr(0.2)
    assert control.take_lr() == 0.2
    assert control.take_lr() is None


@pytest.mark.parametrize("lr", [-1.0, math.nan, math.inf])
def test_impossible_learning_rate(lr: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        RunControl().set_lr(lr)


def test_owner_is_asked_and_waited_for() -> None:
    calls: list[bool] = []
    control = RunControl(calls.append)
    control.ask()
    control.wait()
    assert calls == [False, True]


@pytest.mark.parametrize("command", ["resume", "step", "stop", "set_lr"])
def test_command_from_another_thread_ends_the_wait(command: str) -> None:
    control = RunControl()
    control.pause()
    arguments = (0.5,) if command == "set_lr" else ()
    timer = threading.Timer(0.02, getattr(control, command), arguments)
    timer.start()
    control.wait()
    timer.join()
    assert control.stopped == (command == "stop")
