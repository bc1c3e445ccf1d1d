from dataclasses import replace

import pytest
from recorded_runs import layer

from gradviz.views.layer_selection import LayerSelection, Place


@pytest.fixture
def heard(qapp):
    """A selection of five rounds of one layer, and what it tells."""
    selection = LayerSelection()
    selection.set_layers([layer(index) for index in range(5)])
    told = []
    for name in ("row_changed", "path_changed", "place_changed"):
        getattr(selection, name).connect(lambda what, which=name: told.append((which, what)))
    return selection, told


def test_a_row_is_told_to_plots_tree_and_diagram(heard) -> None:
    selection, told = heard
    selection.select_row(3)
    assert told == [
        ("row_changed", 3),
        ("path_changed", (1, 0)),
        ("place_changed", Place(path=(1, 0), row=3)),
    ]


def test_a_layer_of_the_tree_keeps_the_round_that_was_looked_at(heard) -> None:
    selection, told = heard
    selection.select_row(3)
    told.clear()
    selection.select_path((1, 0))
    assert told == [("place_changed", Place(path=(1, 0), row=3))]


def test_of_an_activation_the_plots_show_the_layer_before_it() -> None:
    selection = LayerSelection()
    selection.set_layers(replace(layer(index), path=(2 * index,)) for index in range(3))
    told = []
    selection.row_changed.connect(told.append)
    selection.place_changed.connect(told.append)
    selection.select_path((3,))
    assert told == [1, Place(path=(3,), row=None)]
    selection.select_path((5,))
    assert selection.row == 2


def test_a_layer_before_all_measured_ones_leaves_the_plots_alone(heard) -> None:
    selection, told = heard
    selection.select_path((0,))
    assert told == [("place_changed", Place(path=(0,), row=None))]
    assert selection.row == 0


def test_a_node_of_the_diagram_is_told_to_tree_and_plots(heard) -> None:
    selection, told = heard
    selection.select_place((1, 0), 4)
    assert told == [("row_changed", 4), ("path_changed", (1, 0))]
    told.clear()
    selection.select_place((2,), None)
    assert told == [("path_changed", (2,))]
    assert selection.row == 4


def test_the_layer_of_an_opened_session_is_selected_once_it_is_there(heard) -> None:
    selection, told = heard
    layers = [layer(index) for index in range(5)]
    selection.prefer(layers[3].name)
    selection.set_layers(layers[:2])
    assert selection.row == 0
    told.clear()
    selection.set_layers(layers)
    assert selection.row == 3
    assert ("path_changed", (1, 0)) in told
    selection.select_row(1)
    selection.set_layers(layers)
    assert selection.name == layers[1].name


def test_a_user_is_quicker_than_an_opened_session(heard) -> None:
    selection, _ = heard
    selection.prefer("not there yet")
    selection.select_row(2)
    selection.set_layers([replace(layer(index), name=f"L{index}") for index in range(2)])
    assert selection.row == 0
    selection.set_layers([replace(layer(0), name="other"), replace(layer(1), name="not there yet")])
    assert selection.row == 0
