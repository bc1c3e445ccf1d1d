from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.views.plots import ticks as t
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.plot_box import PlotBox

LENGTHS = st.floats(min_value=20, max_value=4000)


@pytest.mark.parametrize("count", [1, 5, 21, 200, 1000])
@pytest.mark.parametrize("selected", [None, 0, 3, -1])
def test_names_never_overlap(count: int, selected: int | None) -> None:
    chosen = count - 1 if selected == -1 else selected
    chosen = chosen if chosen is None or chosen < count else 0
    names = [f"Linear {i + 1}" for i in range(count)]
    pixels = 260.0
    found = t.layer_ticks(names, chosen)(-0.5, count - 0.5, pixels)
    row = pixels / count
    gaps = [(b.value - a.value) * row for a, b in pairwise(found)]
    assert all(gap >= t.TEXT_HEIGHT - 1e-6 for gap in gaps)
    assert len(found) <= pixels / t.TEXT_HEIGHT + 1
    assert [tick.value for tick in found if tick.strong] == ([] if chosen is None else [chosen])
    assert found[0].value in {0, chosen}


def test_all_names_show_where_there_is_room() -> None:
    found = t.layer_ticks(["a", "b", "c"], None)(-0.5, 2.5, 300)
    assert [tick.text for tick in found] == ["a", "b", "c"]


@given(st.integers(0, 10**6), st.integers(1, 10**6), LENGTHS)
def test_steps_are_whole_and_not_crowded(first: int, span: int, pixels: float) -> None:
    found = t.step_ticks(first, first + span, pixels)
    assert all(float(tick.value).is_integer() for tick in found)
    assert len(found) <= pixels / 59 + 1
    longest = max((len(tick.text) for tick in found), default=0)
    gaps = [(after.value - before.value) / span * pixels for before, after in pairwise(found)]
    assert all(gap >= 7 * longest + 20 for gap in gaps)


def test_a_column_of_a_paper_has_room_for_three_steps() -> None:
    assert [tick.text for tick in t.step_ticks(-0.5, 299.5, 190)] == ["0", "100", "200"]


@given(st.integers(-40, 0), st.integers(1, 60), LENGTHS)
def test_powers_are_in_range_and_not_crowded(low: int, span: int, pixels: float) -> None:
    found = t.power_ticks(low, low + span, pixels)
    assert all(low <= tick.value <= low + span for tick in found)
    assert len(found) <= pixels / 47 + 1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), LENGTHS)
def test_numbers_are_in_range(low: float, span: float, pixels: float) -> None:
    found = t.number_ticks(low, low + span, pixels)
    assert all(low - span * 1e-6 <= tick.value <= low + span * (1 + 1e-6) for tick in found)
    assert len(found) <= 10


@given(st.floats(0.3, 1e6), st.floats(50, 70))
def test_a_low_pane_has_two_numbers_that_do_not_touch(high, pixels) -> None:
    low, high = -0.02 * high, 1.04 * high
    found = t.number_ticks(low, high, pixels)
    assert len(found) >= 2
    gaps = [(after.value - before.value) / (high - low) * pixels for before, after in pairwise(found)]
    assert all(gap >= t.TEXT_HEIGHT for gap in gaps)


def test_shares_are_percent() -> None:
    assert [tick.text for tick in t.percent_ticks(0, 1, 70)] == ["0 %", "50 %", "100 %"]


def named(count: int) -> list[str]:
    return [f"Linear {i + 1}" for i in range(count)]


@given(
    st.lists(st.integers(1, 80), min_size=2, max_size=40),
    LENGTHS,
    st.integers(0, 3000),
    st.tuples(st.floats(0, 0.4), st.floats(0.6, 1)),
    st.booleans(),
)
def test_blocks_stand_for_names_and_never_overlap(lengths, pixels, selected, shown, level) -> None:
    begin, end = shown
    stops = [sum(lengths[: at + 1]) for at in range(len(lengths))]
    count = stops[-1]
    ends = [*zip([0, *stops[:-1]], stops, strict=True)]
    blocks = t.AxisBlocks(ends=ends, names=named(count), width=(lambda _text: 14.0) if level else None)
    chosen = selected if selected < count else None
    low, high = begin * count - 0.5, end * count - 0.5
    found = t.layer_ticks(named(count), chosen, blocks=blocks)(low, high, pixels)
    texts = [tick for tick in found if tick.text]
    row = pixels / (high - low)
    places = [tick.text_place for tick in texts]
    assert all((after - before) * row >= t.TEXT_HEIGHT - 1e-6 for before, after in pairwise(places))
    assert all(low <= tick.value <= high for tick in found)
    assert [tick.value for tick in found if tick.strong] == (
        [chosen] if chosen is not None and low <= chosen <= high else []
    )


