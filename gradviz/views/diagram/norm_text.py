"""Gradient norms in the few characters that a card has: “1.2e-7”, “1.2e-12 … 0.35”, “✕ NaN”."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


def norm_text(norms: Floats) -> str:
    """One norm, or the smallest and the largest; what is not finite comes first."""
    if not len(norms):
        return ""
    if (mark := mark_of(norms)) in {"✕", "▲"}:
        return f"{mark} NaN" if mark == "✕" else f"{mark} ∞"
    low, high = float(norms.min()), float(norms.max())
    return _short(low) if low == high else f"{_short(low)} … {_short(high)}"


def mark_of(norms: Floats) -> str:
    """✕ where a norm is NaN, ▲ where one is infinite, ▼ where one is exactly zero, else nothing."""
    if np.isnan(norms).any():
        return "✕"
    if np.isinf(norms).any():
        return "▲"
    return "▼" if (norms == 0).any() else ""


def _short(value: float) -> str:
    """Two significant digits."""
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{value:.2g}" if value < 100 else f"{value:,.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
