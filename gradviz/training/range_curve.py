"""What a range test shows: where the loss falls fastest, where it is lowest, and the rate to take.

The smoothing looks both ways: a running mean, as is usual, lags by as many steps as it remembers, which
moves every point to a higher rate. Proposed is a tenth of the rate where the loss is lowest: in 300 steps it
led to a lower loss than the rate of the steepest fall in 8 of 10 cases (two networks with five optimizers,
`benchmarks/range_test.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_WIDTH = 40
"""The smoothing's standard deviation is this part of the range: 5 of 200 steps."""
_FEWEST = 8
SAFER = 10.0
"""The lowest point's rate is divided by this: there the loss is about to rise."""


class End(StrEnum):
    """Why a test has no more steps."""

    RANGE = "range"
    EXPLODED = "exploded"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """Rates, losses and smoothed losses of one test, and the rates that they speak for.

    `steepest` is where the loss falls fastest, `lowest` where it is lowest, `proposal` the one to take
    (two digits). All three are None where the loss never falls. `sentence` says why.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    steepest: float | None
    lowest: float | None
    proposal: float | None
    ended: End
    sentence: str


def read_curve(rates: Sequence[float], losses: Sequence[float], ended: End) -> Curve:
    """What losses, all finite, at rising rates show, and how the test came to its end."""
    smoothed = smooth(np.array(losses, np.float64))
    steepest = lowest = proposal = None
    place = _fall(np.array(losses, np.float64), smoothed)
    if place is None:
        sentence = _no_fall(rates, ended)
    else:
        steep, bottom = place
        steepest, lowest = rates[steep], rates[bottom]
        proposal = float(f"{lowest / SAFER:.1e}")
        falling = bottom >= len(rates) - 1 - len(rates) // _WIDTH
        sentence = _fell(steepest, lowest, proposal, at_end=ended if falling else None)
    return Curve(
        rates=tuple(rates),
        losses=tuple(losses),
        smoothed=tuple(smoothed.tolist()),
        steepest=steepest,
        lowest=lowest,
        proposal=proposal,
        ended=ended,
        sentence=sentence,
    )


def smooth(losses: Floats) -> Floats:
    """The losses averaged over their neighbours on both sides, with Gaussian weights."""
    width = _width(len(losses))
    reach = min(len(losses) - 1, int(4 * width))
    if reach < 1:
        return losses.copy()
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    full = np.convolve(losses, weights)[reach:-reach]
    return np.asarray(full / np.convolve(np.ones_like(losses), weights)[reach:-reach])


def _width(steps: int) -> float:
    return max(1.0, steps / _WIDTH)


def _fall(losses: Floats, smoothed: Floats) -> tuple[int, int] | None:
    """The places where the loss falls fastest and where it is lowest; None where it never falls.

    A fall counts when it is larger than chance, four standard errors of the smoothed loss, and than 1 %.
    """
    if len(losses) < _FEWEST:
        return None
    bottom = int(smoothed.argmin())
    start = float(losses[: max(3, len(losses) // 10)].mean())
    before = losses[: bottom + 1] - smoothed[: bottom + 1]
    error = float(before.std()) / (2 * np.sqrt(np.pi) * _width(len(losses))) ** 0.5
    if bottom < 2 or start - smoothed[bottom] <= max(4 * error, 0.01 * abs(start)):
        return None
    return int(np.gradient(smoothed)[: bottom + 1].argmin()), bottom


def _fell(steepest: float, lowest: float, proposal: float, *, at_end: End | None) -> str:
    first = f"The loss falls fastest at {steepest:.2g}"
    take = f"take {proposal:.2g}, a tenth of that"
    if at_end is None:
        return f"{first} and is lowest at {lowest:.2g}, after which it rises: {take}, clear of the rise."
    why, then = {
        End.RANGE: ("the end of the range", ", or test again to a higher rate"),
        End.STOPPED: ("where the test was stopped", ", or test again in fewer steps"),
        End.EXPLODED: ("just before it explodes", ""),
    }[at_end]
    return f"{first} and is still falling at {lowest:.2g}, {why}: {take}{then}."


def _no_fall(rates: Sequence[float], ended: End) -> str:
    if len(rates) < _FEWEST and ended is not End.RANGE:
        how = "exploded" if ended is End.EXPLODED else "was stopped"
        thing = "The loss" if ended is End.EXPLODED else "The test"
        return f"{thing} {how} after {len(rates)} steps, which show nothing: begin at a lower rate."
    return (
        f"The loss does not fall at any rate from {rates[0]:.2g} to {rates[-1]:.2g}. If a wider range does"
        " not help, the network cannot learn as it is: its gradients may vanish or explode."
    )
