"""Everything that the pictures need of a run at one moment, as frozen data that any thread may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.records.depth import ChainFactors, LayerOutputs, chain_factors, layer_outputs
from gradviz.records.happenings import Event
from gradviz.records.histogram import LOOKED_AT
from gradviz.records.levels import Floats
from gradviz.records.marked import MarkedStep
from gradviz.records.part_lines import part_lines
from gradviz.records.parts import PART_NORM
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo, RunStatus
from gradviz.records.samples import Values
from gradviz.records.series import Series, join, nearest_level
from gradviz.records.single_numbers import AtCursor, Curve, at_cursor, curves, numbers, ratio_curves
from gradviz.records.through_time import TimeGradient, time_gradient

BAND_STEPS = 50
"""How many of the steps up to the shown one the band around the profile covers."""


class Profile(NamedTuple):
    """Gradient norms across depth at one step: arrays [L] over the measured layers.

    `clipped` is None where there is no clipping. The band is the smallest and largest of the last
    `BAND_STEPS` steps; NaN where all of them are. `step` is -1 and all is NaN before the first step.
    """

    step: int
    values: Floats
    clipped: Floats | None
    band_low: Floats
    band_high: Floats


HISTORIES = ("update_ratio", "weight_histogram", "gradient_histogram")
"""What can be asked for through time: the first of all layers [n, L], the others of the selected layer."""
MOST_COLUMNS = 600
"""Of these, which are whole arrays, fewer than of single numbers."""

History = tuple[npt.NDArray[np.int64], Values]
"""Steps [n] and values [n, k] of what is measured on a schedule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """One moment of a run. Arrays are shared and must not be written to.

    `cursor` is the step that is shown; `live` whether it is simply the newest; `exact` whether that very
    step is kept (else the nearest kept one is shown, its number is in `profile.step`). Of scheduled
    measurements it holds the newest at or before the cursor, with its step, or None. `numbers` are the single
    numbers of every step, with a line for each gate or head where these were asked for, and `curves` those
    that are measured now and then, by quantity, where the run has them; where the cursor is outside of the
    stretch in sight, or steps are drawn together, `at_cursor` has both there. `history` is what was measured
    now and then of those of `HISTORIES` that were asked for: steps [n] and values [n, k]. Of long ones both
    have no more than a picture shows, each as it was measured. `ratio_band` are the smallest and largest of
    each layer's last `BAND_STEPS` update ratios, with them. `looked_at` is how many entries the histograms
    of the selected layer are made of, None for all of them. `marked` are the steps that the user has
    marked.
    """

    run: RunInfo
    status: RunStatus
    last_step: int
    cursor: int
    live: bool
    exact: bool
    layer: int | None
    flow: Series
    profile: Profile
    numbers: Mapping[str, Series]
    curves: Mapping[str, Curve]
    at_cursor: AtCursor | None
    weight_norm: tuple[int, Floats] | None
    update_ratio: tuple[int, Floats] | None
    weight_histogram: tuple[int, npt.NDArray[np.int64]] | None
    gradient_histogram: tuple[int, npt.NDArray[np.int64]] | None
    time_gradient: TimeGradient | None
    history: Mapping[str, History]
    looked_at: int | None
    ratio_band: tuple[Floats, Floats] | None
    chain: ChainFactors | None
    outputs: LayerOutputs | None
    marked: tuple[MarkedStep, ...]
    events: tuple[Event, ...]
    measuring_cost: float | None
    steps_per_second: float | None


