"""What is folded in the table of layers is so again: in the next run, and in the session that is opened."""

from __future__ import annotations

from dataclasses import replace

import passing_runs
import pytest
from recorded_runs import record

from gradviz.control.engine_state import RunChange
from gradviz.views.layer_table.folding import Folding


@pytest.fixture
def shown(window, document, qtbot):
    """Adds a run of 120 layers, in blocks of ten; shows one, with the table of layers in front."""

    def add() -> str:
        request = document.new_run()
        layers = enumerate(passing_runs.network(120, ("Linear",)))
        network = tuple(replace(layer, path=(1, 0), repeat=(at // 10,)) for at, layer in layers)
        status = record(request.store, run_id=request.run_id, steps=30, network=network)
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
        return request.run_id

    def show(run_id: str):
        window.runs.show_run(document.run(run_id))
        qtbot.waitUntil(
            lambda: window.runs.clock.snapshot is not None and window.runs.clock.snapshot.run.id == run_id
        )
        window.plots.show_plot("layers")
        table = window.plots.plot("layers")
        qtbot.waitUntil(lambda: table.model.snapshot is not None and table.model.snapshot.run.id == run_id)
        return table

    return add, show


def test_open_blocks_are_open_in_the_next_run_and_in_the_opened_session(
    window, document, shown, qtbot, tmp_path
) -> None:
    add, show = shown
    table = show(add())
    model = table.model
    assert model.is_folding
    first = model.rows[1]
    model.unfold_row(first, unfolded=True)
    size = model.rowCount()
    assert show(add()) is table
    assert model.rowCount() == size
    path = tmp_path / "kept.gradviz"
    with qtbot.waitSignal(document.save_finished):
        document.save(path)
    assert not document.is_dirty
    document.new()
    assert model._folding == Folding()
    document.open(path)
    table = show(document.runs[0].id)
    assert table.model.rowCount() == size == 12 + 10
    assert table.model.is_unfolded(first)
    table.fold_switch.click()
    assert table.model.rowCount() == 120
    assert document.layout["folds"]["layers"] == {"blocks": False, "open": []}
    document.new()
    assert show(add()).model.is_folding


def test_a_table_that_is_made_later_is_folded_as_it_was_kept(window, document, shown) -> None:
    add, show = shown
    assert "layers" not in window.plots.ensemble.plots
    document.set_layout({"folds": {"layers": {"blocks": False, "open": []}}})
    assert show(add()).model.rowCount() == 120
