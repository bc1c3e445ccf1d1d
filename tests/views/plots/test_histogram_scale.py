from itertools import pairwise

import numpy as np
import pytest

from gradviz.records import histogram
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.histogram_scale import GAP, HistogramScale, bin_words

SCALES = [HistogramScale(), HistogramScale(lowest=-32), HistogramScale(lowest=-38, highest=38)]


def counts(*values: float) -> np.ndarray:
    return histogram.count(np.array(values, np.float32))


@pytest.mark.parametrize("scale", SCALES)
def test_every_bin_on_the_axis_is_found_at_its_middle(scale: HistogramScale) -> None:
    left, right = scale.bar_edges()
    finite = range(histogram.NEGATIVE.start, histogram.POSITIVE.stop)
    assert len(left) == len(finite)
    assert (left[1:] >= right[:-1] - 1e-9).all()
    wide = [place for place in zip(finite, left, right, strict=True) if place[2] > place[1]]
    assert len(wide) == 1 + 2 * histogram.BINS_PER_DECADE * (histogram.BIGGEST_DECADE - scale.lowest)
    for index, begin, end in wide:
        assert scale.bin_at((begin + end) / 2) == index


@pytest.mark.parametrize("scale", SCALES)
def test_there_is_nothing_between_zero_and_the_smallest(scale: HistogramScale) -> None:
    assert scale.bin_at(0.0) == histogram.ZERO
    assert scale.bin_at(GAP * 0.6) is None
    assert scale.bin_at(scale.half + 1) is None


def test_the_axis_reaches_as_far_as_the_entries() -> None:
    usual = HistogramScale()
    assert usual.covering(counts(0.5, -1e-3, 0.0, np.nan, np.inf)) == usual
    assert usual.covering(counts(3e-31)) == HistogramScale(lowest=-32)
    assert usual.covering(counts(-3e-31, 5e5)) == HistogramScale(lowest=-32, highest=8)
    assert usual.covering(counts(1e-45, 3e38)) == HistogramScale(lowest=-38, highest=38)
    deep = HistogramScale(lowest=-32)
    assert deep.covering(counts(0.1)) == deep


@pytest.mark.parametrize("scale", SCALES)
def test_the_axis_is_a_mirror(scale: HistogramScale) -> None:
    found = scale.ticks(-scale.shown, scale.shown, 320)
    assert [tick.value for tick in found] == [-tick.value for tick in reversed(found)]
    assert "0" in {tick.text for tick in found}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("pixels", [150, 200, 260, 320, 420, 900])
@pytest.mark.parametrize("zoom", [1, 0.7, 0.3])
def test_labels_have_room(qapp, pixels: float, scale: HistogramScale, zoom: float) -> None:
    """As they are drawn: those at the ends stand inside."""
    high = scale.shown * zoom
    axis = Axis(Side.BOTTOM, scale.ticks)
    axis.resize(pixels, 40)
    found = [tick for tick in scale.ticks(-high, high, pixels) if tick.text]
    spans = [axis.text_span((tick.value + high) / (2 * high) * pixels, tick.text) for tick in found]
    assert [left - right for (_, right), (left, _) in pairwise(spans) if left - right < 3] == []
    assert len(found) >= 3


def test_the_outermost_bins_say_that_they_hold_the_rest() -> None:
    assert bin_words(histogram.ZERO) == "0"
    assert bin_words(histogram.POSITIVE.start).startswith("0 … ")
    assert bin_words(histogram.POSITIVE.stop - 1).endswith("… ∞")
    assert bin_words(histogram.NEGATIVE.start).startswith("−∞ … −")
    assert bin_words(histogram.NEGATIVE.stop - 1).endswith("… 0")


def test_a_bin_is_told_from_left_to_right() -> None:
    above, below = histogram.bin_of(np.array([2e-3, -2e-3]))
    assert bin_words(int(above)) == "1.8e-3 … 3.2e-3"
    assert bin_words(int(below)) == "−3.2e-3 … −1.8e-3"
