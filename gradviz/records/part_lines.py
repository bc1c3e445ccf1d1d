"""What a picture shows of gates and heads: a line for each part of one layer, or what many have in common.

More than sixteen lines nobody tells apart: of so many heads it is the smallest, the median with the half of
all heads around it, and the largest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from gradviz.records.layer import LayerInfo
from gradviz.records.parts import PART_NORM, LayerParts, PartKind, columns_of
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo
from gradviz.records.series import Series

GATES = frozenset({PartKind.GATE})
HEADS = frozenset({PartKind.PROJECTION, PartKind.HEAD})
"""The kinds that one picture shows together."""
MOST_LINES = 16
SMALLEST, MEDIAN, LARGEST = "smallest", "median", "largest"


def quantity_of(kind: PartKind, name: str) -> str:
    """The name under which a line stands among the single numbers of a snapshot."""
    return f"{kind}: {name}"


def layer_in_parts(info: RunInfo, kinds: Collection[PartKind], selected: int | None) -> LayerInfo | None:
    """The selected measured layer where it has such parts, otherwise the first one that has some."""
    having = [parts.layer for parts in info.parts if parts.kind in kinds]
    if not having:
        return None
    measured = info.measured
    if selected is not None and selected < len(measured) and measured[selected].index in having:
        return measured[selected]
    return next(layer for layer in info.layers if layer.index == having[0])


def part_quantities(info: RunInfo, selected: int | None) -> list[str]:
    """The quantities of `part_lines`, without reading anything."""
    return [
        quantity_of(parts.kind, name)
        for parts, _ in _shown(info, selected)
        for name in (_named(parts) or (SMALLEST, MEDIAN, LARGEST))
    ]


def part_lines(
    reader: RunReader, selected: int | None, begin: int, end: int, columns: int
) -> dict[str, Series]:
    """The gradient norms of the parts of the shown layers, by quantity, one row each.

    Of “median” `low` and `high` are the quartiles over the heads, of the others the extremes of a column's
    steps.
    """
    shown = _shown(reader.info, selected)
    if not shown or PART_NORM not in reader.slices:
        return {}
    series = reader.series(PART_NORM, begin, end, columns)
    found: dict[str, Series] = {}
    for parts, place in shown:
        names = _named(parts)
        for name, row in zip(names, range(place.start, place.stop), strict=False):
            found[quantity_of(parts.kind, name)] = _rows(series, slice(row, row + 1))
        if not names:
            summary = _summary(_rows(series, place))
            found |= {quantity_of(parts.kind, name): line for name, line in summary.items()}
    return found


def _shown(info: RunInfo, selected: int | None) -> list[tuple[LayerParts, slice]]:
    found: list[tuple[LayerParts, slice]] = []
    for kinds in (GATES, HEADS):
        layer = layer_in_parts(info, kinds, selected)
        if layer is not None:
            found += columns_of(info.parts, layer.index)
    return found


def _named(parts: LayerParts) -> tuple[str, ...]:
    """The names of the parts, none where there are too many for a line each."""
    return parts.names if len(parts.names) <= MOST_LINES else ()


def _rows(series: Series, place: slice) -> Series:
    mean = series.mean[place]
    if series.low is series.mean:  # where a column is one step
        return replace(series, mean=mean, low=mean, high=mean)
    return replace(series, mean=mean, low=series.low[place], high=series.high[place])


def _summary(heads: Series) -> dict[str, Series]:
    def at_place(share: float, values: np.ndarray) -> np.ndarray:
        """NaN where a head is NaN, as `np.quantile` has it, without its warnings about Inf."""
        ordered = np.sort(values, axis=0)
        place = share * (len(values) - 1)
        below, above = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
        broken = np.isnan(values).any(axis=0)
        middle = np.where(below == above, below, below / 2 + above / 2)
        return np.where(broken, np.float32(np.nan), middle)[None].astype(np.float32)

    quarters = [at_place(share, heads.mean) for share in (0.25, 0.5, 0.75)]
    smallest, largest = at_place(0, heads.mean), at_place(1, heads.mean)
    return {
        SMALLEST: replace(heads, mean=smallest, low=smallest, high=smallest),
        MEDIAN: replace(heads, mean=quarters[1], low=quarters[0], high=quarters[2]),
        LARGEST: replace(heads, mean=largest, low=largest, high=largest),
    }
