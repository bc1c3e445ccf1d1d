"""Medians of layers against a slow twin, with values that have no place on the axis."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.plots.folded_line import fold_for, folded

NORMS = st.one_of(st.floats(1e-30, 1e30), st.sampled_from([0.0, math.inf, math.nan]))


@given(st.lists(NORMS, max_size=60), st.sampled_from([1, 2, 5, 20]))
def test_points_are_medians_of_their_layers(norms: list[float], each: int) -> None:
    x, y = folded(np.array(norms), each)
    assert len(x) == len(y) == math.ceil(len(norms) / each)
    for point, start in enumerate(range(0, len(norms), each)):
        part = norms[start : start + each]
        assert y[point] == statistics.mean(range(start, start + len(part)))
        if each == 1:
            continue
        ordered = sorted(part, key=lambda norm: math.inf if math.isnan(norm) else norm)
        ends = [ordered[(len(part) - 1) // 2], ordered[len(part) // 2]]
        if all(0 < end < math.inf for end in ends):
            assert x[point] == pytest.approx(statistics.mean(math.log10(end) for end in ends), abs=1e-6)
        else:
            assert math.isnan(x[point])


@pytest.mark.parametrize(
    ("pixels", "each"), [(56.0, 1), (5.6, 1), (2.0, 1), (1.4, 10), (0.28, 50), (0.01, 1000), (0.0, 1)]
)
def test_layers_that_lie_close_are_folded(pixels: float, each: int) -> None:
    assert fold_for(pixels).each == each


@pytest.mark.parametrize("pixels", [0.3, 1.0, 2.5, 6.0, 40.0])
def test_symbols_stand_apart(pixels: float) -> None:
    fold = fold_for(pixels)
    assert fold.apart * fold.each * pixels >= 14
