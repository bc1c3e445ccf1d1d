"""What has become of a gradient on its way back through a sequence, in one sentence."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from gradviz.records.through_time import TimeGradient, TimeRow
from gradviz.views.number_format import count, significant
from gradviz.views.plots.edge_marks import Mark

_FEW, _MANY = 1e-3, 1e3
"""Beyond these ratios of the ends a gradient counts as vanished or exploded."""


def sentence(found: TimeGradient) -> str:
    """How much of what arrives at the end arrives at the beginning, in the last layer of a stack."""
    row = max(
        (row for row in found.rows if row.state == "h"),
        key=lambda row: (not row.backwards, row.layer),
        default=found.rows[0],
    )
    return _of(row)


def _of(row: TimeRow) -> str:
    norms = row.norms[::-1] if row.backwards else row.norms
    last = len(norms) - 1
    broken = int((~np.isfinite(norms)).sum())
    if broken:
        words = _tr("{0} ‖∂L/∂h(t)‖ is not finite at {1} of {2} positions.")
        return words.format(Mark.NAN.value, count(broken), count(last + 1))
    if not norms.any():
        return _tr("{0} ‖∂L/∂h(t)‖ is exactly zero at every position.").format(Mark.ZERO.value)
    if norms[0] == 0:
        first = int(np.flatnonzero(norms)[0])
        words = _tr("{0} ‖∂L/∂h(t)‖ is exactly zero farther than {1} from the end.")
        return words.format(Mark.ZERO.value, count(last - first))
    start = int(np.flatnonzero(norms)[-1])  # where the loss looks at the end of some sequences only
    if start == 0:
        return _tr("‖∂L/∂h(t)‖ is there at one position only.")
    ratio = float(norms[0]) / float(norms[start])
    each = ratio ** (1 / start)
    mark, verb = "", _tr("keeps")
    if ratio < _FEW:
        mark, verb = f"{Mark.ZERO.value} ", _tr("vanishes to")
    elif ratio > _MANY:
        mark, verb = f"{Mark.INFINITE.value} ", _tr("explodes to")
    words = _tr("{0}Through {1} positions ‖∂L/∂h(t)‖ {2} {3} of itself: {4} a position.")
    return words.format(mark, count(start), verb, significant(ratio), significant(each))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ThroughTime", text)
