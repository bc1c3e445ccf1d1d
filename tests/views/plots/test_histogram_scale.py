import numpy as np
import pytest

from gradviz.records import histogram
from gradviz.views.plots import histogram_scale as h


def test_every_finite_bin_is_found_at_its_middle() -> None:
    left, right = h.bar_edges()
    finite = range(histogram.NEGATIVE.start, histogram.POSITIVE.stop)
    assert len(left) == len(finite)
    assert (right > left).all()
    assert (left[1:] >= right[:-1] - 1e-9).all()
    for index, middle in zip(finite, (left + right) / 2, strict=True):
        assert h.bin_at(middle) == index


def test_there_is_nothing_between_zero_and_the_smallest() -> None:
    assert h.bin_at(0.0) == histogram.ZERO
    assert h.bin_at(h.GAP * 0.6) is None
    assert h.bin_at(h.HALF + 1) is None


def test_the_axis_is_a_mirror() -> None:
    found = h.magnitude_ticks(-h.SHOWN, h.SHOWN, 320)
    assert [tick.value for tick in found] == [-tick.value for tick in reversed(found)]
    texts = {tick.text for tick in found}
    assert {"0", "1e-12", "−1e-12"} <= texts


@pytest.mark.parametrize("pixels", [200, 320, 900])
def test_labels_have_room(pixels: float) -> None:
    found = [tick.value for tick in h.magnitude_ticks(-h.SHOWN, h.SHOWN, pixels) if tick.text]
    assert (np.diff(found) * pixels / (2 * h.SHOWN) >= 25).all()


def test_the_outermost_bins_say_that_they_hold_the_rest() -> None:
    assert h.bin_words(histogram.ZERO) == "0"
    assert h.bin_words(histogram.POSITIVE.start).endswith("… 0")
    assert h.bin_words(histogram.POSITIVE.stop - 1).endswith("… ∞")
    assert h.bin_words(histogram.NEGATIVE.start).endswith("… −∞")
    middle = histogram.bin_of(np.array([2e-3]))[0]
    assert h.bin_words(int(middle)) == "1.8e-3 … 3.2e-3"
