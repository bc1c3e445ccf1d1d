"""The update ratios of layers that are selected beside the primary one, as lines of their own.

Eight are as many as can be told apart; how many more are selected is said. They take the colours of parts
that neither a line of the pane nor its guide has; where those are used up they come again, dashed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from gradviz.records.series import Series
from gradviz.records.single_numbers import Curve
from gradviz.records.snapshot import Snapshot
from gradviz.views.picking import Rows
from gradviz.views.plots.curve_design import Line
from gradviz.views.theme import PART_TONES

MOST_LAYERS = 8
_TONES = PART_TONES[3:]
_NONE: tuple[np.ndarray, np.ndarray] = (np.empty(0, np.int64), np.empty((0, 0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerCurves:
    """What was measured now and then of some layers, by the quantities of their lines."""

    curves: Mapping[str, Curve]
    numbers: Mapping[str, Series] = field(default_factory=dict)


def not_drawn(snapshot: Snapshot, chosen: Rows) -> int:
    """How many of the chosen layers have no line."""
    return max(len(_beside(snapshot, chosen)) - MOST_LAYERS, 0)


def ratios_beside(snapshot: Snapshot, chosen: Rows) -> tuple[tuple[Line, ...], LayerCurves]:
    """A line for each of the chosen layers but the primary, at most the last eight, and its values."""
    steps, ratios = snapshot.history.get("update_ratio", _NONE)
    measured = snapshot.run.measured
    lines, curves = [], {}
    for number, row in enumerate(_beside(snapshot, chosen)[-MOST_LAYERS:]):
        quantity = _quantity(row)
        lines.append(
            Line(
                quantity=quantity,
                name=measured[row].name,
                tone=_TONES[number % len(_TONES)],
                sampled=True,
                dashed=number >= len(_TONES),
                layer=row,
            )
        )
        curves[quantity] = (steps, ratios[:, row].astype(np.float32, copy=False))
    return tuple(lines), LayerCurves(curves=curves)


def ratios_at_cursor(snapshot: Snapshot, chosen: Rows) -> LayerCurves:
    """The same at the shown step, in sight or not."""
    step, ratios = snapshot.update_ratio or (-1, np.empty(0, np.float32))
    rows = [row for row in chosen if row < len(ratios)]
    return LayerCurves(curves={_quantity(row): (np.array([step]), ratios[row : row + 1]) for row in rows})


def _quantity(row: int) -> str:
    return f"update_ratio_of_{row}"


def _beside(snapshot: Snapshot, chosen: Rows) -> list[int]:
    """Those that are not the primary and have ratios, in the order in which they were selected."""
    _, ratios = snapshot.history.get("update_ratio", _NONE)
    count = min(ratios.shape[1], len(snapshot.run.measured))
    return [row for row in chosen if row != snapshot.layer and row < count]