def take_snapshot(
    reader: RunReader,
    *,
    cursor: int | None,
    layer: int | None,
    columns: int,
    view: tuple[int, int] | None,
    wanted: frozenset[str] = frozenset(),
    marked: tuple[MarkedStep, ...] = (),
) -> Snapshot:
    """What the reader saw at its last refresh.

    `cursor` None follows the newest step. `layer` is the index of the selected measured layer. `columns` is
    the width of a picture in pixels, `view` the first and last step in sight, recorded or not (None: all).
    `wanted` are those of `HISTORIES` that a picture shows, and “part_norm”: reading all that was measured is
    dear.
    """
    last = reader.last_step
    shown = last if cursor is None else min(max(cursor, 0), last)
    if layer is not None and layer >= len(reader.info.measured):
        layer = None  # it was chosen in a picture of another run, which this one is about to replace
    begin, end = view or (0, last)
    begin, end = min(begin, max(last, 0)), min(end, last)  # a compared run may go on behind the end
    thinned = nearest_level(end - begin + 1, columns) > 0
    aside = shown >= 0 and (thinned or not begin <= shown <= end)
    events = reader.events()
    history = _histories(reader, layer, wanted, (begin, end, columns))
    found_curves = curves(reader, begin, end, columns)
    found_numbers = numbers(reader, begin, end, columns)
    if PART_NORM in wanted:
        found_numbers |= part_lines(reader, layer, begin, end, columns)
    if "update_ratio" in history:
        found_curves |= ratio_curves(reader, reader.ratios, *history["update_ratio"], layer)
    return Snapshot(
        run=reader.info,
        status=reader.status,
        last_step=last,
        cursor=shown,
        live=cursor is None,
        exact=last < 0 or all(reader.is_exact(quantity, shown) for quantity in reader.slices),
        layer=layer,
        flow=flow(reader, begin, end, columns),
        profile=_profile(reader, shown),
        numbers=found_numbers,
        curves=found_curves,
        at_cursor=at_cursor(reader, shown, layer, wanted) if aside else None,
        weight_norm=_floats(reader, "weight_norm", shown),
        update_ratio=_floats(reader, "update_ratio", shown),
        weight_histogram=_counts(reader, "weight_histogram", shown, layer),
        gradient_histogram=_counts(reader, "gradient_histogram", shown, layer),
        time_gradient=time_gradient(reader, shown, layer),
        history=history,
        looked_at=_looked_at(reader, layer),
        ratio_band=_ratio_band(reader, shown) if "update_ratio" in history else None,
        chain=chain_factors(reader, shown, events),
        outputs=layer_outputs(reader, shown),
        marked=marked,
        events=events,
        measuring_cost=_number(reader, "measuring_cost", shown),
        steps_per_second=_number(reader, "steps_per_second", shown),
    )


def flow(reader: RunReader, begin: int, end: int, columns: int) -> Series:
    """The gradient norms of all measured layers over the steps; of a column of steps only their mean."""
    if "grad_norm" in reader.slices:
        return reader.means("grad_norm", begin, end, columns)
    return join([], 0, 0)


def _profile(reader: RunReader, step: int) -> Profile:
    if "grad_norm" not in reader.slices:
        nothing = np.empty(0, np.float32)
        return Profile(-1, nothing, None, nothing, nothing)
    shown, values = reader.at("grad_norm", step)
    clipped = reader.at("grad_norm_clipped", step)[1] if "grad_norm_clipped" in reader.slices else None
    band = reader.series("grad_norm", step - BAND_STEPS + 1, step, BAND_STEPS)
    if not len(band.steps):
        return Profile(shown, values, clipped, values, values)
    return Profile(
        shown, values, clipped, np.fmin.reduce(band.low, axis=1), np.fmax.reduce(band.high, axis=1)
    )


def _histories(
    reader: RunReader, layer: int | None, wanted: frozenset[str], stretch: tuple[int, int, int]
) -> dict[str, History]:
    begin, end, columns = stretch
    found = {}
    for quantity in sorted(wanted & frozenset(HISTORIES)):
        whose = -1 if quantity == "update_ratio" else layer
        if whose is not None:
            steps, values = reader.picked(quantity, begin, end, min(columns, MOST_COLUMNS), whose)
            if len(steps):
                found[quantity] = (steps, values)
    return found


def _ratio_band(reader: RunReader, step: int) -> tuple[Floats, Floats] | None:
    recent = reader.recent_samples("update_ratio", step, BAND_STEPS).astype(np.float32, copy=False)
    return (np.fmin.reduce(recent, axis=0), np.fmax.reduce(recent, axis=0)) if len(recent) else None


def _floats(reader: RunReader, quantity: str, step: int) -> tuple[int, Floats] | None:
    found = reader.sample_at(quantity, step)
    return found and (found[0], found[1].astype(np.float32, copy=False))


def _counts(
    reader: RunReader, quantity: str, step: int, layer: int | None
) -> tuple[int, npt.NDArray[np.int64]] | None:
    found = None if layer is None else reader.sample_at(quantity, step, layer)
    return found and (found[0], found[1].astype(np.int64, copy=False))


def _looked_at(reader: RunReader, layer: int | None) -> int | None:
    found = None if layer is None else reader.sample_at(LOOKED_AT, reader.last_step)
    if found is None or layer is None or not layer < len(found[1]):
        return None
    entries = int(found[1][layer])
    return entries if entries < reader.info.measured[layer].parameters else None


def _number(reader: RunReader, quantity: str, step: int) -> float | None:
    found = reader.sample_at(quantity, step)
    return None if found is None else float(found[1][0])
