from __future__ import annotations

import numpy as np
import pytest

from gradviz.data.temporal_order import TOKENS, temporal_order

STEPS = {2: [range(10, 21), range(50, 61)], 3: [range(10, 21), range(33, 44), range(66, 77)]}


@pytest.mark.parametrize("marks", [2, 3])
def test_the_class_is_the_order_of_the_marks(marks: int) -> None:
    source = temporal_order(length=100, marks=marks, samples=400)
    x, y = source.make(np.random.default_rng(0))
    for row, cls in zip(x, y, strict=True):
        symbols = [TOKENS[i] for i in row]
        assert (symbols[0], symbols[-1]) == ("E", "B")
        places = [at for at, symbol in enumerate(symbols) if symbol in "XY"]
        assert [at in steps for at, steps in zip(places, STEPS[marks], strict=True)] == [True] * marks
        assert all(s in "abcd" for at, s in enumerate(symbols) if 0 < at < 99 and at not in places)
        assert "".join(symbols[at] for at in places) == f"{cls:0{marks}b}".translate({48: "X", 49: "Y"})
    assert np.bincount(y).tolist() == [400 // 2**marks] * 2**marks


@pytest.mark.parametrize("marks", [2, 3])
def test_marks_stay_apart_in_the_shortest_sequence(marks: int) -> None:
    x, _ = temporal_order(length=20, marks=marks, samples=300).make(np.random.default_rng(0))
    assert ((x == TOKENS.index("X")) | (x == TOKENS.index("Y"))).sum(axis=1).tolist() == [marks] * 300
