"""Marks at the edges: each where it belongs, and of a crowd a line with some of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.plots.edge_marks import EdgeMarks, Mark, thinned
from gradviz.views.plots.plot_box import PlotBox


@given(st.lists(st.floats(0, 2000), max_size=300), st.booleans())
def test_every_place_has_a_mark_or_lies_on_a_line(places, upright) -> None:
    along = np.sort(np.array(places, float))
    level = np.full(len(along), 7.0)
    kept, crowds = thinned(level, along) if upright else thinned(along, level)
    for at, place in enumerate(along):
        on_line = any(along[first] <= place <= along[last] for first, last in crowds)
        assert at in kept or on_line or np.abs(along[kept] - place).min() < 9
    assert sorted(set(kept.tolist())) == kept.tolist()
    for before, after in pairwise(kept):
        assert along[after] - along[before] >= 9 - 1e-6
    for first, last in crowds:
        assert along[last] - along[first] >= 9 - 1e-6
        assert along[last] - along[kept[kept <= last][-1]] < 9  # both ends of a line have a mark
        assert (np.diff(along[first : last + 1]) < 9 + 1e-6).all()


@pytest.fixture
def box(app):
    view = pg.GraphicsView()
    box = PlotBox()
    view.setCentralItem(box)
    view.resize(420, 200)
    view.show()
    app.processEvents()
    yield box
    view.close()


def test_a_thousand_zeros_are_a_line_with_marks_and_each_again_when_zoomed_in(box) -> None:
    box.setXRange(0, 1000, padding=0)
    box.setYRange(0, 1, padding=0)
    marks = EdgeMarks(box)
    marks.show({Mark.ZERO: (np.arange(100, 900), np.full(800, 0.5)), Mark.NAN: ([950.0], [0.5])})
    assert marks.count(Mark.ZERO) == 800
    drawn, lines = marks.drawn(Mark.ZERO)
    assert 5 < len(drawn) < 25
    np.testing.assert_allclose(lines, [[[100, 0.5], [899, 0.5]]])
    np.testing.assert_allclose(marks.drawn(Mark.NAN)[0], [[950, 0.5]])
    assert not len(marks.drawn(Mark.NAN)[1])
    box.setXRange(199.5, 210.5, padding=0)
    drawn, lines = marks.drawn(Mark.ZERO)
    assert {*range(200, 211)} <= {*np.round(drawn[:, 0], 6)}
    assert not len(lines)
    marks.show({})
    assert marks.count(Mark.ZERO) == 0
    assert not len(marks.drawn(Mark.ZERO)[0])


def test_along_an_upright_axis_too(box) -> None:
    box.setXRange(0, 1, padding=0)
    box.setYRange(0, 1000, padding=0)
    marks = EdgeMarks(box)
    marks.show({Mark.FROZEN: (np.full(800, 0.5), np.arange(100, 900))})
    drawn, lines = marks.drawn(Mark.FROZEN)
    assert 2 < len(drawn) < 15
    np.testing.assert_allclose(lines, [[[0.5, 100], [0.5, 899]]])


def test_a_mark_in_the_corner_is_drawn_whole(box) -> None:
    box.setXRange(0, 10, padding=0)
    box.setYRange(0, 1, padding=0)
    marks = EdgeMarks(box)
    marks.show({Mark.ZERO: ([0.0, 10.0, 5.0, 30.0], [0.0, 1.0, 0.5, 0.5])})
    pixel_x, pixel_y = 10 / box.rect().width(), 1 / box.rect().height()
    expected = [[5 * pixel_x, 5 * pixel_y], [5, 0.5], [10 - 5 * pixel_x, 1 - 5 * pixel_y]]
    np.testing.assert_allclose(marks.drawn(Mark.ZERO)[0], expected)
    assert marks.places(Mark.ZERO).tolist() == [[0, 0], [5, 0.5], [10, 1], [30, 0.5]]
