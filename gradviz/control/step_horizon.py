"""How far an axis over steps reaches while a run is still going on."""

from __future__ import annotations


def horizon(last: int, asked: int, reach: int = -1) -> int:
    """The last step an axis shows when `last` is the newest one and `asked` steps were asked for.

    It grows through 100, 200, 500, 1,000, … and never beyond what was asked for, but up to `reach`: where a
    run is compared that is longer, it is seen to its end. The time cursor does not go there: it is a place in
    the shown run.
    """
    end = 100
    factors = (2.0, 2.5, 2.0)
    turn = 0
    while end < last + 1:
        end = int(end * factors[turn % 3])
        turn += 1
    return max(1, last, reach, min(end, asked) - 1 if asked > 0 else end)
