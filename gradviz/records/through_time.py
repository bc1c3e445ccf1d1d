"""Gradients through time as they were recorded: norms at every position, of one recurrent layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gradviz.records.layer import LayerInfo
from gradviz.records.levels import Floats
from gradviz.records.reader import RunReader

QUANTITY = "time_gradient"
"""The scheduled item; what is recorded has “_h” or “_c” behind it."""
BACKWARDS = "_backwards"
"""Behind that where the layer reads the sequence from its end."""
RECURRENT = ("RNN", "LSTM", "GRU")


class TimeRow(NamedTuple):
    """Norms `[length]` of one layer of a stack (from 0) in one direction; `state` is “h” or “c”."""

    state: str
    layer: int
    backwards: bool
    norms: Floats


class TimeGradient(NamedTuple):
    """What was measured of `layer` at `step`; the rows have one length."""

    step: int
    layer: LayerInfo
    rows: tuple[TimeRow, ...]

    @property
    def stacked(self) -> int:
        """How many layers the stack has."""
        return 1 + max(row.layer for row in self.rows)


def time_gradient(reader: RunReader, step: int, selected: int | None) -> TimeGradient | None:
    """The newest at or before a step, of the measured layer `selected` where that is a recurrent one.

    Else of the last one there is, which the loss reaches first; None where nothing was recorded.
    """
    if reader.info.kinds.isdisjoint(RECURRENT):
        return None
    recurrent = [layer for layer in reader.info.layers if layer.kind in RECURRENT]
    layer = recurrent[-1]
    if selected is not None and (chosen := reader.info.measured[selected]).kind in RECURRENT:
        layer = chosen
    found: list[TimeRow] = []
    at = -1
    for state in ("h", "c"):
        for ending in ("", BACKWARDS):
            sample = reader.sample_at(f"{QUANTITY}_{state}{ending}", step, layer.index)
            if sample is not None:
                at = sample[0]
                found += _rows(state, layer, sample[1].astype(np.float32, copy=False), bool(ending))
    return TimeGradient(at, layer, tuple(found)) if found else None


def _rows(state: str, layer: LayerInfo, values: Floats, backwards: bool) -> Sequence[TimeRow]:
    length = layer.output_shape[0] if layer.output_shape else 0
    if not length or len(values) % length:
        length = len(values)  # of a model of somebody's own, which gives something else than the sequence
    return [
        TimeRow(state, number, backwards, norms) for number, norms in enumerate(values.reshape(-1, length))
    ]
