"""Ctrl-C: once to stop and save, twice to end at once, and what is said then."""

from __future__ import annotations

import signal

import pytest

from gradviz.cli import run_command
from gradviz.cli.run_command import interruptible
from gradviz.training.control import RunControl


@pytest.fixture
def clock(monkeypatch):
    """What `monotonic` says, in a list."""
    now = [100.0]
    monkeypatch.setattr(run_command, "monotonic", lambda: now[0])
    return now


def test_one_that_follows_at_once_is_the_same_one(clock):
    control = RunControl()
    with interruptible(control) as received:
        signal.raise_signal(signal.SIGINT)
        clock[0] += 0.02
        signal.raise_signal(signal.SIGINT)
    assert received == [signal.SIGINT]
    assert control.stopped


def test_another_one_ends_at_once(clock):
    with interruptible(RunControl()):
        signal.raise_signal(signal.SIGINT)
        clock[0] += 1
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_one_that_comes_after_the_end_does_not_take_the_last_words(clock):
    with interruptible(RunControl()):
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)


def test_who_was_not_interrupted_can_be_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with interruptible(RunControl()):
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_what_was_not_saved_is_said_to_be_kept(command, monkeypatch):
    def interrupted(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_command, "save_session", interrupted)
    arguments = ("run", "example:vanishing", "--set", "training.steps=3", "-o", "cut.gradviz")
    status, _, err = command(*arguments)
    assert status == 130
    assert err.startswith("Interrupted before cut.gradviz was saved. The run is kept: ")
