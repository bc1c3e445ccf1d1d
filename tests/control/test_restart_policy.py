"""An engine that died is started again, but not for ever."""

from __future__ import annotations

from gradviz.control.restart_policy import BACK_OFF_MS, CRASH_WINDOW_S, CRASHES_ALLOWED, RestartPolicy


def test_the_first_crash_is_mended_at_once() -> None:
    assert RestartPolicy().after_end(5.0, was_up=True) == 0


def test_three_ends_without_being_ready_are_enough() -> None:
    policy = RestartPolicy()
    delays = [policy.after_end(time, was_up=False) for time in (0.0, 100.0, 200.0)]
    assert delays == [BACK_OFF_MS[1], BACK_OFF_MS[2], None]
    policy.reset()
    assert policy.after_end(201.0, was_up=False) is not None


def test_being_ready_in_between_forgives() -> None:
    policy = RestartPolicy()
    for time in range(20):
        assert policy.after_end(time * CRASH_WINDOW_S, was_up=time % 2 == 0) is not None


def test_crash_after_crash_is_given_up() -> None:
    policy = RestartPolicy()
    delays = [policy.after_end(float(time), was_up=True) for time in range(CRASHES_ALLOWED)]
    assert delays == [0, 250, 1000, 1000, None]
