from dataclasses import replace

import diagram_models as models
from diagram_models import linear, relu

from gradviz.views.diagram.matching import rows_of_run


def measured(spec):
    return tuple(layer for layer in models.inspect(spec).layers if layer.parameters)


def test_the_same_model_matches_row_for_row() -> None:
    layers = measured(models.deep(20))
    assert rows_of_run(layers, layers) == tuple(range(21))


def test_layers_without_weights_may_come_and_go() -> None:
    run = measured(models.model(linear(), linear()))
    shown = measured(models.model(relu(), linear(), relu(), linear()))
    assert rows_of_run(shown, run) == (0, 1)


def test_around_an_edit_the_layers_keep_their_rows() -> None:
    run = measured(models.wide(6))
    shown = tuple(replace(layer, parameters=99) if number == 2 else layer for number, layer in enumerate(run))
    assert rows_of_run(shown, run) == (0, 1, -1, 3, 4, 5)
    longer = (*run[:3], replace(run[0], kind="Conv2d"), *run[3:])
    assert rows_of_run(longer, run) == (0, 1, 2, -1, 3, 4, 5)
    assert rows_of_run((*run[:2], *run[3:]), tuple(shown)) == (0, 1, 3, 4, 5)


def test_another_model_matches_nowhere() -> None:
    run = measured(models.wide(3))
    other = tuple(replace(layer, kind="Conv2d") for layer in run)
    assert rows_of_run(other, run) == (-1, -1, -1)
    assert rows_of_run((), run) == ()
    assert rows_of_run(run, ()) == (-1, -1, -1)
