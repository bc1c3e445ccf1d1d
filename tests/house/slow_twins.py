"""Measurements done the slow and obvious way, number after number in Python's floats."""

from __future__ import annotations

import math

import numpy as np

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)


def slow_norm(values: list[float]) -> float:
    """The obvious twin: one number after the other, scaled, in Python's floats; as float32 can hold it."""
    norm = exact_norm(values)
    return norm if norm == 0 or not math.isfinite(norm) else min(max(norm, SMALLEST), LARGEST)


def exact_norm(values: list[float]) -> float:
    """The same as a float64: numbers of float32 can have a norm that is none."""
    if any(math.isnan(v) for v in values):
        return math.nan
    largest = max((abs(v) for v in values), default=0.0)
    if largest == 0 or math.isinf(largest):
        return largest
    return largest * math.sqrt(math.fsum((v / largest) ** 2 for v in values))
