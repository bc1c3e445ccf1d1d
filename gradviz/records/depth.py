"""What was measured of every layer in one pass, read back: the factors of the chain rule, and the outputs.

Arrays are over `RunInfo.layers`, those without parameters too; NaN stands where nothing was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from gradviz.records.happenings import Event
from gradviz.records.levels import Floats
from gradviz.records.reader import RunReader


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockShare:
    """A residual block: its `layers` and those on its `shortcut` (indices), and what its skip does.

    `skip_share` is the part of the gradient at its input that came over the skip (the branch's is the rest
    to 1), `skip_factor` how much more the skip makes of what the branch alone would hand on, and
    `branch_gain` ρ what the branch makes of the gradient at the block's end. `counts` is False where a join
    around it has the whole in its own factor.
    """

    name: str
    layers: tuple[int, ...]
    shortcut: tuple[int, ...]
    skip_share: float
    skip_factor: float
    branch_gain: float
    counts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinGain:
    """A module whose `layers` (indices) stand side by side: `gain` is what all of it does as one factor."""

    name: str
    layers: tuple[int, ...]
    gain: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainFactors:
    """The gains [layers] at `step`, and the norms of the gradients at the layers' outputs [layers].

    Not all layers stand one behind another: for the whole, `beside` has further factors (of skips, and of
    `joins` of layers side by side), and the layers `aside` (indices: on a skip or in a join) do not count.
    """

    step: int
    gains: Floats
    output_gradients: Floats
    blocks: tuple[BlockShare, ...]
    joins: tuple[JoinGain, ...]
    aside: tuple[int, ...]

    @property
    def beside(self) -> tuple[float, ...]:
        """The factors of joins, and those of the skips that are in no join."""
        skips = (block.skip_factor for block in self.blocks if block.counts)
        return (*(join.gain for join in self.joins), *skips)


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
    joins = _joins(reader, at, events)
    joined = {index for join in joins for index in join.layers}
    blocks = _blocks(reader, at, events, joined)
    return ChainFactors(
        step=at,
        gains=found[1].astype(np.float64),
        output_gradients=_same(reader, "output_gradient", at, count),
        blocks=blocks,
        joins=joins,
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


def _joins(reader: RunReader, step: int, events: Sequence[Event]) -> tuple[JoinGain, ...]:
    told = next((event.detail for event in events if event.kind == "joins"), None)
    if told is None:
        return ()
    gains = _same(reader, "join_gain", step, len(told["layers"]))
    return tuple(
        JoinGain(name=name, layers=tuple(layers), gain=float(gain))
        for name, layers, gain in zip(told["names"], told["layers"], gains, strict=True)
    )


def _blocks(
    reader: RunReader, step: int, events: Sequence[Event], joined: AbstractSet[int]
) -> tuple[BlockShare, ...]:
    told = next((event.detail for event in events if event.kind == "blocks"), None)
    if told is None:
        return ()
    names = told["names"]
    shares, factors, branches = (
        _same(reader, quantity, step, len(names)) for quantity in ("skip_share", "skip_factor", "branch_gain")
    )
    return tuple(
        BlockShare(
            name=name,
            layers=tuple(layers),
            shortcut=tuple(shortcut),
            skip_share=float(share),
            skip_factor=float(factor),
            branch_gain=float(branch),
            counts=not (layers and joined >= set(layers)),
        )
        for name, layers, shortcut, share, factor, branch in zip(
            names, told["layers"], told["shortcuts"], shares, factors, branches, strict=True
        )
    )
