"""The diagram in the window: its place, the run's colours, one selection, what an edit does."""

from dataclasses import replace

import pytest
from fake_host import inspection_of_vanishing
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from gradviz.control.engine_state import InspectionReply
from gradviz.records.layer import LayerProblem
from gradviz.spec import tree
from gradviz.views.diagram.detail import view_rect
from gradviz.views.diagram.folds import Fold
from gradviz.views.number_format import significant
from gradviz.views.plots.magnitude import NOTHING, encode

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def diagram(window, host):
    """The window with the diagram shown, and the engine's answer in it."""
    window.actions_by_key["view.diagram"].setChecked(True)
    QApplication.processEvents()
    return window.plots.diagram


@pytest.fixture
def following(window, run, qtbot):
    """A function that shows a recorded run in the window."""

    def follow(**options):
        entry = run(**options)
        window.runs.show_run(entry)
        clock = window.runs.clock
        qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.last_step >= 0)
        QApplication.processEvents()
        return clock.snapshot

    return follow


def press(view, path, row=None, modifier=NONE):
    box = view.scene.boxes[view.scene.place_of(path, row)]
    QTest.mouseClick(view.viewport(), LEFT, modifier, view_rect(box, view.camera).center().toPoint())
    QApplication.processEvents()


def test_it_is_made_only_when_it_is_asked_for(window) -> None:
    assert window.plots.diagram is None
    assert window.plots.flow.isVisible()


def test_it_takes_the_place_of_what_goes_over_the_steps(window, diagram) -> None:
    plots = window.plots
    assert diagram.isVisible()
    assert not plots.flow.isVisible()
    assert not plots.plot("curves.learning").isVisible()
    assert plots.plot("profile").isVisible()
    assert plots.plot("histograms").isVisible()
    QTest.mouseClick(diagram._flow, LEFT)
    assert plots.flow.isVisible()
    assert not diagram.isVisible()
    assert not window.actions_by_key["view.diagram"].isChecked()


def test_the_tab_and_its_key_show_it(window) -> None:
    tab = window.plots.flow._tabs[0]
    QTest.mouseClick(tab, LEFT)
    assert window.plots.shows_diagram
    back = window.plots.diagram._flow
    assert "F4 goes there and back" in tab.toolTip()
    assert "again (F4)" in back.toolTip()
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert not window.plots.shows_diagram


def test_the_choice_is_remembered(window, diagram) -> None:
    assert window.settings.text("plots/left") == "diagram"
    window.actions_by_key["view.diagram"].setChecked(False)
    assert window.settings.text("plots/left") == "flow"


def test_the_model_is_drawn_before_any_run(diagram) -> None:
    titles = [box.node.title for box in diagram.view.scene.boxes]
    assert titles == ["Input", "Flatten", "Repeat", "Linear", "Sigmoid", "Linear 21", "Loss"]
    assert (diagram.view.colouring.codes == NOTHING).all()
    assert "colour" in diagram.remark.text()


def test_a_runs_norms_are_the_colours_on_the_maps_scale(window, diagram, following) -> None:
    snapshot = following(layers=20)
    levels = window.plots.flow.levels
    expected = encode(snapshot.profile.values, levels.low, levels.high)
    assert (diagram.view.colouring.codes[:20] == expected).all()
    assert diagram.legend._bar._low == levels.low
    assert diagram.remark.text() == "‖∂L/∂W‖₂ at step 99"
    assert diagram.view.loss_text != ""


def test_it_follows_the_time_cursor(window, diagram, following, qtbot) -> None:
    following(layers=20)
    clock = window.runs.clock
    clock.set_cursor(10)
    qtbot.waitUntil(lambda: clock.snapshot.cursor == 10)
    levels = window.plots.flow.levels
    expected = encode(clock.snapshot.profile.values, levels.low, levels.high)
    assert (diagram.view.colouring.codes[:20] == expected).all()
    assert diagram.remark.text().endswith("step 10")


def test_the_loss_is_that_of_the_shown_step_also_where_steps_are_drawn_together(
    window, diagram, run, qtbot
) -> None:
    entry, clock = run(layers=20, steps=4000), window.runs.clock
    window.runs.show_run(entry)
    qtbot.waitUntil(lambda: clock.snapshot is not None and clock.snapshot.last_step == 3999)
    with entry.open() as reader:
        exact = [reader.series("train_loss", step, step, 1).mean[0, 0] for step in (3999, 1234)]
    assert clock.snapshot.numbers["train_loss"].counts[0] > 1
    qtbot.waitUntil(lambda: diagram.view.loss_text == significant(float(exact[0])))
    clock.set_cursor(1234)
    qtbot.waitUntil(lambda: clock.snapshot.cursor == 1234)
    assert diagram.view.loss_text == significant(float(exact[1]))


