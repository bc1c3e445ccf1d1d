"""Which factor of the chain rule is to blame: the kind that is furthest from what would keep a balance.

A gradient that neither vanishes nor explodes has factors that multiply to 1. With ReLU half of the slopes are
0, so activations take 1/√2 = 0.71 of a norm, and weights must give √2 = 1.41 (Kaiming, He et al. 2015). That
is the balance each kind is held against: activations 0.71 a layer, weights what makes up for the activations
that are there, everything else 1. What is said of a balance then goes by the others as they are: with
weights that give 1, it is at 1 and not at 0.71.

A gradient that has become too small for its numbers is exactly zero too, but no layer has stopped it: 68
sigmoids at 0.24 are enough for float32. The layers that it still came through tell who made it so small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradviz.diagnosis.unseen import between, through_all
from gradviz.records.depth import ChainFactors, chain_factors
from gradviz.records.factors import FactorKind, factor_kind
from gradviz.records.layer import LayerInfo
from gradviz.records.reader import RunReader
from gradviz.records.run import RunInfo

BALANCED_SLOPE = math.sqrt(0.5)
"""What ReLU leaves of a norm."""
BALANCED = 1.25
"""Up to this factor a layer (or its inverse) a network counts as balanced; 20 such layers make 87."""
BALANCED_WHOLE = 100.0
"""Up to this factor through all layers: 0.98 a layer is near to 1, and of 1,000 layers 1.7e-9."""
SMALLEST = {"float32": 2.0**-126, "bfloat16": 2.0**-126, "float16": 2.0**-14 / 2.0**16}
"""Below these norms gradients vanish into zeros: the smallest full numbers, of float16 by its first scale."""
_SAME = 0.05
"""What differs by less is not said twice."""
_WORDS = {
    FactorKind.WEIGHTS: "weights",
    FactorKind.SLOPE: "activations",
    FactorKind.NORMALIZATION: "normalisations",
    FactorKind.OTHER: "other layers",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Blame:
    """Who is to blame; `kind` is None where nobody is, or where nothing is known.

    `factors` are the mean factor of a layer of each kind (geometric mean), `balanced` what it would have to
    be with the others as they are: of the kind to blame, or of each where nobody is. `per_layer` is the whole
    product for each layer of weights, 1 where all is well. `sentence` says it.
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
    arriving: ArrayLike | None = None,
    precision: str = "float32",
    others: str = "other layers",
) -> Blame:
    """The kind of factor to blame for gains `[layers]` or `[steps, layers]`, as the recorder has them.

    `skip_factors` of residual blocks and gains of joins (`[n]` or `[steps, n]`) count as other factors, the
    layers of `shortcut` (the indices of those on one, or in a join) not at all: the way through the branch
    times the skip factor is the whole. What is not a number or infinite is left out; a factor of exactly 0 is
    the one to blame, but where the gradient that arrives there (`arriving`, the norms at the layers' outputs
    in the shape of `gains`) has already become too small for `precision`. `others` names the other factors.
    """
    of_layers = _rows(gains, len(layers))
    arrived = np.full_like(of_layers, np.nan) if arriving is None else _rows(arriving, len(layers))
    past = set(shortcut)
    lost: LayerInfo | None = None
    logs: dict[FactorKind, list[float]] = {}
    weights = 0
    stopped = of_layers == 0
    faded = (~stopped | (arrived < SMALLEST[precision])).all(axis=0)
    means = _mean_logs(of_layers)
    for layer, stops, is_faded, mean in zip(layers, stopped.any(axis=0), faded, means, strict=True):
        if layer.index in past:
            continue
        kind = factor_kind(layer.kind)
        if stops:
            if not is_faded:
                return _dead(layer, kind)
            lost = layer
        of_kind = logs.setdefault(kind, [])
        if mean is not None:
            of_kind.append(mean)
            weights += kind is FactorKind.WEIGHTS
    skips = _mean_logs(np.atleast_2d(np.asarray(skip_factors, np.float64)))
    if skips:
        logs.setdefault(FactorKind.OTHER, []).extend(mean for mean in skips if mean is not None)
    logs = {kind: values for kind, values in logs.items() if values}
    if not logs and lost is None:
        return _unknown(of_layers, arrived)
    words = {**_WORDS, FactorKind.OTHER: others}
    judged = _judge({kind: np.array(values) for kind, values in logs.items()}, max(weights, 1), words)
    if lost is None:
        return judged
    end = f" Before {lost.name} it is too small for {precision}: exactly zero."
    return replace(judged, sentence=(judged.sentence + end).strip())


def blame_of_run(reader: RunReader, step: int) -> Blame:
    """Who is to blame by the newest gains at or before a step of a recorded run."""
    layers = reader.info.layers
    chain = chain_factors(reader, step, reader.events())
    if chain is None:
        return blame([math.nan] * len(layers), layers)
    return blame_of_chain(chain, reader.info)


