"""Where the chain rule's plot puts things: levels over blocks, factors beside the layers, axes with room."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from gradviz.records.depth import BlockShare, ChainFactors
from gradviz.views.plots.edge_marks import EdgeMarks, Mark, kinds
from gradviz.views.plots.magnitude import log10
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.slow_range import SlowRange


def relative(gradients: np.ndarray) -> np.ndarray:
    """Over the last one that is a number above zero; NaN where there is none."""
    usable = np.flatnonzero(np.isfinite(gradients) & (gradients > 0))
    return gradients / gradients[usable[-1]] if len(usable) else np.full(len(gradients), np.nan)


def fit(box: PlotBox, slow: SlowRange, logs: np.ndarray) -> None:
    """Let the axis have room for all of it, and for the line at 1."""
    usable = np.append(logs[np.isfinite(logs)], 0.0)
    slow.include(float(usable.min()), float(usable.max()), time.monotonic())
    margin = 0.05 * (slow.high - slow.low)
    box.setYRange(slow.low - margin, slow.high + margin, padding=0)


def mark(
    marks: EdgeMarks,
    slow: SlowRange,
    values: np.ndarray,
    further: Mapping[Mark, Sequence[float]] | None = None,
) -> None:
    """Zero and infinity at the edges, those of `values` at their rows; NaN is what was not measured."""
    found = kinds(values)
    edges = {Mark.ZERO: slow.low, Mark.INFINITE: slow.high}
    places = {kind: np.append(found[kind], (further or {}).get(kind, ())) for kind in edges}
    marks.show({kind: (x, np.full(len(x), edges[kind])) for kind, x in places.items()})


def spans(blocks: Sequence[BlockShare], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A level segment over the layers of each block, as pairs of points."""
    x = np.array([(min(block.layers) - 0.4, max(block.layers) + 0.4) for block in blocks]).ravel()
    return x, np.repeat(values, 2)


def beside_factors(chain: ChainFactors) -> list[tuple[float, float]]:
    """Where the factors of joins and skips stand, and the factors.

    A join stands in its middle, a skip before its block, where its gradient is added.
    """
    found = [(float(np.mean(join.layers)), join.gain) for join in chain.joins if join.layers]
    return found + [
        (max(min(block.layers) - 0.5, -0.4), block.skip_factor)
        for block in chain.blocks
        if block.layers and block.counts
    ]


def beside(chain: ChainFactors) -> tuple[np.ndarray, np.ndarray]:
    """The places of those that have one on an axis, and their logarithms."""
    found = beside_factors(chain)
    places = np.array([place for place, _ in found])
    logs = log10(np.array([factor for _, factor in found]))
    known = np.isfinite(logs)
    return places[known], logs[known]
