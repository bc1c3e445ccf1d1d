"""Which factor of the chain rule is to blame: the kind that is furthest from what would keep a balance.

A gradient that neither vanishes nor explodes has factors that multiply to 1. With ReLU half of the slopes are
0, so activations take 1/√2 = 0.71 of a norm, and weights must give √2 = 1.41 (Kaiming, He et al. 2015). That
is the balance each kind is held against: activations 0.71 a layer, weights what makes up for the activations
that are there, everything else 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradviz.records.depth import chain_factors
from gradviz.records.factors import FactorKind, factor_kind
from gradviz.records.layer import LayerInfo
from gradviz.records.reader import RunReader

BALANCED_SLOPE = math.sqrt(0.5)
"""What ReLU leaves of a norm."""
BALANCED = 1.25
"""Up to this factor a layer (or its inverse) a network counts as balanced; 20 such layers make 87."""
_WORDS = {
    FactorKind.WEIGHTS: "weights",
    FactorKind.SLOPE: "activations",
    FactorKind.NORMALIZATION: "normalisations",
    FactorKind.OTHER: "other layers",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Blame:
    """Who is to blame; `kind` is None where nobody is, or where nothing is known.

    `factors` are the mean factor of a layer of each kind (geometric mean), `balanced` what it should be,
    `per_layer` the whole product for each layer of weights, 1 where all is well. `sentence` says it.
    """

    kind: FactorKind | None
    per_layer: float
    factors: Mapping[FactorKind, float]
    balanced: Mapping[FactorKind, float]
    sentence: str

    @property
    def factor(self) -> float | None:
        """The mean factor of the kind to blame."""
        return None if self.kind is None else self.factors[self.kind]


def blame(
    gains: ArrayLike,
    layers: Sequence[LayerInfo],
    *,
    skip_factors: ArrayLike = (),
    shortcut: Sequence[int] = (),
) -> Blame:
    """The kind of factor to blame for gains `[layers]` or `[steps, layers]`, as the recorder has them.

    `skip_factors` of residual blocks and gains of joins (`[n]` or `[steps, n]`) count as other factors, the
    layers of `shortcut` (the indices of those on one, or in a join) not at all: the way through the branch
    times the skip factor is the whole. What is not a number or infinite is left out; a factor of exactly 0 is
    the one to blame.
    """
    of_layers = _rows(gains, len(layers))
    past = set(shortcut)
    logs: dict[FactorKind, list[float]] = {}
    weights = 0
    for layer, column in zip(layers, of_layers.T, strict=True):
        if layer.index in past:
            continue
        kind = factor_kind(layer.kind)
        if np.any(column == 0):
            return _dead(layer, kind)
        known = column[np.isfinite(column) & (column > 0)]
        if len(known):
            logs.setdefault(kind, []).append(float(np.log(known).mean()))
            weights += kind is FactorKind.WEIGHTS
    skips = np.asarray(skip_factors, np.float64)
    if skips.size:
        for column in np.atleast_2d(skips).T:
            known = column[np.isfinite(column) & (column > 0)]
            if len(known):
                logs.setdefault(FactorKind.OTHER, []).append(float(np.log(known).mean()))
    return _judge({kind: np.array(values) for kind, values in logs.items()}, max(weights, 1))


def blame_of_run(reader: RunReader, step: int) -> Blame:
    """Who is to blame by the newest gains at or before a step of a recorded run."""
    layers = reader.info.layers
    chain = chain_factors(reader, step, reader.events())
    if chain is None:
        return blame([math.nan] * len(layers), layers)
    return blame(chain.gains, layers, skip_factors=chain.beside, shortcut=chain.aside)


def _rows(gains: ArrayLike, count: int) -> NDArray[np.float64]:
    rows = np.atleast_2d(np.asarray(gains, np.float64))
    if rows.shape[1] != count:
        raise ValueError(f"gains of {rows.shape[1]} layers where there are {count}")
    return rows


def _judge(logs: Mapping[FactorKind, NDArray[np.float64]], weights: int) -> Blame:
    factors = {kind: math.exp(values.mean()) for kind, values in logs.items()}
    slopes = len(logs.get(FactorKind.SLOPE, ()))
    balanced = dict.fromkeys(logs, 1.0)
    if slopes and FactorKind.WEIGHTS in logs:
        balanced[FactorKind.SLOPE] = BALANCED_SLOPE
        balanced[FactorKind.WEIGHTS] = BALANCED_SLOPE ** (-slopes / weights)
    total = sum(float(values.sum()) for values in logs.values()) / weights
    per_layer = math.exp(total)
    if not logs:
        return Blame(kind=None, per_layer=1.0, factors={}, balanced={}, sentence="No gains were measured.")
    if 1 / BALANCED <= per_layer <= BALANCED:
        sentence = f"The factors are in balance: each layer multiplies the gradient by {per_layer:.2f}."
        return Blame(kind=None, per_layer=per_layer, factors=factors, balanced=balanced, sentence=sentence)
    sign = 1 if total > 0 else -1
    away = {kind: sign * float((values - np.log(balanced[kind])).sum()) for kind, values in logs.items()}
    kind = _furthest(away)
    verb = "vanish" if sign < 0 else "explode"
    sentence = (
        f"The {_WORDS[kind]} make the gradient {verb}: {factors[kind]:.2f} a layer where "
        f"{balanced[kind]:.2f} would keep a balance; each layer multiplies it by {per_layer:.2f}."
    )
    return Blame(kind=kind, per_layer=per_layer, factors=factors, balanced=balanced, sentence=sentence)


def _furthest(away: Mapping[FactorKind, float]) -> FactorKind:
    """The kind furthest away; a normalisation undoes the scale of weights, so the two are weighed as one."""
    pair = (FactorKind.WEIGHTS, FactorKind.NORMALIZATION)
    if not all(kind in away for kind in pair):
        return max(away, key=lambda kind: away[kind])
    others = [kind for kind in away if kind not in pair and away[kind] > sum(away[each] for each in pair)]
    return max(others or pair, key=lambda kind: away[kind])


def _dead(layer: LayerInfo, kind: FactorKind) -> Blame:
    return Blame(
        kind=kind,
        per_layer=0.0,
        factors={kind: 0.0},
        balanced={kind: 1.0},
        sentence=f"{layer.name} lets nothing through: the gradient behind it is exactly zero.",
    )
