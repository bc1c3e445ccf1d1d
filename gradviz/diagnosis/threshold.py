"""A threshold for clipping, from the norms that a run recorded, and why.

Pascanu et al. (2013) look at the norm over many updates and take a threshold near it. Here it is the larger
of two numbers over the stable part of the run: the norm that nine steps in ten stay below, and twice the
median. So ordinary steps pass unchanged, and spikes do not. Where clipping is no cure, that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradviz.records.frozen import frozen_columns
from gradviz.records.histogram import EDGES, NEGATIVE, POSITIVE, ZERO
from gradviz.records.reader import RunReader

METHODS = ("global_norm", "norm", "value")
"""The clipping methods that have a threshold."""
LEAST_STEPS = 20
"""Steps from which on norms say something."""
FAR = 1e3
"""How many times larger the gradient of one end of the network may be than the other's."""
_COLUMNS = 65_536
_RISEN = 10
_PART = {
    "global_norm": "norm of all gradients",
    "norm": "largest norm of a layer",
    "value": "magnitude of an entry",
}
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class ThresholdProposal:
    """A threshold for one method, None where the record gives none.

    `median`, `ninth` and `largest` are of what the threshold is held against, `ninth` being what nine in ten
    stay below; over `steps` steps, for the method value over all their recorded entries. `share` is the part
    of the steps (or entries) that would be clipped. `reason` and `warning` are sentences; a warning says that
    clipping is no cure.
    """

    method: str
    threshold: float | None
    reason: str
    warning: str = ""
    median: float | None = None
    ninth: float | None = None
    largest: float | None = None
    share: float | None = None
    steps: int = 0


def propose_threshold(
    method: str,
    norms: ArrayLike,
    histograms: ArrayLike | None = None,
    *,
    frozen: NDArray[np.bool_] | None = None,
) -> ThresholdProposal:
    """A threshold for one of METHODS from gradient norms before clipping, `[layers, steps]`.

    For the method value `histograms` are counts of gradients' entries, `[…, BINS]` (`records.histogram`).
    Where `frozen`, `[layers, steps]`, a layer's gradient of zero does not count as a vanished one.
    """
    of_layers = np.atleast_2d(np.asarray(norms, np.float64))
    together = _together(method, of_layers)
    stable = stable_part(together)
    learns = np.ones(of_layers.shape, bool) if frozen is None else ~frozen
    warning = _warning(of_layers[:, stable], learns[:, stable], together)
    steps = stable.stop - stable.start
    if steps < LEAST_STEPS:
        reason = (
            f"Only {steps} steps have norms that are finite and settled; at least {LEAST_STEPS} are needed."
        )
        return ThresholdProposal(method=method, threshold=None, reason=reason, warning=warning, steps=steps)
    if method == "value":
        return _of_entries(histograms, warning, steps)
    return _of_steps(method, together, stable, warning)


def threshold_of_run(reader: RunReader, method: str) -> ThresholdProposal:
    """A threshold from what a run has recorded so far; of a very long one, from means over some steps."""
    series = reader.series("grad_norm", 0, reader.last_step, _COLUMNS)
    names = [layer.name for layer in reader.info.measured]
    frozen = frozen_columns(reader.events(), names, series.steps, series.counts)
    if method != "value":
        return propose_threshold(method, series.mean, frozen=frozen)
    begin = stable_part(_together(method, series.mean.astype(np.float64))).start
    first = int(series.steps[begin]) if begin < len(series.steps) else 0
    kept = []
    for layer in range(len(reader.info.measured)):
        steps, counts = reader.samples("gradient_histogram", layer)
        kept += [row for step, row in zip(steps.tolist(), counts, strict=True) if step >= first]
    return propose_threshold(method, series.mean, np.array(kept) if kept else None, frozen=frozen)


def stable_part(norms: Floats) -> slice:
    """The steps after the first tenth, up to where norms are not finite or rise at the end for good."""
    broken = np.flatnonzero(~np.isfinite(norms))
    end = int(broken[0]) if len(broken) else len(norms)
    begin = end // 10
    if begin < end:
        most = _RISEN * float(np.median(norms[begin:end]))
        while end > begin and norms[end - 1] > most:
            end -= 1
    return slice(begin, end)


def _together(method: str, of_layers: Floats) -> Floats:
    """One number a step: the norm of everything, or the largest norm of a layer."""
    if not len(of_layers):
        return np.empty(0)
    with np.errstate(invalid="ignore"):
        if method == "norm":
            return np.asarray(of_layers.max(axis=0))
        return np.asarray(np.sqrt(np.square(of_layers).sum(axis=0)))


