from dataclasses import replace

import numpy as np
import pytest
from recorded_runs import layer

from gradviz.views.layer_table.rows import Row, arranged, axis_blocks, blocks, measured_names


def spans(rows) -> list[tuple[int, int]]:
    return [(row.first, row.stop) for row in rows]


def at(index: int, path: tuple[int, ...], repeat: tuple[int, ...] = (), module: str = "m") -> object:
    return replace(layer(index), path=path, repeat=repeat, module=module)


def test_an_iteration_with_several_layers_is_a_block() -> None:
    body = [at(1 + 2 * i + j, (1, j), (i,)) for i in range(3) for j in range(2)]
    assert spans(blocks([at(0, (0,)), *body, at(7, (2,))])) == [(0, 1), (1, 3), (3, 5), (5, 7), (7, 8)]


def test_iterations_of_one_layer_are_one_block() -> None:
    body = [at(1 + i, (1, 0), (i,)) for i in range(20)]
    assert spans(blocks([at(0, (0,)), *body])) == [(0, 1), (1, 21)]


def test_a_network_without_places_is_folded_by_module() -> None:
    layers = [at(i, (0,), (), f"layer{i // 4}.{i}") for i in range(12)]
    assert spans(blocks(layers)) == [(0, 4), (4, 8), (8, 12)]


def test_a_thousand_layers_stand_in_twenty_pieces() -> None:
    found = blocks([at(i, (1, 0), (i,), f"1.{i}.0") for i in range(1001)])
    assert spans(found)[:2] == [(0, 50), (50, 100)]
    assert spans(found)[-1] == (1000, 1001)
    assert len(found) == 21


def test_nothing_is_nothing() -> None:
    assert blocks([]) == ()
    assert arranged((), folding=True) == ()


FOUND = (Row(first=0, stop=1), Row(first=1, stop=4), Row(first=4, stop=6))


def test_below_an_open_block_come_its_layers() -> None:
    assert spans(arranged(FOUND, folding=True)) == [(0, 1), (1, 4), (4, 6)]
    rows = arranged(FOUND, folding=True, unfolded={1})
    assert spans(rows) == [(0, 1), (1, 4), (1, 2), (2, 3), (3, 4), (4, 6)]
    assert [row.inside for row in rows] == [False, False, True, True, True, False]
    assert spans(arranged(FOUND, folding=False)) == [(i, i + 1) for i in range(6)]


@pytest.mark.parametrize(("descending", "wanted"), [(False, [3, 0, 2, 5, 1, 4]), (True, [1, 5, 2, 0, 3, 4])])
def test_nan_is_worse_than_infinity_and_what_is_not_known_stands_last(descending, wanted) -> None:
    values = [1.0, np.nan, 2.0, 0.0, None, np.inf]
    rows = arranged(FOUND, folding=False, key=lambda row: values[row.first], descending=descending)
    assert [row.first for row in rows] == wanted


def test_blocks_are_sorted_and_inside_them_their_layers() -> None:
    size = {(0, 1): 5.0, (1, 4): 9.0, (4, 6): 1.0, (1, 2): 3.0, (2, 3): 1.0, (3, 4): 2.0}
    rows = arranged(
        FOUND, folding=True, unfolded={1}, key=lambda row: size[row.first, row.stop], descending=True
    )
    assert spans(rows) == [(1, 4), (1, 2), (3, 4), (2, 3), (0, 1), (4, 6)]


def test_layers_without_parameters_stand_in_the_block_of_the_one_before() -> None:
    alone = [at(i, (1, 0), (i,)) for i in range(120)]
    assert axis_blocks(alone) == ((0, 10), *((first, first + 10) for first in range(10, 120, 10)))
    mixed = [replace(layer(99, "Flatten"), parameters=0)]
    for one in alone:
        mixed += [one, replace(layer(99, f"Sigmoid {one.index + 1}"), parameters=0)]
    assert axis_blocks(mixed) == ((0, 21), *((first, first + 20) for first in range(21, 241, 20)))
    assert measured_names(mixed)[:4] == ("Linear 1", "Linear 1", "Linear 1", "Linear 2")
    assert axis_blocks(mixed[:199]) == ()