def test_a_thousand_layers_are_named_in_blocks_with_lines_between() -> None:
    ends = [(first, first + 50) for first in range(0, 1000, 50)]
    blocks = t.AxisBlocks(ends=ends, names=named(1000))
    found = t.layer_ticks(named(1000), None, blocks=blocks)(-0.5, 999.5, 280)
    assert [tick.text for tick in found if tick.text][:2] == ["Linear 1–100", "Linear 101–200"]
    assert [tick.value for tick in found if tick.line] == [99.5 + 100 * at for at in range(9)]
    assert len(found) == 19


def test_a_short_last_block_shares_the_name_of_the_one_before() -> None:
    ends = [(first, min(first + 50, 960)) for first in range(0, 960, 50)]
    blocks = t.AxisBlocks(ends=ends, names=named(960))
    found = t.layer_ticks(named(960), None, blocks=blocks)(-0.5, 959.5, 200)
    assert [tick.text for tick in found if tick.text][-2:] == ["Linear 501–750", "Linear 751–960"]
    found = t.layer_ticks(
        named(820), None, blocks=t.AxisBlocks(ends=[*ends[:16], (800, 820)], names=named(820))
    )(-0.5, 819.5, 170)
    assert [tick.text for tick in found if tick.text][-2:] == ["Linear 601–700", "Linear 701–820"]
    assert [tick.value for tick in found if tick.line][-1] == 699.5


@pytest.mark.parametrize("selected", [0, 2, 97, 99, 100])
def test_the_selected_layer_leaves_its_block_its_name(selected: int) -> None:
    ends = [(first, first + 50) for first in range(0, 1000, 50)]
    blocks = t.AxisBlocks(ends=ends, names=named(1000))
    found = t.layer_ticks(named(1000), selected, blocks=blocks)(-0.5, 999.5, 280)
    texts = [tick.text for tick in found if tick.text]
    assert texts.count(f"Linear {selected + 1}") == 1
    assert "Linear 1–100" in texts
    assert "Linear 101–200" in texts


def test_along_a_level_axis_the_selected_layer_is_named_with_its_block() -> None:
    ends = [(first, first + 50) for first in range(0, 1000, 50)]
    blocks = t.AxisBlocks(ends=ends, names=named(1000), room=100, calm=1, width=lambda text: 5.0 * len(text))
    for selected in (0, 210, 999):
        found = t.layer_ticks(named(1000), selected, room=110, blocks=blocks)(-0.5, 999.5, 500)
        texts = [tick for tick in found if tick.text]
        (strong,) = [tick for tick in texts if tick.strong]
        first = selected // 250 * 250
        assert strong.value == selected
        assert strong.text == f"Linear {selected + 1} ({first + 1}–{first + 250})"
        assert strong.text_place == first + 124.5
        assert len(texts) == 4
    narrow = replace(blocks, width=lambda text: 12.0 * len(text))
    found = t.layer_ticks(named(1000), 0, room=110, blocks=narrow)(-0.5, 999.5, 500)
    assert [(tick.text, tick.text_place) for tick in found if tick.strong] == [("Linear 1", 124.5)]
    assert t.in_block("Conv2d 3", "Linear 1–50") == "Conv2d 3"
    assert t.in_block("Linear 3", "Linear 1 – Conv2d 4") == "Linear 3"