def test_hidden_it_is_not_drawn_and_shown_again_it_has_caught_up(window, diagram, following, qtbot) -> None:
    window.actions_by_key["view.diagram"].setChecked(False)
    following(layers=20)
    assert (diagram.view.colouring.codes == NOTHING).all()
    assert window.plots.flow._image.image is not None
    window.actions_by_key["view.diagram"].setChecked(True)
    assert (diagram.view.colouring.codes[:20] != NOTHING).all()
    window.runs.clock.set_cursor(10)
    qtbot.waitUntil(lambda: diagram.remark.text().endswith("step 10"))
    drawn = window.plots.plot("curves.learning")._snapshot.cursor
    assert drawn == 99
    window.actions_by_key["view.diagram"].setChecked(False)
    assert window.plots.plot("curves.learning")._snapshot.cursor == 10


def test_a_run_that_goes_has_its_colours_taken_away(window, diagram, following) -> None:
    following(layers=20)
    window.runs.show_run(None)
    QApplication.processEvents()
    assert (diagram.view.colouring.codes == NOTHING).all()
    assert diagram.view.loss_text == ""


def test_a_click_selects_the_layer_everywhere(window, diagram) -> None:
    press(diagram.view, (2,))
    assert window.wiring.selection.row == 20
    assert window.left.builder.selected == (2,)
    assert window.plots.plot("histograms").chooser.currentText() == "Linear 21"
    press(diagram.view, (1, 1))
    assert window.left.builder.selected == (1, 1)
    assert window.wiring.selection.row == 20


def test_ctrl_selects_a_layer_beside_the_first(window, diagram) -> None:
    view, selection = diagram.view, window.wiring.selection
    press(view, (2,))
    press(view, (1, 0), modifier=Qt.KeyboardModifier.ControlModifier)
    assert selection.rows == (20, 0)
    assert view.selected.path == (1, 0)
    assert view.look().beside == {view.scene.place_of((1, 0)), view.scene.place_of((2,))}
    assert not view.look(plain=True).beside
    view.set_fold(view.scene.place_of((1,)), Fold.FOLDED)
    assert view.look().beside == {view.scene.place_of((1,)), view.scene.place_of((2,))}
    press(view, (2,))
    assert selection.rows == (20,)
    assert not view.look().beside


def test_a_selection_elsewhere_is_shown_here(window, diagram) -> None:
    view = diagram.view
    view.set_fold(view.scene.place_of((1,)), Fold.FOLDED)
    window.plots.layer_selected.emit(7)
    assert view.selected.path == (1, 0)
    assert view._row == 7
    window.left.builder.tree.setCurrentIndex(window.layer_model.index_of((1, 1)))
    assert view.selected.path == (1, 1)


def test_what_was_selected_before_it_was_shown_is_selected_in_it(window) -> None:
    window.plots.layer_selected.emit(20)
    window.actions_by_key["view.diagram"].setChecked(True)
    assert window.plots.diagram.view.selected.path == (2,)


def test_an_edit_is_drawn_when_the_engine_has_answered(window, document, diagram, host) -> None:
    layers = document.experiment.model.layers
    document.insert_layers((0,), (tree.at(layers, (1, 1)),), "Add Sigmoid")
    assert len(diagram.view.outline.nodes) == 3
    inspection = inspection_of_vanishing()
    host.answer(inspection)
    assert [node.title for node in diagram.view.outline.nodes] == ["Sigmoid", "Flatten", "Repeat", "Linear"]


def test_without_an_answer_an_edit_is_drawn_soon(window, document, diagram, qtbot) -> None:
    document.remove_layers((0,))
    qtbot.waitUntil(lambda: len(diagram.view.outline.nodes) == 2, timeout=1000)


def test_an_edited_model_keeps_the_colours_of_what_is_still_the_same(
    window, document, diagram, host, following
) -> None:
    following(layers=20)
    assert "20 of 21 layers" in diagram.view._quiet.text()
    inspection = inspection_of_vanishing()
    shorter = replace(inspection, layers=inspection.layers[:20])
    host.answer(shorter)
    assert diagram.view._quiet.text() == ""
    changed = replace(inspection, layers=tuple(replace(layer, kind="Conv2d") for layer in inspection.layers))
    host.answer(changed)
    assert "another model" in diagram.view._quiet.text()
    assert (diagram.view.colouring.codes == NOTHING).all()


