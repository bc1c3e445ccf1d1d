from dataclasses import replace

import pytest
from recorded_runs import layer

from gradviz.views.layer_selection import LayerSelection, Place
from gradviz.views.picking import Pick, picked, runs_of


@pytest.fixture
def heard(qapp):
    """A selection of five rounds of one layer, and what it tells."""
    selection = LayerSelection()
    selection.set_layers([layer(index) for index in range(5)])
    told = []
    for name in ("row_changed", "path_changed", "paths_changed", "place_changed"):
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


@pytest.fixture
def tree():
    """A stem, a Residual of two layers and its shortcut, and a layer that is gone through three times."""
    places = [((0,), ()), ((1, 0), ()), ((1, 1), ()), ((1,), ()), *[((2, 0), (i,)) for i in range(3)]]
    layers = [replace(layer(i), path=path, repeat=repeat) for i, (path, repeat) in enumerate(places)]
    selection = LayerSelection()
    selection.set_layers(layers)
    return selection, layers


def test_ctrl_adds_and_takes_away_shift_takes_the_range_from_the_primary() -> None:
    assert picked((3,), 5, Pick.ONE) == (5,)
    assert picked((3,), 5, Pick.TOGGLE) == (3, 5)
    assert picked((3, 5), 3, Pick.TOGGLE) == (5,)
    assert picked((3, 5), 5, Pick.TOGGLE) == (3,)
    assert picked((3,), 3, Pick.TOGGLE) == (3,)
    assert picked((1, 3), 6, Pick.RANGE) == (6, 5, 4, 3)
    assert picked((6, 5, 4, 3), 1, Pick.RANGE) == (1, 2, 3)
    assert picked((), 2, Pick.RANGE) == picked((), 2, Pick.TOGGLE) == (2,)
    assert runs_of((6, 1, 2, 8, 7)) == [(1, 2), (6, 8)]


def test_several_rows_are_told_with_the_last_as_the_primary(heard) -> None:
    selection, told = heard
    sets = []
    selection.rows_changed.connect(sets.append)
    selection.select_rows((3, 1, 4))
    assert (selection.row, selection.rows, sets) == (4, (3, 1, 4), [(3, 1, 4)])
    assert told == [
        ("row_changed", 4),
        ("paths_changed", ((1, 0),)),
        ("place_changed", Place(path=(1, 0), row=4)),
    ]
    told.clear()
    selection.select_rows((3, 4))
    assert "row_changed" not in dict(told)
    selection.select_row(4)
    assert sets[-1] == selection.rows == (4,)


def test_rows_that_are_not_there_are_left_out(heard) -> None:
    selection, _ = heard
    selection.select_rows((9, 2, 2, 1, -1))
    assert selection.rows == (2, 1)
    selection.select_rows((7, 3))
    assert selection.rows == (3,)
    selection.select_rows(())
    assert selection.rows == (3,)


def test_a_set_is_found_again_by_names(heard) -> None:
    selection, told = heard
    layers = [layer(index) for index in range(5)]
    selection.select_rows((1, 4, 3))
    selection.set_layers([layers[4], layers[3], layers[0], layers[1]])
    assert selection.rows == (3, 0, 1)
    selection.set_layers([layers[0], layers[1], layers[4]])
    assert selection.rows == (1, 2)
    assert ("row_changed", 2) in told
    selection.set_layers([layers[0]])
    assert selection.rows == (0,)
    selection.set_layers([])
    assert (selection.row, selection.rows, selection.name) == (None, (), "")


def test_what_a_smaller_depth_took_away_is_selected_again_with_the_depth(heard) -> None:
    selection, _ = heard
    layers = [layer(index) for index in range(8)]
    selection.select_rows((1, 4, 3))
    for shown, rows in ((2, (1,)), (1, (0,)), (0, ()), (8, (1, 4, 3))):
        selection.set_layers(layers[:shown])
        assert selection.rows == rows
    selection.select_row(0)  # a choice of its own takes the place of the former
    selection.set_layers(layers[:5])
    assert selection.rows == (0,)


def test_a_block_stays_all_its_layers_when_it_grows_or_shrinks(heard) -> None:
    selection, _ = heard
    layers = [layer(index) for index in range(8)]
    selection.select_row(2)
    selection.select_path((1,))
    for shown, rows in ((2, (0, 1)), (5, (0, 1, 3, 4, 2)), (8, (0, 1, 3, 4, 5, 6, 7, 2))):
        selection.set_layers(layers[:shown])
        assert selection.rows == rows
    others = [replace(layer(index, f"Conv {index}"), path=(1, 1)) for index in range(3)]
    selection.set_layers(others)  # another network: nothing that was chosen is in it
    assert selection.rows == (0,)


def test_a_block_is_all_its_layers_and_the_first_is_the_primary(tree) -> None:
    selection, _ = tree
    selection.select_path((1,))
    assert selection.rows == (2, 3, 1)
    selection.select_row(2)
    selection.select_path((1,))
    assert selection.rows == (1, 3, 2)
    selection.select_path((2, 0))
    assert selection.rows == (4,)


def test_several_layers_of_the_tree_are_all_theirs(tree) -> None:
    selection, _ = tree
    places = []
    selection.place_changed.connect(places.append)
    selection.select_paths(((0,), (1,)))
    assert selection.rows == (1, 2, 3, 0)
    assert places == [Place(path=(0,), row=0)]
    selection.select_rows((4, 6))
    selection.select_paths(((0,), (2, 0)))  # the rounds that were looked at
    assert selection.rows == (4, 6, 0)
    selection.select_paths(((3,), (2, 0)))  # an activation has no row
    assert selection.row == 4
    assert places[-1] == Place(path=(3,), row=None)
    selection.select_paths(((3,), (4,)))
    assert selection.rows == (4,)
