import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gradviz.views.plots.plotted_values import Column, PlottedValues, at_steps, texts


@given(arrays.arrays(np.float32, st.integers(0, 20), elements=st.floats(width=32)))
def test_numbers_come_back_as_they_were(cells) -> None:
    table = PlottedValues(columns=(Column(name="a, “b”\tc", cells=cells),))
    for text, separator in ((table.csv(), ","), (table.tab_separated(), "\t")):
        head, *rows = csv.reader(io.StringIO(text), delimiter=separator)
        assert head == ["a, “b”\tc"]
        np.testing.assert_array_equal(np.array([row[0] for row in rows], np.float32), cells)


def test_what_was_not_measured_is_empty_and_nan_is_not() -> None:
    steps = np.array([0, 1, 2, 3])
    cells = at_steps(steps, np.array([1, 3]), np.array([np.nan, 0.25], np.float32))
    table = PlottedValues(columns=(Column(name="step", cells=steps), Column(name="y", cells=cells)))
    assert table.csv() == "step,y\n0,\n1,nan\n2,\n3,0.25\n"


def test_words() -> None:
    table = PlottedValues(columns=(Column(name="layer", cells=texts(["Linear 1", 'a "b", c'])),))
    assert table.csv() == 'layer\nLinear 1\n"a ""b"", c"\n'
