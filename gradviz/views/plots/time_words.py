"""What has become of a gradient on its way back through a sequence, in a sentence for each state.

Of an LSTM it needs both: what h loses c may keep, and a network that remembers by its cells would be called
one that forgets.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from gradviz.records.through_time import TimeGradient, TimeRow
from gradviz.views.number_format import count, significant
from gradviz.views.plots.edge_marks import Mark

_FEW, _MANY = 1e-3, 1e3
"""Beyond these ratios of the ends a gradient counts as vanished or exploded."""


def sentence(found: TimeGradient) -> str:
    """How much of what arrives at the end arrives at the beginning, in the last layer of a stack.

    First of h, then of the memory cells c where there are some.
    """
    said: list[str] = []
    through = 0
    for state in ("h", "c"):
        rows = [row for row in found.rows if row.state == state]
        if rows:
            words, through = _of(max(rows, key=lambda row: (not row.backwards, row.layer)), through)
            said.append(words)
    return " ".join(said)


def _of(row: TimeRow, told: int) -> tuple[str, int]:
    """What becomes of one, and through how many positions where that is `told` now; 0 where it is not."""
    name = f"‖∂L/∂{row.state}(t)‖"
    norms = row.norms[::-1] if row.backwards else row.norms
    last = len(norms) - 1
    broken = int((~np.isfinite(norms)).sum())
    if broken:
        words = _tr("{0} {3} is not finite at {1} of {2} positions.")
        return words.format(Mark.NAN.value, count(broken), count(last + 1), name), 0
    if not norms.any():
        return _tr("{0} {1} is exactly zero at every position.").format(Mark.ZERO.value, name), 0
    if norms[0] == 0:
        first = int(np.flatnonzero(norms)[0])
        words = _tr("{0} {2} is exactly zero farther than {1} from the end.")
        return words.format(Mark.ZERO.value, count(last - first), name), 0
    start = int(np.flatnonzero(norms)[-1])  # where the loss looks at the end of some sequences only
    if start == 0:
        return _tr("{0} is there at one position only.").format(name), 0
    ratio = float(norms[0]) / float(norms[start])
    each = ratio ** (1 / start)
    mark, verb = "", _tr("keeps")
    if ratio < _FEW:
        mark, verb = f"{Mark.ZERO.value} ", _tr("vanishes to")
    elif ratio > _MANY:
        mark, verb = f"{Mark.INFINITE.value} ", _tr("explodes to")
    words = _tr("{0}Through {1} positions {5} {2} {3} of itself: {4} a position.")
    if start == told:
        words = _tr("{0}{5} of the memory cells {2} {3}: {4} a position.")
    return words.format(mark, count(start), verb, significant(ratio), significant(each), name), start


def _tr(text: str) -> str:
    return QCoreApplication.translate("ThroughTime", text)