def test_zoomed_in_the_layers_have_their_names_again() -> None:
    ends = [(first, first + 50) for first in range(0, 1000, 50)]
    blocks = t.AxisBlocks(ends=ends, names=named(1000))
    found = t.layer_ticks(named(1000), None, blocks=blocks)(99.5, 109.5, 280)
    assert [tick.text for tick in found] == named(1000)[100:110]


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 1.1e22, ["0", "5e21", "1e22"]),
        (-2e7, 1e7, ["−2e7", "0"]),
        (0, 2.2e5, ["0", "1e5", "2e5"]),
        (0, 2.2e-5, ["0", "1e-5", "2e-5"]),
        (0, 40_000, ["0", "20,000", "40,000"]),
    ],
)
def test_large_and_small_numbers_are_short(low, high, texts) -> None:
    assert [tick.text for tick in t.number_ticks(low, high, 80)] == texts


@pytest.mark.parametrize("pixels", [130, 190, 250, 366, 520])
@pytest.mark.parametrize("low", [-99, -17, -16.15, -12])
def test_texts_of_powers_stand_apart_at_the_ends_too(app, low, pixels) -> None:
    axis = Axis(Side.BOTTOM, t.power_ticks)
    axis.resize(pixels, 40)
    for high in np.arange(low + 3, 1, 0.7):
        found = t.power_ticks(low, high, pixels)
        spans = [axis.text_span((k.value - low) / (high - low) * pixels, k.text) for k in found]
        assert all(right + 4 <= left for (_, right), (left, _) in pairwise(spans)), (high, spans)


def test_the_title_of_an_upright_axis_is_not_written_upon(app) -> None:
    view = pg.GraphicsView()
    axis = Axis(Side.LEFT, lambda *_: [t.Tick(y, "1.00e+22222") for y in (0.4, 0.6)], "l")
    box = PlotBox()
    axis.attach(box)
    layout = pg.GraphicsLayout()
    view.setCentralItem(layout)
    layout.addItem(axis, 0, 0)
    layout.addItem(box, 0, 1)
    layout.layout.setColumnFixedWidth(0, 64)
    view.resize(300, 200)
    box.setYRange(0, 1, padding=0)
    view.show()
    app.processEvents()
    picture = view.grab().toImage()
    start = round(axis.sceneBoundingRect().left())
    middle = range(picture.height() // 2 - 30, picture.height() // 2 + 30)
    ground = picture.pixelColor(start + 60, 2)
    inked = [y for y in middle for x in range(start, start + 13) if picture.pixelColor(x, y) != ground]
    assert inked
    assert max(inked) - min(inked) < 12  # the title's one letter
    view.close()


@given(
    st.lists(st.text("ab", min_size=1, max_size=20), min_size=1, max_size=60),
    st.floats(min_value=150, max_value=1500),
    st.integers(0, 100),
)
def test_names_along_a_level_axis_keep_apart_and_within_it(names, pixels, selected) -> None:
    def width(text: str) -> float:
        return 6.0 * len(text)

    chosen = selected if selected < len(names) else None
    room = max(width(name) for name in names) + 8
    high = len(names) - 0.5
    found = t.layer_ticks(names, chosen, room=room, width=width)(-0.5, high, pixels)
    spans = []
    for tick in found:
        middle = (tick.value + 0.5) / len(names) * pixels
        left = min(max(middle - width(tick.text) / 2, 0), pixels - width(tick.text))
        spans.append((left, left + width(tick.text)))
    assert all(right + 8 <= left + 1e-6 for (_, right), (left, _) in pairwise(spans))
    assert [tick.value for tick in found if tick.strong] == ([] if chosen is None else [chosen])
    if chosen is None:
        assert found[0].value == 0


def test_fifty_names_along_a_level_axis_are_more_than_its_ends() -> None:
    names = [f"{kind} {at}" for at in range(1, 18) for kind in ("Linear", "BatchNorm1d", "ReLU")][:50]
    found = t.layer_ticks(names, 0, room=93, width=lambda text: 6.2 * len(text))(-0.5, 49.5, 266)
    assert len(found) == 3


def test_a_block_of_several_kinds_is_called_by_what_it_begins_with() -> None:
    names = [f"{kind} {at}" for at in range(1, 101) for kind in ("Conv2d", "BatchNorm2d")]
    blocks = t.AxisBlocks(ends=[(first, first + 20) for first in range(0, 200, 20)], names=names)
    found = t.layer_ticks(names, None, blocks=blocks)(-0.5, 199.5, 280)
    assert [tick.text for tick in found if tick.text] == [f"Conv2d {at} …" for at in range(1, 101, 10)]