def test_an_empty_model_says_what_to_do(document, diagram, host) -> None:
    document.remove_layers((0,), (1,), (2,))
    host.answer(replace(inspection_of_vanishing(), layers=(), nodes=()))
    assert diagram.view.scene.boxes == ()
    assert "no layers yet" in diagram.view._quiet.text()
    assert diagram.view._quiet.isVisible()


def test_problems_stand_at_their_layer(diagram, host) -> None:
    problem = LayerProblem(path=(1, 0), message="Linear got 1 × 8 × 8 and needs a vector")
    host.answer(replace(inspection_of_vanishing(), problems=(problem,)))
    assert diagram.view.outline.nodes[1].children[0].problem == problem.message
    host.inspected.emit(InspectionReply(id=0, error="No", where="model.layers[2]"))
    assert diagram.view.outline.nodes[2].problem == "No"


def test_what_is_folded_stays_folded_after_an_edit(document, diagram, host) -> None:
    view = diagram.view
    view.set_fold(view.scene.place_of((1,)), Fold.FOLDED)
    document.remove_layers((0,))
    host.answer(inspection_of_vanishing())
    assert view.folds.of(view.outline.nodes[0]) is Fold.FOLDED


def test_another_experiment_begins_anew(window, document, diagram, host) -> None:
    view = diagram.view
    view.set_fold(view.scene.place_of((1,)), Fold.FOLDED)
    document.open("example:vanishing")
    host.answer(inspection_of_vanishing())
    assert view.folds.chosen == {}


def test_what_is_folded_is_so_in_the_opened_session(window, document, diagram, qtbot, tmp_path) -> None:
    view = diagram.view
    view.set_fold(view.scene.place_of((1,)), Fold.FOLDED)
    window.actions_by_key["view.diagram"].setChecked(False)
    layers = document.experiment.model.layers
    document.edit(
        replace(document.experiment, model=replace(document.experiment.model, layers=(layers[0], *layers))),
        "Add",
    )
    path = tmp_path / "kept.gradviz"
    with qtbot.waitSignal(document.save_finished):
        document.save(path)
    assert document.layout["folds"] == {"diagram": {"2": "folded"}}
    window.actions_by_key["view.diagram"].setChecked(True)
    document.new()
    qtbot.waitUntil(lambda: view.folds.chosen == {})
    document.open(path)
    qtbot.waitUntil(lambda: view.folds.chosen == {(2,): Fold.FOLDED})
    assert view.folds.of(view.outline.nodes[2]) is Fold.FOLDED
    assert not document.is_dirty


def test_the_menu_folds_all_and_unfolds_all(diagram) -> None:
    actions = {action.text(): action for action in diagram.menu.actions()}
    actions["Fold all"].trigger()
    assert [box.node.title for box in diagram.view.scene.boxes] == [
        "Input", "Flatten", "Repeat", "Linear 21", "Loss",
    ]  # fmt: skip
    actions["Unfold all"].trigger()
    assert len(diagram.view.scene.boxes) == 7


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_whole_diagram_is_saved(diagram, following, tmp_path, monkeypatch, ending) -> None:
    following(layers=20)
    target = tmp_path / f"net.{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    diagram.save_whole()
    data = target.read_bytes()
    assert len(data) > 2000
    if ending == "svg":
        text = data.decode()
        assert "Sigmoid" in text
        code = diagram.view.colouring.codes[0]
        assert diagram.view.colouring.colours[code].name() in text


def test_a_folder_that_cannot_be_written_is_named(diagram, tmp_path, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: told.append(args[-1]))
    for ending in ("svg", "png"):
        target = tmp_path / "none" / f"net.{ending}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, to=target: (str(to), ""))
        diagram.save_whole()
    assert len(told) == 2
    assert "none" in told[0]


def test_a_picture_is_without_menu_and_tabs(diagram) -> None:
    picture = diagram.picture()
    assert picture.width() == diagram.width() * 2
    assert diagram._flow.isVisible()


def test_reset_shows_the_beginning_and_then_all(diagram) -> None:
    diagram.view.zoom(2.0)
    diagram.reset_view()
    assert diagram.view.camera.zoom == 1
    diagram.view.zoom(2.0)
    assert diagram.view.camera.zoom == 2
