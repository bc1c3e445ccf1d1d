"""What was measured of every layer in one pass, read back: the factors of the chain rule, and the outputs.

Arrays are over `RunInfo.layers`, those without parameters too; NaN stands where nothing was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradviz.records.happenings import Event
from gradviz.records.levels import Floats
from gradviz.records.reader import RunReader


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockShare:
    """A residual block: its `layers` and those on its `shortcut` (indices), and what its skip does.

    `skip_share` is the part of the gradient at its input that came over the skip (the branch's is the rest
    to 1), `skip_factor` how much more the skip makes of what the branch alone would hand on.
    """

    name: str
    layers: tuple[int, ...]
    shortcut: tuple[int, ...]
    skip_share: float
    skip_factor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainFactors:
    """The gains [layers] at `step`, and the norms of the gradients at the layers' outputs [layers].

    Not all layers stand one behind another: for the whole, `beside` has further factors (of skips, and of
    joins of layers side by side), and the layers `aside` (indices: on a skip or in a join) do not count.
    """

    step: int
    gains: Floats
    output_gradients: Floats
    blocks: tuple[BlockShare, ...]
    beside: tuple[float, ...]
    aside: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerOutputs:
    """Statistics of every layer's output at `step`, each [layers]; shares are from 0 to 1."""

    step: int
    mean: Floats
    std: Floats
    zero: Floats
    dead: Floats
    saturated: Floats


def chain_factors(reader: RunReader, step: int, events: Sequence[Event]) -> ChainFactors | None:
    """The newest at or before a step; None where nothing was measured."""
    found = reader.sample_at("gain", step)
    count = len(reader.info.layers)
    if found is None or len(found[1]) != count:
        return None
    at = found[0]
    blocks = _blocks(reader, at, events)
    joined: set[int] = set()
    beside: list[float] = []
    told = next((event.detail for event in events if event.kind == "joins"), None)
    if told is not None:
        joined = {index for inside in told["layers"] for index in inside}
        beside += _same(reader, "join_gain", at, len(told["layers"])).tolist()
    within = [bool(block.layers) and joined.issuperset(block.layers) for block in blocks]
    beside += [block.skip_factor for block, inner in zip(blocks, within, strict=True) if not inner]
    return ChainFactors(
        step=at,
        gains=found[1].astype(np.float64),
        output_gradients=_same(reader, "output_gradient", at, count),
        blocks=blocks,
        beside=tuple(beside),
        aside=tuple(sorted(joined.union(*(block.shortcut for block in blocks)))),
    )


def layer_outputs(reader: RunReader, step: int) -> LayerOutputs | None:
    """The newest at or before a step; None where nothing was measured."""
    found = reader.sample_at("activation_mean", step)
    count = len(reader.info.layers)
    if found is None or len(found[1]) != count:
        return None
    at = found[0]
    return LayerOutputs(
        step=at,
        mean=found[1].astype(np.float64),
        std=_same(reader, "activation_std", at, count),
        zero=_same(reader, "zero_share", at, count),
        dead=_same(reader, "dead_share", at, count),
        saturated=_same(reader, "saturated_share", at, count),
    )


def _same(reader: RunReader, quantity: str, step: int, count: int) -> Floats:
    """What was measured in the same pass; NaN where it is damaged or gone."""
    found = reader.sample_at(quantity, step)
    if found is None or found[0] != step or len(found[1]) != count:
        return np.full(count, np.nan)
    return found[1].astype(np.float64)


def _blocks(reader: RunReader, step: int, events: Sequence[Event]) -> tuple[BlockShare, ...]:
    told = next((event.detail for event in events if event.kind == "blocks"), None)
    if told is None:
        return ()
    names = told["names"]
    shares = _same(reader, "skip_share", step, len(names))
    factors = _same(reader, "skip_factor", step, len(names))
    return tuple(
        BlockShare(
            name=name,
            layers=tuple(layers),
            shortcut=tuple(shortcut),
            skip_share=float(share),
            skip_factor=float(factor),
        )
        for name, layers, shortcut, share, factor in zip(
            names, told["layers"], told["shortcuts"], shares, factors, strict=True
        )
    )
