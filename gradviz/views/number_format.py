"""How numbers look on every screen: three significant digits, thousands separated, units always.

Powers of ten are 1e-12 in plots and 10⁻¹² in prose.
"""

from __future__ import annotations

import math

from gradviz.control import layer_text

NAN_TEXT = "NaN"
INFINITY_TEXT = "∞"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def count(value: int) -> str:
    """A whole number: 1,240."""
    return f"{value:,}".replace("-", "−")


short_count = layer_text.short_count


def significant(value: float) -> str:
    """Three significant digits: 0.0123, 12.3, 1,230; below 1e-3 and from 1e6 on as 1.23e-12."""
    if special := _special(value):
        return special
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-3 or size >= 1e6:
        mantissa, exponent = f"{value:.2e}".split("e")
        return (
            f"{mantissa}e{int(exponent)}".replace("-", "−", 1) if value < 0 else f"{mantissa}e{int(exponent)}"
        )
    decimals = max(0, 2 - math.floor(math.log10(size)))
    return f"{value:,.{decimals}f}".replace("-", "−")


def plain(value: float) -> str:
    """A number that the user gave, in the fewest digits: 0.1, 100, 1e-5."""
    mantissa, *exponent = f"{value:g}".split("e")
    return f"{mantissa}e{int(exponent[0])}" if exponent else mantissa


def power(exponent: int) -> str:
    """A power of ten on a plot's axis: 1e-12; 1 and 10 as they are."""
    return {0: "1", 1: "10"}.get(exponent, f"1e{exponent}")


def prose_power(value: float) -> str:
    """A magnitude in a sentence: 3.2·10⁻¹²; from 0.001 to 10⁶ as a plain number."""
    text = significant(value)
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    return f"{mantissa}·10{exponent.translate(_SUPERSCRIPTS)}"


def percent(share: float) -> str:
    """A share: 3.1 %, 42 %, 100 %."""
    if special := _special(share):
        return special
    scaled = share * 100
    return f"{scaled:.1f} %" if scaled < 10 and scaled > 0 else f"{scaled:.0f} %"


def rate(steps_per_second: float) -> str:
    """A speed as a number: 371, 12.4."""
    return f"{steps_per_second:,.0f}" if steps_per_second >= 100 else f"{steps_per_second:.3g}"


def duration(seconds: float) -> str:
    """A time: 2 s, 3 min 20 s, 1 h 4 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def shape(sizes: tuple[int, ...]) -> str:
    """An output shape: 64 × 8 × 8."""
    return " × ".join(str(size) for size in sizes)


def _special(value: float) -> str:
    if math.isnan(value):
        return NAN_TEXT
    if math.isinf(value):
        return INFINITY_TEXT if value > 0 else f"−{INFINITY_TEXT}"
    return ""