def blame_of_chain(chain: ChainFactors, run: RunInfo) -> Blame:
    """Who is to blame by what was measured in one pass of that run.

    An imported model may do more than its layers tell; where they are no chain nobody is blamed.
    """
    factors, others = list(chain.beside), _WORDS[FactorKind.OTHER]
    if run.experiment.get("model", {}).get("source"):
        found, others = between(chain), "functions between the layers"
        if found is None:
            return _no_chain(chain)
        if np.isfinite(chain.gains).sum() == 1 and all(abs(factor - 1) < _SAME for factor in found):
            return _nobody("Only one layer's factor is known, which is no chain to judge.")
        factors = found
    return blame(
        chain.gains,
        run.layers,
        skip_factors=factors,
        shortcut=chain.aside,
        arriving=chain.output_gradients,
        precision=run.experiment.get("training", {}).get("precision", "float32"),
        others=others,
    )


def _no_chain(chain: ChainFactors) -> Blame:
    whole = through_all(chain)
    sentence = "Ways part and meet between the layers: their factors do not multiply, and none is blamed."
    if not math.isnan(whole):
        sentence += f" Through all of them the gradient is multiplied by {_number(whole)}."
    return _nobody(sentence)


def _nobody(sentence: str) -> Blame:
    return Blame(kind=None, per_layer=1.0, factors={}, balanced={}, sentence=sentence)


def _rows(gains: ArrayLike, count: int) -> NDArray[np.float64]:
    rows = np.atleast_2d(np.asarray(gains, np.float64))
    if rows.shape[1] != count:
        raise ValueError(f"gains of {rows.shape[1]} layers where there are {count}")
    return rows


def _mean_logs(rows: NDArray[np.float64]) -> list[float | None]:
    """Of each column the mean logarithm of the steps that have one, None where none has."""
    known = np.isfinite(rows) & (rows > 0)
    counts = known.sum(axis=0)
    sums = np.log(np.where(known, rows, 1.0)).sum(axis=0)
    means = (sums / np.maximum(counts, 1)).tolist()
    return [mean if count else None for mean, count in zip(means, counts.tolist(), strict=True)]


def _judge(
    logs: Mapping[FactorKind, NDArray[np.float64]], weights: int, words: Mapping[FactorKind, str]
) -> Blame:
    if not logs:
        return Blame(kind=None, per_layer=1.0, factors={}, balanced={}, sentence="")
    factors = {kind: math.exp(values.mean()) for kind, values in logs.items()}
    slopes = len(logs.get(FactorKind.SLOPE, ()))
    usual = dict.fromkeys(logs, 1.0)
    if slopes and FactorKind.WEIGHTS in logs:
        usual[FactorKind.SLOPE] = BALANCED_SLOPE
        usual[FactorKind.WEIGHTS] = BALANCED_SLOPE ** (-slopes / weights)
    sums = {kind: float(values.sum()) for kind, values in logs.items()}
    total = sum(sums.values())
    balanced = {kind: _exp((own - total) / len(logs[kind])) for kind, own in sums.items()}
    per_layer = _exp(total / weights)
    near = 1 / BALANCED <= per_layer <= BALANCED
    if near and abs(total) <= math.log(BALANCED_WHOLE):
        sentence = f"The factors are in balance: each layer multiplies the gradient by {per_layer:.2f}."
        return Blame(kind=None, per_layer=per_layer, factors=factors, balanced=balanced, sentence=sentence)
    sign = 1 if total > 0 else -1
    kind = _furthest({kind: sign * float((logs[kind] - np.log(usual[kind])).sum()) for kind in logs})
    sentence = (
        f"The {words[kind]} make the gradient {'vanish' if sign < 0 else 'explode'}: "
        f"{_number(factors[kind])} a layer where {_number(balanced[kind])} would keep a balance"
    )
    if kind is FactorKind.SLOPE and set(logs) == {FactorKind.SLOPE, FactorKind.WEIGHTS}:
        sentence += f" with weights at {_number(factors[FactorKind.WEIGHTS])}"
    same = abs(math.log(per_layer / factors[kind])) < _SAME
    if near:
        sentence += (
            f"; each layer multiplies it by {_number(per_layer)}, all {weights:,} by {_exp(total):.1e}."
        )
    else:
        sentence += "." if same else f"; each layer multiplies it by {_number(per_layer)}."
    return Blame(
        kind=kind, per_layer=per_layer, factors=factors, balanced={kind: balanced[kind]}, sentence=sentence
    )


def _exp(power: float) -> float:
    return math.exp(min(power, 700.0))


def _number(factor: float) -> str:
    return f"{factor:.2f}" if 0.01 <= factor < 1000 else f"{factor:.1e}"


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


def _unknown(gains: NDArray[np.float64], arrived: NDArray[np.float64]) -> Blame:
    """Why there is no gain, as far as the gradients at the outputs tell."""
    known = arrived[:, ~np.isnan(arrived).all(axis=0)]
    if np.isinf(gains).any() or np.isinf(known).any():
        why = "The gradients were not finite."
    elif not known.size:
        why = "No gains were measured."
    elif not known.any():
        why = "The gradient of the loss itself is exactly zero: there is nothing to hand on."
    else:
        why = "There is no gain: a layer has one only where a layer before it is trained."
    return _nobody(why)