def _of_steps(method: str, norms: Floats, stable: slice, warning: str) -> ThresholdProposal:
    settled = norms[stable]
    median, ninth = (float(value) for value in np.percentile(settled, (50, 90)))
    largest = float(settled.max())
    if not median > 0:
        reason = "In half of the steps the gradient is zero."
        return ThresholdProposal(
            method=method, threshold=None, reason=reason, warning=warning, steps=len(settled)
        )
    threshold = two_digits(max(ninth, 2 * median))
    share = float(np.mean(settled > threshold))
    why = (
        "what nine steps in ten stay below"
        if ninth >= 2 * median
        else "twice the median, since norms hardly spread: clipping is an insurance against spikes"
    )
    reason = (
        f"Over {len(settled):,} settled steps the {_PART[method]} has a median of {median:.2g} and a largest "
        f"value of {largest:.2g}; {threshold:.2g} is {why}. {share:.1%} of the steps would have been clipped."
    )
    return ThresholdProposal(
        method=method,
        threshold=threshold,
        reason=reason,
        warning=warning,
        median=median,
        ninth=ninth,
        largest=largest,
        share=share,
        steps=len(settled),
    )


def _of_entries(histograms: ArrayLike | None, warning: str, steps: int) -> ThresholdProposal:
    """The magnitude that only one entry in a thousand is above."""
    counts = np.zeros(len(EDGES) - 1) if histograms is None else _magnitudes(np.asarray(histograms))
    total = float(counts.sum())
    if not total:
        reason = "No histograms of gradients were recorded, which say how large single entries are."
        return ThresholdProposal(method="value", threshold=None, reason=reason, warning=warning, steps=steps)
    median, ninth, rare = (_quantile(counts, share) for share in (0.5, 0.9, 0.999))
    largest = float(EDGES[int(np.flatnonzero(counts)[-1]) + 1])
    threshold = two_digits(rare)
    share = _above(counts, threshold)
    reason = (
        f"Of {total:,.0f} recorded entries half have a magnitude below {median:.2g} and nine in ten below "
        f"{ninth:.2g}; {threshold:.2g} is what one in a thousand is above."
    )
    return ThresholdProposal(
        method="value",
        threshold=threshold,
        reason=reason,
        warning=warning,
        median=median,
        ninth=ninth,
        largest=largest,
        share=share,
        steps=steps,
    )


def _warning(of_layers: Floats, learns: NDArray[np.bool_], together: Floats) -> str:
    """What clipping does not cure, from the settled steps; a layer counts where it learns."""
    if not np.isfinite(together[:1]).all():
        return (
            "Gradients are not finite from the first step on. Clipping cannot mend that: "
            "start with smaller weights or normalise."
        )
    rows = np.flatnonzero(learns.sum(axis=1) >= LEAST_STEPS)
    if len(rows) < 2:
        return ""
    ends = of_layers[rows[[0, -1]]][:, learns[rows[0]] & learns[rows[-1]]]
    if ends.shape[1] < LEAST_STEPS:
        return ""
    first, last = (float(median) for median in np.median(ends, axis=1))
    which = "layer" if len(rows) == len(of_layers) else "layer that learns"
    norms = f"{first:.2g} in the first {which}, {last:.2g} in the last"
    if first < last / FAR:
        return (
            f"Gradients vanish on their way back: {norms}. "
            "Clipping only makes gradients smaller; change the activation, the initializer or add shortcuts."
        )
    if first > last * FAR:
        return (
            f"Gradients explode on their way back: {norms}. "
            "Clipping holds the step but leaves the cause; start with smaller weights or normalise."
        )
    return ""


def _magnitudes(histograms: NDArray[np.generic]) -> Floats:
    """Counts of magnitudes, smallest first; exact zeros count as the smallest."""
    counts = np.asarray(histograms, np.float64).reshape(-1, histograms.shape[-1]).sum(axis=0)
    found: Floats = counts[POSITIVE] + counts[NEGATIVE][::-1]
    found[0] += counts[ZERO]
    return found


def _quantile(counts: Floats, share: float) -> float:
    """The magnitude below which a share of the entries lies, between the edges of a bin by logarithm."""
    below = np.cumsum(counts)
    wanted = share * below[-1]
    at = int(np.searchsorted(below, wanted))
    inside = 1 - (below[at] - wanted) / counts[at]
    low, high = float(EDGES[at]), float(EDGES[at + 1])
    return low * float((high / low) ** inside)


def _above(counts: Floats, threshold: float) -> float:
    """The share of entries above a magnitude."""
    edges = EDGES.astype(np.float64)
    below = np.concatenate([[0.0], np.cumsum(counts)])
    return float(1 - np.interp(np.log(threshold), np.log(edges), below) / below[-1])


def two_digits(value: float) -> float:
    """A number of two digits, not below `value`: 0.1234 is 0.13."""
    step = 10.0 ** (floor(log10(value)) - 1)
    up: Sequence[float] = (floor(value / step) * step, (floor(value / step) + 1) * step)
    found = up[0] if up[0] >= value * (1 - 1e-9) else up[1]
    return float(f"{found:.2g}")
