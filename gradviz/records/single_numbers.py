"""The single numbers of a run, as curves over the steps show them: of every step, and measured now and then.

A picture that shows a stretch of the run still names the values at the cursor, which may lie outside of it:
what is drawn does not know these, so they are read besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gradviz.records.frozen import frozen_columns
from gradviz.records.levels import Floats
from gradviz.records.part_lines import part_lines
from gradviz.records.parts import PART_NORM
from gradviz.records.reader import RunReader
from gradviz.records.samples import Values
from gradviz.records.series import Series
from gradviz.records.spread import RatioSpread

PER_LAYER = ("grad_norm", "grad_norm_clipped")
"""What has a value for every measured layer, be it only one."""
CURVES = ("val_loss", "val_accuracy", "val_perplexity")
"""Single numbers that are measured now and then and shown as curves."""
AVERAGED_STEPS = 50
"""Over at most so many steps a curve is averaged."""

Curve = tuple[npt.NDArray[np.int64], Floats]
"""Steps [n] and values [n] of a number that is measured on a schedule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AtCursor:
    """The last `AVERAGED_STEPS` up to a cursor that is not in what is drawn: out of sight, or thinned.

    `numbers` and `curves` are as in a snapshot; a curve has only the newest measurement at or before it.
    """

    numbers: Mapping[str, Series]
    curves: Mapping[str, Curve]


def numbers(reader: RunReader, begin: int, end: int, columns: int) -> dict[str, Series]:
    """The single numbers of every step, by quantity."""
    return {
        quantity: reader.series(quantity, begin, end, columns)
        for quantity, place in reader.slices.items()
        if place.stop - place.start == 1 and quantity not in PER_LAYER
    }


def curves(reader: RunReader, begin: int, end: int, columns: int) -> dict[str, Curve]:
    """The single numbers that were measured now and then, by quantity: in detail from `begin` to `end`.

    Before and behind them as the whole run is shown.
    """
    found = {}
    for quantity in CURVES:
        steps, values = reader.picked(quantity, 0, reader.last_step, columns)
        if len(steps) and (begin, end) != (0, reader.last_step):
            near, detail = reader.picked(quantity, begin, end, columns)
            before = steps < near[0] if len(near) else steps < begin
            after = steps > (near[-1] if len(near) else end)
            steps = np.concatenate([steps[before], near, steps[after]])
            values = np.concatenate([values[before], detail.reshape(-1, values.shape[1]), values[after]])
        if len(steps):
            found[quantity] = (steps, values[:, 0].astype(np.float32, copy=False))
    return found


def ratio_curves(
    reader: RunReader, spread: RatioSpread, steps: npt.NDArray[np.int64], ratios: Values, layer: int | None
) -> dict[str, Curve]:
    """Of ratios [n, L] the smallest above zero, the median and the largest, and those of one layer.

    Layers that were frozen count for none of the three.
    """
    ratios = ratios.astype(np.float32, copy=False)
    names = [layer.name for layer in reader.info.measured]
    frozen = frozen_columns(reader.events(), names, steps, np.ones_like(steps))
    low, median, high = spread.of(steps, ratios, frozen.T if frozen.any() else None)
    found = {
        "update_ratio_low": (steps, low),
        "update_ratio_median": (steps, median),
        "update_ratio_high": (steps, high),
    }
    if layer is not None and layer < ratios.shape[1]:
        found["update_ratio_layer"] = (steps, ratios[:, layer])
    return found


def at_cursor(reader: RunReader, cursor: int, layer: int | None, wanted: frozenset[str]) -> AtCursor:
    """The single numbers up to a step, and of update ratios and gates and heads those that are wanted."""
    first = max(cursor - AVERAGED_STEPS + 1, 0)
    found = numbers(reader, first, cursor, AVERAGED_STEPS)
    if PART_NORM in wanted:
        found |= part_lines(reader, layer, first, cursor, AVERAGED_STEPS)
    measured: dict[str, Curve] = {}
    for quantity in CURVES:
        sample = reader.sample_at(quantity, cursor)
        if sample is not None:
            measured[quantity] = (np.array([sample[0]]), sample[1].astype(np.float32, copy=False))
    ratios = reader.sample_at("update_ratio", cursor) if "update_ratio" in wanted else None
    if ratios is not None:
        measured |= ratio_curves(reader, RatioSpread(), np.array([ratios[0]]), ratios[1][None], layer)
    return AtCursor(numbers=found, curves=measured)
