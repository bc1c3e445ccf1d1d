import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from recorded_runs import layer

from gradviz.records.run import RunState, RunStatus
from gradviz.views.appearance import appearance
from gradviz.views.layer_table.cells import NUMBERS, Cell
from gradviz.views.layer_table.model import COURSE_ROLE, RESTING_ROLE
from gradviz.views.number_format import significant
from gradviz.views.plots.plot_view import RunToCome


def column(frame, cell: Cell) -> list[str]:
    return [frame.model.index(row, cell).data() for row in range(frame.model.rowCount())]


def blocky(count: int):
    """A stem, then iterations of two layers each."""
    body = [replace(layer(i), path=(1, i % 2), repeat=(i // 2,), module=f"1.{i}") for i in range(count)]
    return (replace(layer(count, "stem"), path=(0,), repeat=()), *body)


def click_header(frame, qtbot, cell: Cell) -> None:
    header = frame.table.header()
    place = QPoint(header.sectionViewportPosition(cell) + 10, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_row_tells_what_was_measured(frame, snapshot) -> None:
    shot = snapshot(steps=60, layers=12)
    frame.show_snapshot(shot)
    row = [frame.model.index(4, cell).data() for cell in Cell]
    assert row == [
        "Linear 5",
        "",
        significant(float(shot.profile.values[4])),
        significant(float(shot.update_ratio[1][4])),
        significant(float(shot.weight_norm[1][4])),
        "4,160",
        "64",
        "Linear",
    ]
    assert frame.remark.text() == "at step 59"


def test_the_course_is_that_of_the_gradient_norm(frame, snapshot) -> None:
    shot = snapshot(steps=500, layers=12)
    frame.show_snapshot(shot)
    steps, norms = frame.model.index(3, Cell.COURSE).data(COURSE_ROLE)
    assert steps[0] == 0
    assert steps[-1] == 499
    np.testing.assert_allclose(norms, shot.flow.mean[3, np.searchsorted(shot.flow.steps, steps)], rtol=1e-6)
    words = frame.model.index(3, Cell.COURSE).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("gradient norm from")


def test_zero_and_what_is_not_finite_are_marked(frame, snapshot) -> None:
    frame.show_snapshot(snapshot(steps=40, layers=8, zero_rows=1))
    assert column(frame, Cell.GRADIENT)[0] == "▼ 0"
    frame.show_snapshot(snapshot(steps=100, layers=8, non_finite_from=80, cursor=75))
    assert column(frame, Cell.GRADIENT)[0] == "▲ ∞"
    frame.show_snapshot(snapshot(steps=100, layers=8, non_finite_from=80))
    assert set(column(frame, Cell.GRADIENT)) == {"✕ NaN"}
    frame.grab()


def test_a_frozen_layer_is_not_marked_as_a_dead_one(frame, snapshot) -> None:
    events = [(0, "frozen", "Linear 1", {}), (30, "unfrozen", "Linear 1", {})]
    options = {"steps": 60, "layers": 8, "zero_rows": 2, "events": events}
    frame.show_snapshot(snapshot(cursor=25, **options))
    assert column(frame, Cell.GRADIENT)[:2] == ["frozen", "▼ 0"]
    assert column(frame, Cell.RATIO)[:2] == ["–", "▼ 0"]
    assert frame.model.index(0, Cell.GRADIENT).data(Qt.ItemDataRole.ToolTipRole).startswith("frozen")
    frame.model.sort(Cell.GRADIENT)
    assert column(frame, Cell.GRADIENT)[-1] == "frozen"  # what is not known stands last
    frame.model.sort(-1)
    frame.show_snapshot(snapshot(**options))
    assert column(frame, Cell.GRADIENT)[0] == "▼ 0"
    steps, _ = frame.model.index(0, Cell.COURSE).data(COURSE_ROLE)
    resting = frame.model.index(0, Cell.COURSE).data(RESTING_ROLE)
    assert resting.tolist() == [step < 30 for step in steps]
    assert not frame.model.index(1, Cell.COURSE).data(RESTING_ROLE).any()
    frame.grab()


def test_a_click_on_the_header_sorts_and_a_third_one_takes_it_back(frame, snapshot, qtbot) -> None:
    shot = snapshot(steps=60, layers=12)
    frame.show_snapshot(shot)
    wanted = [f"Linear {i + 1}" for i in np.argsort(shot.profile.values)]
    click_header(frame, qtbot, Cell.GRADIENT)
    assert column(frame, Cell.NAME) == wanted
    click_header(frame, qtbot, Cell.GRADIENT)
    assert column(frame, Cell.NAME) == wanted[::-1]
    click_header(frame, qtbot, Cell.GRADIENT)
    assert column(frame, Cell.NAME) == [f"Linear {i + 1}" for i in range(12)]


@pytest.mark.parametrize("cell", list(Cell))
def test_every_column_sorts(frame, snapshot, cell) -> None:
    frame.show_snapshot(snapshot(steps=60, layers=12, zero_rows=2))
    frame.model.sort(cell, Qt.SortOrder.DescendingOrder)
    assert sorted(column(frame, Cell.NAME)) == sorted(f"Linear {i + 1}" for i in range(12))


def test_rows_stay_while_training_and_are_sorted_when_the_user_moves(frame, snapshot) -> None:
    first = snapshot(steps=60, layers=12)
    live = replace(first, status=RunStatus(state=RunState.RUNNING, steps=60))
    turned = first.profile._replace(values=first.profile.values[::-1].copy())
    frame.show_snapshot(live)
    frame.model.sort(Cell.GRADIENT)
    before = column(frame, Cell.NAME)
    frame.show_snapshot(replace(live, profile=turned))
    assert column(frame, Cell.NAME) == before
    assert column(frame, Cell.GRADIENT)[0] == significant(float(turned.values[0]))
    frame.show_snapshot(replace(live, profile=turned, live=False))
    assert column(frame, Cell.NAME) == before[::-1]


def test_a_block_is_measured_as_one(frame, snapshot) -> None:
    shot = snapshot(steps=60, network=blocky(6))
    frame.show_snapshot(shot)
    assert not frame.model.is_folding
    assert frame.fold_switch.isVisible()
    frame.fold_switch.click()
    assert column(frame, Cell.NAME) == [
        "stem",
        "Linear 1–2",
        "Linear 3–4",
        "Linear 5–6",
    ]
    both = slice(1, 3)
    gradients = shot.profile.values[both].astype(float)
    weights, ratios = shot.weight_norm[1][both].astype(float), shot.update_ratio[1][both].astype(float)
    block = frame.model.rows[1]
    assert frame.model.number(block, Cell.GRADIENT) == pytest.approx(np.hypot(*gradients))
    moved, size = np.hypot(*(ratios * weights)), np.hypot(*weights)
    assert frame.model.number(block, Cell.RATIO) == pytest.approx(moved / size)
    assert column(frame, Cell.PARAMETERS)[1] == "8,320"
    assert column(frame, Cell.KIND)[1] == "2 layers"
    tip = frame.model.index(1, Cell.GRADIENT).data(Qt.ItemDataRole.ToolTipRole)
    assert "in Linear 1, largest" in tip


def test_blocks_open_and_close_by_keys_and_double_click(frame, snapshot, qtbot) -> None:
    frame.show_snapshot(snapshot(steps=30, network=blocky(6)))
    frame.fold_switch.click()
    frame.table.setFocus()
    frame.table.setCurrentIndex(frame.model.index(1, Cell.NAME))
    qtbot.keyClick(frame.table, Qt.Key.Key_Right)
    assert column(frame, Cell.NAME)[1:4] == ["Linear 1–2", "Linear 1", "Linear 2"]
    qtbot.keyClick(frame.table, Qt.Key.Key_Left)
    assert frame.model.rowCount() == 4
    qtbot.keyClick(frame.table, Qt.Key.Key_Return)
    assert frame.model.rowCount() == 6
    place = frame.table.visualRect(frame.model.index(1, Cell.KIND)).center()
    qtbot.mouseDClick(frame.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert frame.model.rowCount() == 4
    arrow = frame.table.visualRect(frame.model.index(2, Cell.NAME)).topLeft() + QPoint(6, 12)
    qtbot.mouseClick(frame.table.viewport(), Qt.MouseButton.LeftButton, pos=arrow)
    assert column(frame, Cell.NAME)[3:5] == ["Linear 3", "Linear 4"]


def test_a_thousand_layers_come_folded(frame, snapshot) -> None:
    frame.show_snapshot(snapshot(steps=10, layers=1000))
    assert frame.model.is_folding
    assert frame.model.rowCount() == 20
    frame.fold_switch.click()
    assert frame.model.rowCount() == 1000


def test_rows_and_keys_select_a_layer(frame, snapshot, qtbot) -> None:
    frame.show_snapshot(snapshot(steps=30, layers=12))
    frame.select_layer(2)
    assert frame.table.currentIndex().row() == 2
    frame.table.setFocus()
    with qtbot.waitSignal(frame.layer_clicked) as told:
        qtbot.keyClick(frame.table, Qt.Key.Key_Down)
    assert told.args == [3]
    place = frame.table.visualRect(frame.model.index(7, Cell.RATIO)).center()
    with qtbot.waitSignal(frame.layer_clicked) as told:
        qtbot.mouseClick(frame.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [7]


def selected(frame) -> list[int]:
    return sorted(index.row() for index in frame.table.selectionModel().selectedRows())


def click_row(frame, qtbot, row: int, modifier: Qt.KeyboardModifier) -> None:
    place = frame.table.visualRect(frame.model.index(row, Cell.KIND)).center()
    qtbot.mouseClick(frame.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_ctrl_and_shift_select_several_rows(frame, snapshot, qtbot) -> None:
    frame.show_snapshot(snapshot(steps=30, layers=12))
    told, alone = [], []
    frame.layers_chosen.connect(told.append)
    frame.layer_clicked.connect(alone.append)
    frame.select_layer(2)
    frame.table.setFocus()
    click_row(frame, qtbot, 5, Qt.KeyboardModifier.ControlModifier)
    click_row(frame, qtbot, 7, Qt.KeyboardModifier.ShiftModifier)
    assert told == [(2, 5), (2, 6, 7, 5)]  # as in every list of Qt: what Ctrl chose stays
    qtbot.keyClick(frame.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert told[-1] == (2, 6, 7, 8, 5)
    click_row(frame, qtbot, 7, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == (2, 6, 8, 5)
    assert selected(frame) == [2, 5, 6, 8]
    qtbot.keyClick(frame.table, Qt.Key.Key_Down)
    assert alone == [8]  # below the one that was taken away
    click_row(frame, qtbot, 8, Qt.KeyboardModifier.ControlModifier)
    assert selected(frame) == [8]  # the last one stays


def test_a_set_told_from_elsewhere_is_selected_in_any_order(frame, snapshot, qtbot) -> None:
    frame.show_snapshot(snapshot(steps=30, layers=12))
    with qtbot.assertNotEmitted(frame.layers_chosen):
        frame.select_layers((7, 3, 4))
        assert selected(frame) == [3, 4, 7]
        frame.model.sort(Cell.NAME, Qt.SortOrder.DescendingOrder)
    names = {frame.model.index(row, Cell.NAME).data() for row in selected(frame)}
    assert names == {"Linear 4", "Linear 5", "Linear 8"}
    assert frame.table.currentIndex().data() == "Linear 5"


def test_a_block_is_all_its_layers(frame, snapshot, qtbot) -> None:
    frame.show_snapshot(snapshot(steps=30, network=blocky(6)))
    frame.fold_switch.click()
    frame.select_layer(0)
    with qtbot.waitSignal(frame.layers_chosen) as told:
        click_row(frame, qtbot, 2, Qt.KeyboardModifier.NoModifier)
    assert told.args == [(4, 3)]
    frame.table.setFocus()
    qtbot.keyClick(frame.table, Qt.Key.Key_Right)
    assert [frame.model.index(row, Cell.NAME).data() for row in selected(frame)] == ["Linear 3", "Linear 4"]


def test_the_selection_stays_with_its_layer_when_rows_move(frame, snapshot) -> None:
    frame.show_snapshot(snapshot(steps=30, layers=12))
    frame.select_layer(0)
    frame.model.sort(Cell.GRADIENT, Qt.SortOrder.DescendingOrder)
    assert frame.table.currentIndex().data() == "Linear 1"
    assert frame.table.currentIndex().row() > 5


def test_selecting_told_from_elsewhere_tells_nobody(frame, snapshot, qtbot) -> None:
    frame.show_snapshot(snapshot(steps=30, network=blocky(6)))
    frame.fold_switch.click()
    with qtbot.assertNotEmitted(frame.layer_clicked):
        frame.select_layer(4)
    assert frame.table.currentIndex().data() == "Linear 3–4"


def test_before_a_run_the_layers_are_named_and_nothing_is_known(frame) -> None:
    frame.show_layers([layer(i) for i in range(3)])
    assert column(frame, Cell.NAME) == ["Linear 1", "Linear 2", "Linear 3"]
    assert set(column(frame, Cell.GRADIENT)) == {"–"}
    assert frame.values() is None


def test_values_are_the_rows_in_their_order(frame, snapshot) -> None:
    shot = snapshot(steps=60, layers=12)
    frame.show_snapshot(replace(shot, update_ratio=None))
    frame.model.sort(Cell.GRADIENT, Qt.SortOrder.DescendingOrder)
    head, *body = csv.reader(io.StringIO(frame.values().csv()))
    assert head == [
        "layer",
        "gradient norm ‖∂L/∂W‖₂ at step 59",
        "update ratio",
        "weight norm ‖W‖₂ at step 40",
        "parameters",
        "output",
        "kind",
    ]
    np.testing.assert_array_equal(
        np.array([row[1] for row in body], np.float32), np.sort(shot.profile.values)[::-1]
    )
    assert {row[2] for row in body} == {""}
    assert {row[4] for row in body} == {"4160"}


def test_a_wide_table_has_wide_courses_and_a_narrow_one_is_scrolled(frame, app) -> None:
    frame.resize(1000, 400)
    app.processEvents()
    wide = frame.table.columnWidth(Cell.COURSE)
    assert frame.table.header().length() == pytest.approx(frame.table.viewport().width(), abs=2)
    frame.resize(360, 400)
    app.processEvents()
    assert frame.table.columnWidth(Cell.COURSE) == 84 < wide
    assert frame.table.horizontalScrollBar().maximum() > 0


def test_the_table_is_a_tab_beside_the_profile(window, snapshot, qtbot) -> None:
    plots = window.plots
    plots.show_snapshot(snapshot(steps=60, layers=12))
    assert plots.plot("layers").model.snapshot is None
    tab = next(button for button in plots.plot("profile")._tabs if button.text() == "Layers")
    qtbot.mouseClick(tab, Qt.MouseButton.LeftButton)
    assert plots.plot("layers").isVisible()
    assert plots.plot("layers").model.rowCount() == 12
    before = plots.plot("profile")._snapshot
    with qtbot.waitSignal(plots.layer_selected) as told:
        plots.plot("layers").table.setCurrentIndex(plots.plot("layers").model.index(5, 0))
    assert told.args == [5]
    plots.show_snapshot(snapshot(steps=61, layers=12))
    assert plots.plot("profile")._snapshot is before
    last = snapshot(steps=62, layers=12)
    plots.show_snapshot(last)
    assert plots.plot("layers").model.snapshot is not last
    qtbot.waitUntil(lambda: plots.plot("layers").model.snapshot is last)
    plots.show_plot("profile")
    assert plots.plot("profile")._snapshot is not before


def test_every_column_tells_its_step_and_older_numbers_are_quieter(frame, snapshot) -> None:
    """Of a measurement at step 40 nobody may think that it is of the shown step."""
    shot = snapshot(steps=60, layers=12)
    assert (shot.profile.step, shot.update_ratio[0], shot.weight_norm[0]) == (59, 40, 40)
    frame.show_snapshot(shot)

    def heads(role=Qt.ItemDataRole.DisplayRole) -> list[str]:
        return [frame.model.headerData(cell, Qt.Orientation.Horizontal, role) for cell in NUMBERS]

    assert heads() == ["gradient\nstep 59", "update ratio\nstep 40", "weights\nstep 40"]
    tips = heads(Qt.ItemDataRole.ToolTipRole)
    assert [tip.rpartition(", ")[2] for tip in tips] == [f"measured at step {n}" for n in (59, 40, 40)]
    quiet = QColor(appearance().theme.secondary)
    colours = [frame.model.index(3, cell).data(Qt.ItemDataRole.ForegroundRole) for cell in NUMBERS]
    assert colours == [None, quiet, quiet]
    told = [frame.model.index(3, cell).data(Qt.ItemDataRole.ToolTipRole) for cell in NUMBERS]
    assert told == [None, "measured at step 40", "measured at step 40"]

    changed = []
    frame.model.headerDataChanged.connect(lambda *at: changed.append(at[1:]))
    frame.show_snapshot(replace(shot, profile=shot.profile._replace(step=40)))
    assert changed == [(Cell.GRADIENT, Cell.WEIGHT)]
    assert heads() == ["gradient\nstep 40", "update ratio\nstep 40", "weights\nstep 40"]
    assert frame.model.index(3, Cell.RATIO).data(Qt.ItemDataRole.ForegroundRole) is None
    assert [column.name for column in frame.values().columns][2] == "update ratio ‖Δw‖/‖w‖ at step 40"
    frame.show_layers(())
    assert heads() == ["gradient", "update ratio", "weights"]


def test_a_long_step_is_readable_in_its_column(frame, snapshot) -> None:
    shot = snapshot(steps=60, layers=12)
    late = replace(shot, weight_norm=(987_654, shot.weight_norm[1]))
    frame.show_snapshot(late)
    head = frame.model.headerData(Cell.WEIGHT, Qt.Orientation.Horizontal).split("\n")[1]
    assert head == "987,654"
    assert frame.table.header().fontMetrics().horizontalAdvance(head) + 8 <= frame.table.columnWidth(
        Cell.WEIGHT
    )


def test_without_layers_there_is_a_sentence_and_no_scroll_bar(frame, snapshot) -> None:
    frame.resize(420, 300)
    assert frame.table.quiet.isVisible()
    assert frame.table.quiet.text() == "Each layer’s gradient, update ratio and weights in numbers"
    assert frame.table.quiet.geometry() == frame.table.rect()
    assert not frame.table.horizontalScrollBar().isVisible()
    assert not frame.table.header().isVisible()
    frame.show_snapshot(snapshot(steps=20, layers=3))
    assert not frame.table.quiet.isVisible()
    assert frame.table.header().isVisible()
    frame.expect(RunToCome())
    assert frame.table.quiet.isVisible()
