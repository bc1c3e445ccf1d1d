"""A flood of lines is cut, and the cut is counted."""

from __future__ import annotations

from gradviz.control.log_throttle import LogThrottle


def test_so_many_lines_a_second_pass() -> None:
    throttle = LogThrottle(limit=3)
    assert [throttle.admits(10.0 + i / 10) for i in range(5)] == [True, True, True, False, False]
    assert throttle.admits(11.0)
    assert throttle.take_dropped() == 2
    assert throttle.take_dropped() == 0
