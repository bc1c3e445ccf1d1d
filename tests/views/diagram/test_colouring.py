import numpy as np
import pytest

from gradviz.views.diagram.colouring import Colouring, thinned
from gradviz.views.diagram.norm_text import mark_of, norm_text
from gradviz.views.plots.magnitude import FIRST, INFINITE, NAN, NOTHING, ZERO, encode, lookup_table
from gradviz.views.theme import DARK, LIGHT


def test_a_layer_has_the_flow_maps_code_and_colour(app) -> None:
    norms = np.array([1e-9, 1e-3, 0.5], np.float32)
    colouring = Colouring()
    colouring.set_theme(DARK)
    colouring.show(norms, (0, 1, 2), 7, (-10.0, 0.0))
    assert (colouring.codes == encode(norms, -10.0, 0.0)).all()
    red, green, blue, _ = lookup_table(DARK)[colouring.codes[1]]
    assert colouring.colours[colouring.codes[1]].getRgb()[:3] == (red, green, blue)


def test_what_is_not_finite_has_its_marks_and_an_unknown_layer_none() -> None:
    colouring = Colouring()
    norms = np.array([0, np.nan, np.inf, 1e-4], np.float32)
    colouring.show(norms, (0, 1, 2, -1, 3), 7, (-6.0, 0.0))
    assert colouring.codes.tolist()[:4] == [ZERO, NAN, INFINITE, NOTHING]
    assert colouring.codes[4] >= FIRST
    assert len(colouring.norms((3,))) == 0
    assert colouring.norms((4,)).tolist() == pytest.approx([1e-4])


def test_the_zero_of_a_frozen_layer_is_as_quiet_as_an_unknown_one() -> None:
    colouring = Colouring()
    norms, frozen = np.array([0, 0, 1e-4], np.float32), np.array([True, False, True])
    colouring.show(norms, (0, 1, 2, -1), 7, (-6.0, 0.0), frozen=frozen)
    assert colouring.codes.tolist()[:2] == [NOTHING, ZERO]
    assert colouring.codes[2] >= FIRST  # it has a gradient, so it learns
    assert [colouring.rests((row,)) for row in range(4)] == [True, False, False, False]
    assert not colouring.rests((0, 1))
    colouring.show(norms, (0, 1, 2, -1), 7, (-6.0, 0.0))
    assert not colouring.rests((0,))


def test_numbers_change_only_at_reading_speed() -> None:
    colouring = Colouring()
    colouring.show(np.array([1.0], np.float32), (0,), 1, (-6.0, 0.0))
    colouring.show(np.array([2e-5], np.float32), (0,), 2, (-6.0, 0.0), reads=False)
    assert colouring.norms((0,)).tolist() == [1.0]
    assert colouring.step == 1
    assert colouring.codes[0] == encode(np.array([2e-5]), -6.0, 0.0)[0]


def test_thinning_keeps_every_mark_and_the_smallest() -> None:
    codes = np.full(1000, 200, np.uint8)
    codes[[503, 700, 901]] = (NAN, ZERO, INFINITE)
    codes[20] = 31
    few = thinned(codes, 50)
    assert len(few) == 50
    assert (few[25], few[35], few[45], few[1], few[0]) == (NAN, ZERO, INFINITE, 31, 200)
    assert thinned(codes[:10], 50) is not few
    assert len(thinned(codes[:10], 50)) == 10
    assert thinned(np.full(100, NOTHING, np.uint8), 10).tolist() == [NOTHING] * 10


def test_a_strip_is_a_picture_of_its_codes() -> None:
    colouring = Colouring()
    colouring.set_theme(LIGHT)
    image = colouring.strip(np.array([FIRST, NAN], np.uint8), 40)
    assert (image.width(), image.height()) == (1, 2)
    assert image.pixelColor(0, 0).getRgb()[:3] == colouring.colours[FIRST].getRgb()[:3]
    assert image.pixelColor(0, 1) == colouring.colours[NAN]


@pytest.mark.parametrize(
    ("norms", "text", "mark"),
    [
        ([], "", ""),
        ([1.234e-7], "1.2e-7", ""),
        ([0.0345], "0.035", ""),
        ([1e-12, 0.3], "1.0e-12 … 0.3", ""),
        ([0.0, 0.3], "0 … 0.3", "▼"),
        ([np.inf, 1], "▲ ∞", "▲"),
        ([np.nan, np.inf], "✕ NaN", "✕"),
        ([123456.0], "1.2e5", ""),
        ([2345.0], "2,345", ""),
        ([4.2e9], "4.2e9", ""),
    ],
)
def test_norms_in_few_characters(norms, text: str, mark: str) -> None:
    values = np.array(norms, np.float64)
    assert mark_of(values) == mark
    assert norm_text(values) == text
