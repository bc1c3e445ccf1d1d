"""Magnitudes as colours: one perceptually even, colour-blind-safe map for log10, and codes for the rest.

An image is made of one byte a cell: 0 is nothing recorded, 1 an exact zero, 2 NaN, 3 infinity, and
4…255 run along the map between two powers of ten. So NaN costs nothing when drawing (pyqtgraph's
way with NaN doubles the time of an image) and nothing is ever dropped. The map is viridis (van der
Walt and Smith 2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gradviz.views.theme import Theme

NOTHING, ZERO, NAN, INFINITE, FIRST = 0, 1, 2, 3, 4
_STEPS = 255 - FIRST
MAGNITUDES = (
    "#440154", "#481769", "#472C7A", "#423F85", "#3B518B", "#33628D", "#2C718E", "#26818E", "#21908C",
    "#1F9F88", "#27AD80", "#3DBC73", "#5CC862", "#81D34C", "#AADC31", "#D5E219", "#FDE725",
)  # fmt: skip

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.uint8]


def ramp(count: int, colours: Sequence[str] = MAGNITUDES) -> npt.NDArray[np.uint8]:
    """A map as `count` RGB rows, from small to large."""
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in colours], dtype=float)
    places = np.linspace(0, len(stops) - 1, count)
    rows = [np.interp(places, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(rows, axis=1).round().astype(np.uint8)


def lookup_table(theme: Theme, colours: Sequence[str] = MAGNITUDES) -> npt.NDArray[np.uint8]:
    """RGBA for the 256 codes."""
    table = np.zeros((256, 4), dtype=np.uint8)
    table[FIRST:, :3] = ramp(_STEPS + 1, colours)
    table[FIRST:, 3] = 255
    for code, colour in ((ZERO, theme.zero), (NAN, theme.non_finite), (INFINITE, theme.exploding)):
        table[code] = [*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255]
    return table


def log10(values: Floats) -> Floats:
    """Log10 with zero as −∞ and NaN kept, in silence."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.log(values)
    result *= 1 / math.log(10)
    return result


def encode(values: Floats, low: float, high: float) -> Codes:
    """The codes of magnitudes, with 10^low at the dark end and 10^high at the light one."""
    scaled = log10(values)
    special = None if np.isfinite(scaled).all() else ~np.isfinite(scaled)
    scaled -= low
    scaled *= _STEPS / (high - low)
    np.clip(scaled, 0, _STEPS, out=scaled)
    if special is not None:
        scaled[special] = 0
    codes: Codes = scaled.astype(np.uint8)
    codes += FIRST
    if special is not None:
        found = values[special]
        codes[special] = np.where(np.isnan(found), NAN, np.where(found == 0, ZERO, INFINITE))
    return codes


def decades(values: Floats) -> tuple[float, float] | None:
    """The smallest and largest log10 among finite values above zero; None if there are none."""
    usable = values[(values > 0) & np.isfinite(values)]
    if usable.size == 0:
        return None
    return math.log10(float(usable.min())), math.log10(float(usable.max()))
