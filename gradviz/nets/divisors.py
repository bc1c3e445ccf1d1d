"""The number that divides: what to propose where heads or groups do not go into a width."""

from __future__ import annotations


def nearest_divisor(whole: int, wanted: int) -> int:
    """The divisor of `whole` that is nearest to `wanted`, of two as near the smaller one."""
    for distance in range(wanted):
        if whole % (wanted - distance) == 0:
            return wanted - distance
        if wanted + distance <= whole and whole % (wanted + distance) == 0:
            return wanted + distance
    return 1
