"""What an engine says after a range test, without one."""

from gradviz.control.engine_state import RangeTested

FOUND = RangeTested(
    id=1,
    rates=(1e-4, 1e-3, 1e-2, 1e-1, 1.0),
    losses=(2.3, 2.2, 1.0, 0.4, 3.0),
    smoothed=(2.3, 2.1, 1.1, 0.5, 2.0),
    steepest=1e-2,
    lowest=1e-1,
    proposal=1e-2,
    sentence="Take 0.01.",
)
