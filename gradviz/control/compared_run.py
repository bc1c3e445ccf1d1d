"""What the pictures need of a run that is compared with the shown one, as frozen data.

Less than a snapshot: of all layers only what is drawn, and the map's numbers only where the map is made of
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gradviz.control.run_entry import RunEntry
from gradviz.control.step_horizon import horizon
from gradviz.records import single_numbers, snapshot
from gradviz.records.depth import ChainFactors, LayerOutputs, chain_factors, layer_outputs
from gradviz.records.levels import Floats
from gradviz.records.reader import RunReader
from gradviz.records.run import RunState
from gradviz.records.schema import FACTOR
from gradviz.records.series import Series
from gradviz.records.single_numbers import Curve


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedRun:
    """One run beside the shown one. Arrays are shared and must not be written to.

    `number` gives its colour, `layers` names its measured layers, `every` has name and kind of all of them.
    `numbers` and `curves` are as in a snapshot, update ratios among them where they were asked for; `profile`
    are the gradient norms of its layers at `step`, the shown step or its own last one, and `update_ratio`,
    `chain` and `outputs` what was measured last at or before it. `flow` is there where it was asked for.
    `reach` is how far an axis over steps goes to show all of it: to its last step, while it grows further.
    """

    id: str
    name: str
    number: int
    layers: tuple[str, ...]
    every: tuple[tuple[str, str], ...]
    last_step: int
    reach: int
    step: int
    profile: Floats | None
    update_ratio: tuple[int, Floats] | None
    chain: ChainFactors | None
    outputs: LayerOutputs | None
    numbers: Mapping[str, Series]
    curves: Mapping[str, Curve]
    flow: Series | None


def read_compared(
    reader: RunReader,
    entry: RunEntry,
    number: int,
    *,
    cursor: int,
    view: tuple[int, int],
    level: int,
    has_flow: bool,
    has_ratios: bool = False,
    layer: str | None = None,
    before: ComparedRun | None = None,
) -> ComparedRun:
    """All of it, as of the reader's last refresh; `layer` names the one whose update ratios are a curve.

    `view` are the first and last step in sight, which the run may not reach; runs of different lengths are
    drawn alike, 8**`level` steps a column.

    `before` is what was read since that refresh already: only the stretch is another, and the rest stays.
    """
    first, last = view
    columns = max(1, round((min(last, reader.last_step) - first + 1) / FACTOR**level))
    curves = single_numbers.curves(reader, first, last, columns)
    names = tuple(info.name for info in reader.info.measured)
    if has_ratios:
        steps, ratios = reader.picked("update_ratio", first, last, min(columns, snapshot.MOST_COLUMNS))
        if len(steps):
            index = names.index(layer) if layer in names else None
            curves |= single_numbers.ratio_curves(reader, reader.ratios, steps, ratios, index)
    numbers = single_numbers.numbers(reader, first, last, columns)
    flow = snapshot.flow(reader, first, last, columns) if has_flow else None
    if before is not None:
        return replace(before, numbers=numbers, curves=curves, flow=flow)
    found = ComparedRun(
        id=entry.id,
        name=entry.name,
        number=number,
        layers=names,
        every=tuple((info.name, info.kind) for info in reader.info.layers),
        last_step=reader.last_step,
        reach=reach(reader),
        step=-1,
        profile=None,
        update_ratio=None,
        chain=None,
        outputs=None,
        numbers=numbers,
        curves=curves,
        flow=flow,
    )
    return at_cursor(found, reader, cursor)


def reach(reader: RunReader) -> int:
    """How far an axis over steps goes to show all of a run: to its last step, while it grows further."""
    if reader.status.state is RunState.FINISHED:
        return reader.last_step
    return horizon(reader.last_step, reader.info.steps)


def at_cursor(run: ComparedRun, reader: RunReader, cursor: int) -> ComparedRun:
    """The same with what lies across depth at another step: 0.2 ms at 50 layers, 0.7 ms at 1,000."""
    if run.last_step < 0:
        return run
    step = min(max(cursor, 0), run.last_step)
    ratios = reader.sample_at("update_ratio", step)
    run = replace(
        run,
        update_ratio=ratios and (ratios[0], ratios[1].astype(np.float32, copy=False)),
        chain=chain_factors(reader, step, reader.events()),
        outputs=layer_outputs(reader, step),
    )
    if "grad_norm" not in reader.slices:
        return run
    step, profile = reader.at("grad_norm", step)
    return replace(run, step=step, profile=profile)
