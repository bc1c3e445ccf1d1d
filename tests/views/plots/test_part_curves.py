"""Curves of gates and heads: only where a run has them, named in the margin, and told to the pointer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pointer
import pytest
from PySide6.QtGui import QFontMetricsF

from gradviz.records.parts import LayerParts, PartKind
from gradviz.views.number_format import significant
from gradviz.views.plots.canvas import MARGIN_WIDTH, RIGHT_PADDING, plot_font
from gradviz.views.plots.line_labels import ROW, LineLabel, LineLabels, spaced
from gradviz.views.plots.part_design import gates, heads
from gradviz.views.plots.plot_area import PlotArea
from gradviz.views.plots.step_curves import StepCurves

WANTED = frozenset({"part_norm"})


def parts(*layers: int, heads: int = 0) -> tuple[LayerParts, ...]:
    names = tuple(f"head {number}" for number in range(1, heads + 1))
    found: list[LayerParts] = []
    for layer in layers:
        if heads:
            found.append(LayerParts(layer=layer, kind=PartKind.PROJECTION, names=("q", "k", "v")))
            found.append(LayerParts(layer=layer, kind=PartKind.HEAD, names=names))
        else:
            found.append(LayerParts(layer=layer, kind=PartKind.GATE, names=("i", "f", "g", "o")))
    return tuple(found)


@pytest.fixture
def shown(app, qtbot, snapshot):
    """A plot of a run with such parts, and the snapshot that it shows; it lives as long as the test."""
    kept = []

    def make(**options):
        shot = snapshot(steps=100, layers=5, wanted=WANTED, **options)
        family = (heads if "head: head 1" in shot.numbers or "head: median" in shot.numbers else gates)()
        view = StepCurves(family.of(shot.numbers))
        qtbot.addWidget(view)
        kept.append(view)
        view.resize(700, 420)
        view.show()
        view.show_snapshot(shot)
        view.show_values(shot)
        return view, shot

    yield make
    kept.clear()


def test_a_line_for_each_gate_of_the_selected_layer(shown) -> None:
    view, shot = shown(parts=parts(1, 3), layer=3)
    (pane,) = view.panes
    names = ["i · input", "f · forget", "g · cell", "o · output"]
    assert [item.line.name for item in pane.items] == names
    assert view.remark.text() == "of Linear 4"
    for item in pane.items:
        assert np.allclose(item._curve.getData()[1], np.log10(shot.numbers[item.line.quantity].mean[0]))
    assert [value.name for value in pane._margin._values] == names
    assert not view.switches
    pointer.hover(view.canvas, pane.box, 33.2, -2.0)
    assert view.canvas.card.text.startswith("Gates at step 33\ni · input: ")


def test_a_layer_without_parts_leaves_the_first_one_that_has_some(shown) -> None:
    view, _ = shown(parts=parts(1, 3), layer=0)
    assert view.remark.text() == "of Linear 2"


def test_lines_go_where_the_selected_layer_has_none(shown) -> None:
    view, shot = shown(parts=parts(1))
    view.show_snapshot(replace(shot, numbers={"train_loss": shot.numbers["train_loss"]}))
    assert not len(view.panes[0].items[0].steps)
    assert not len(view.panes[0].items[0]._curve.getData()[0])


def test_many_heads_have_labels_at_their_heights(shown) -> None:
    view, shot = shown(parts=parts(2, heads=12))
    projections, each = view.panes
    assert [value.name for value in projections._margin._values] == ["q · query", "k · key", "v · value"]
    labels = each._labels.labels
    assert [label.text for label in labels] == [str(number) for number in range(1, 13)]
    values = [shot.numbers[f"head: head {number}"].mean[0, -1] for number in range(1, 13)]
    assert [label.value for label in labels] == [significant(value) for value in values]
    assert each._labels.heading == "head"
    assert np.array_equal(np.argsort([label.place for label in labels]), np.argsort(values))
    height = float(np.log10(shot.numbers["head: head 5"].mean[0, 40]))
    pointer.hover(view.canvas, each.box, 40, height)
    lines = view.canvas.card.text.splitlines()
    assert lines[0] == "Heads at step 40"
    assert lines[1].startswith("head 5: ")
    at_40 = {f"head {n}": shot.numbers[f"head: head {n}"].mean[0, 40] for n in range(1, 13)}
    assert lines[2].startswith(f"largest, {max(at_40, key=at_40.get)}: ")
    assert lines[3].startswith(f"smallest, {min(at_40, key=at_40.get)}: ")


def test_more_heads_have_a_band(shown) -> None:
    view, _ = shown(parts=parts(2, heads=20))
    lines = view.panes[1].items
    assert [item.line.name for item in lines] == ["largest", "median", "smallest"]
    assert [not item._band._path.isEmpty() for item in lines] == [False, True, False]


def test_the_ninth_head_is_dashed() -> None:
    lines = heads().panes[1].lines
    assert [line.dashed for line in lines[:16]] == [False] * 8 + [True] * 8
    assert lines[0].tone == lines[8].tone


def test_labels_are_apart_and_inside() -> None:
    assert spaced([], 100) == []
    assert spaced([50.0], 100) == [(0, 50.0)]
    assert spaced([2.0, 3.0, 90.0], 100) == [(0, ROW / 2), (1, 1.5 * ROW), (2, 90.0)]
    assert spaced([5.0, 6.0], 10) == [(0, 3.5)]
    for count in (3, 8, 16, 40):
        found = spaced(list(np.linspace(40, 41, count)), 100)
        middles = [middle for _, middle in found]
        assert (found[0][0], found[-1][0]) == (0, count - 1)
        assert np.diff(middles).min() >= ROW - 1e-9
        assert middles[0] >= ROW / 2 - 1e-9
        assert middles[-1] <= 100 - ROW / 2 + 1e-9


def test_labels_that_have_no_room_are_counted() -> None:
    labels = LineLabels("head")
    for size, said in ((200, "head"), (80, "head: 5 of 8")):
        labels.setGeometry(0, 0, 60, size)
        labels.set_labels([LineLabel(text=str(at), value="1", tone="text", place=at / 7) for at in range(8)])
        assert labels.words_above() == said
    assert [at for at, _ in spaced(list(np.linspace(0, 80, 8)), 78)] == [0, 1, 3, 4, 6, 7]


def test_labels_are_drawn_in_their_lines_colours(app, shown) -> None:
    view, _ = shown(parts=parts(2, heads=12))
    assert isinstance(view.panes[1]._labels, LineLabels)
    picture = view.canvas.grab().toImage()
    row = view.panes[1]._labels.sceneBoundingRect().toRect()
    found = {
        picture.pixelColor(x, y).name()
        for x in range(row.left(), min(row.left() + 24, picture.width()))
        for y in range(row.top(), min(row.bottom(), picture.height()))
    }
    assert "#2f6fde" in found


def test_names_and_values_fit_beside_the_curves(app) -> None:
    metrics = QFontMetricsF(plot_font())
    for family in (gates(), heads()):
        for line in (
            line for pane in family.panes for line in pane.lines if not line.name.startswith("head")
        ):
            assert metrics.horizontalAdvance(line.name) <= MARGIN_WIDTH - 2, line.name
    bold = plot_font()
    bold.setWeight(bold.Weight.DemiBold)
    widest = QFontMetricsF(bold).horizontalAdvance("16") + metrics.horizontalAdvance("8.88e-12")
    assert widest + 12 + 4 <= MARGIN_WIDTH + RIGHT_PADDING


def test_only_runs_with_gates_have_the_tab(app, qtbot, snapshot) -> None:
    area = PlotArea()
    qtbot.addWidget(area)
    area.resize(1000, 700)
    area.show_snapshot(snapshot(steps=50, layers=5))
    assert not area.ensemble.has("curves.gates")
    area.show_snapshot(snapshot(steps=50, layers=5, parts=parts(2)))
    assert area.ensemble.has("curves.gates")
    assert not area.ensemble.has("curves.heads")
    assert "part_norm" not in area.wanted
    area.show_plot("curves.gates")
    assert area.wanted >= WANTED
