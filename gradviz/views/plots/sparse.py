"""What is measured now and then, where few measurements are in sight: what lies between them is not known.

A line through two measurements a thousand steps apart looks like a thousand measurements. So the line over a
gap that is wide in the picture is dotted and faint, and the remark counts what was measured.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from gradviz.views.number_format import count

WIDE = 1 / 8
"""A gap that takes more than this share of the picture's width is wide."""


def wide_gaps(steps: np.ndarray, span: float) -> np.ndarray:
    """Of measurements at `steps` [n], which of the gaps [n - 1] are wide where `span` steps are in sight.

    From one step to the next nothing was left out: that is never wide.
    """
    wide: np.ndarray = np.diff(steps) > max(span * WIDE, 1.0)
    return wide


def few_words(steps: np.ndarray, first: float, last: float) -> str:
    """“measured 3 times in sight” where a gap among them, or before or behind all, is wide; else nothing."""
    seen = steps[(steps >= first) & (steps <= last)]
    if len(steps) and not len(seen):
        return _tr("not measured in sight")
    if len(seen) == 1:
        return _tr("measured once in sight")
    if not wide_gaps(seen, last - first).any():
        return ""
    return _tr("measured {0} times in sight").format(count(len(seen)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Sparse", text)
