"""The diagram alone: painted, pressed, typed at."""

import diagram_models as models
import numpy as np
import pytest
from diagram_models import ENTRIES, block, linear, relu
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.diagram.detail import chevron_rect, pill_rect, stripe_rect, view_rect
from gradviz.views.diagram.diagram_view import DiagramView
from gradviz.views.diagram.folds import Fold, Folds
from gradviz.views.diagram.outline import outline
from gradviz.views.diagram.scene import Form

NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shown(app, qtbot):
    """A function that shows a model; `picks` of the view collects what is picked."""

    def show(spec, size=(560, 640), chosen=None, coloured=True, problems=None):
        view = DiagramView()
        qtbot.addWidget(view)
        view.resize(*size)
        view.show()
        view.show_outline(
            outline(spec, ENTRIES, models.inspect(spec), problems or {}), Folds(chosen=chosen or {})
        )
        view.show_start()
        count = len(view.outline.measured)
        if coloured and count:
            norms = np.logspace(-9, 0, count).astype(np.float32)
            view.colouring.show(norms, range(count), 3, (-10.0, 0.0))
        view.picks = []
        view.picked.connect(lambda path, row: view.picks.append((path, row)))
        app.processEvents()
        return view

    return show


def number(view, path, row=None):
    return view.scene.place_of(path, row)


def centre(view, path, row=None):
    return view_rect(view.scene.boxes[number(view, path, row)], view.camera).center().toPoint()


def press(view, place, button=LEFT):
    QTest.mouseClick(view.viewport(), button, NONE, place)
    QApplication.processEvents()


def part(view, path, find):
    box = view.scene.boxes[number(view, path)]
    rect = view_rect(box, view.camera)
    return find(box, rect) if find is stripe_rect else find(box, rect, view.camera.zoom)


def colour(view, place):
    return view.viewport().grab().toImage().pixelColor(place)


def turn(view, place, notches, modifiers=NONE):
    event = QWheelEvent(
        QPointF(place),
        view.viewport().mapToGlobal(QPointF(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - not inverted
    )
    QApplication.sendEvent(view.viewport(), event)


def test_every_layer_is_painted_in_its_colour(shown) -> None:
    view = shown(models.wide(3))
    for row in range(3):
        stripe = part(view, (row + 1,), stripe_rect)
        expected = view.colouring.colours[view.colouring.codes[row]]
        assert colour(view, stripe.center().toPoint()) == expected


def test_a_folded_repeat_has_a_stripe_of_all_its_layers_in_depth_order(shown) -> None:
    view = shown(models.deep(20), chosen={(1,): Fold.FOLDED})
    stripe = part(view, (1,), stripe_rect)
    places = [stripe.top() + share * stripe.height() for share in (0.12, 0.5, 0.88)]
    seen = [colour(view, QPoint(round(stripe.center().x()), round(y))) for y in places]
    ramp = [view.colouring.colours[code] for code in view.colouring.codes[[2, 10, 17]]]
    for found, wanted in zip(seen, ramp, strict=True):
        distances = [abs(a - b) for a, b in zip(found.getRgb()[:3], wanted.getRgb()[:3], strict=True)]
        assert max(distances) < 30


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_marks_of_what_is_not_finite_are_seen_at_every_size(shown, choice) -> None:
    appearance().choose(choice)
    theme = appearance().theme
    view = shown(models.wide(1000), coloured=False)
    view.set_theme(theme)
    norms = np.full(1000, 1e-3, np.float32)
    norms[500] = np.nan
    view.colouring.show(norms, range(1000), 3, (-10.0, 0.0))
    view.show_all()
    image = view.viewport().grab().toImage()
    middle = image.width() // 2
    seen = {image.pixelColor(middle, y).name() for y in range(image.height())}
    assert QColor(theme.non_finite).name() in seen


def test_a_click_picks_the_layer_and_a_click_on_the_stripe_that_round(shown) -> None:
    view = shown(models.deep(20))
    press(view, centre(view, (1, 1)))
    assert view.picks[-1] == ((1, 1), None)
    press(view, centre(view, (2,)))
    assert view.picks[-1] == ((2,), 20)
    stripe = part(view, (1, 0), stripe_rect)
    press(view, QPoint(round(stripe.center().x()), round(stripe.bottom() - 2)))
    assert view.picks[-1] == ((1, 0), 19)
    assert "Linear 64" not in view.accessibleDescription()
    assert "Linear" in view.accessibleDescription()


def test_the_chevron_folds_and_a_double_click_unfolds(shown) -> None:
    view = shown(models.deep(20))
    heading = part(view, (1,), chevron_rect)
    press(view, heading.center().toPoint())
    assert view.scene.boxes[number(view, (1,))].form is Form.CARD
    assert view.picks == []
    place = centre(view, (1,))
    QTest.mouseClick(view.viewport(), LEFT, NONE, place)
    QTest.mouseDClick(view.viewport(), LEFT, NONE, place)
    assert view.scene.boxes[number(view, (1,))].form is Form.FRAME


def test_the_count_shows_all_rounds(shown) -> None:
    view = shown(models.deep(4))
    press(view, part(view, (1,), pill_rect).center().toPoint())
    assert view.folds.of(view.outline.nodes[1]) is Fold.ROUNDS
    assert view.scene.boxes[number(view, (1, 0), 2)].node.title == "Linear 3"


def test_a_blocks_heading_stays_where_it_is_when_it_folds(shown) -> None:
    view = shown(models.residual_net(), size=(560, 400))
    view.zoom(1 / view.camera.zoom)
    target = number(view, (3,))
    view.reveal(target)
    box = view.scene.boxes[target]
    before = view.camera.to_view(box.left, box.top)[1]
    view.set_fold(target, Fold.FOLDED)
    box = view.scene.boxes[number(view, (3,))]
    assert view.camera.to_view(box.left, box.top)[1] == pytest.approx(before, abs=1)


def test_keys_walk_through_layers_and_in_and_out_of_blocks(shown) -> None:
    view = shown(models.deep(3))
    view.setFocus()

    def type_(key, modifiers=NONE):
        QTest.keyClick(view, key, modifiers)
        return view.selected.path if view.selected else None

    assert type_(Qt.Key.Key_Down) == (0,)
    assert type_(Qt.Key.Key_Down) == (1,)
    assert type_(Qt.Key.Key_Right) == (1, 0)
    assert type_(Qt.Key.Key_Down) == (1, 1)
    assert type_(Qt.Key.Key_Left) == (1,)
    assert type_(Qt.Key.Key_End) == (2,)
    assert type_(Qt.Key.Key_Home) == (0,)
    assert type_(Qt.Key.Key_Up) == (0,)
    assert [path for path, _ in view.picks][:3] == [(0,), (1,), (1, 0)]


def test_plus_and_minus_fold_and_enter_toggles(shown) -> None:
    view = shown(models.deep(3))
    view.select((1,), None, reveal=False)
    for key, fold in (
        (Qt.Key.Key_Minus, Fold.FOLDED),
        (Qt.Key.Key_Minus, Fold.FOLDED),
        (Qt.Key.Key_Plus, Fold.ONCE),
        (Qt.Key.Key_Return, Fold.FOLDED),
        (Qt.Key.Key_Right, Fold.ONCE),
        (Qt.Key.Key_Asterisk, Fold.ROUNDS),
        (Qt.Key.Key_Left, Fold.FOLDED),
    ):
        QTest.keyClick(view, key)
        assert view.folds.of(view.outline.nodes[1]) is fold, key


def test_arrows_go_across_branches(shown) -> None:
    view = shown(models.model(block("Parallel", linear(), linear(), relu())))
    view.select((0, 0), 0, reveal=False)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.selected.path == (0, 1)
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.selected.path == (0,)


def test_keys_that_mean_nothing_are_left_to_the_window(shown) -> None:
    view = shown(models.wide(2))
    QTest.keyClick(view, Qt.Key.Key_F5)
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert view.selected is None


def test_the_wheel_zooms_at_the_pointer_and_with_shift_scrolls(shown) -> None:
    view = shown(models.wide(200))
    place = QPoint(300, 200)
    before = view.camera.to_scene(300, 200)[1]
    turn(view, place, 2)
    assert view.camera.zoom > 1
    assert view.camera.to_scene(300, 200)[1] == pytest.approx(before, abs=1)
    turn(view, place, -3, SHIFT)
    assert view.camera.y > 100
    assert view.verticalScrollBar().value() == round(view.camera.y)


def test_pinch_and_keys_zoom_too(shown) -> None:
    view = shown(models.wide(200))
    start = view.camera.zoom
    QTest.keyClick(view, Qt.Key.Key_Plus, CONTROL)
    assert view.camera.zoom > start
    QTest.keyClick(view, Qt.Key.Key_Minus, CONTROL)
    assert view.camera.zoom == pytest.approx(start)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        QPointF(100, 100),
        QPointF(100, 100),
        QPointF(100, 100),
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(view.viewport(), pinch)
    assert view.camera.zoom == pytest.approx(start * 1.5)
    QTest.keyClick(view, Qt.Key.Key_0, CONTROL)
    assert view.camera.shows_all


def test_a_drag_pans_and_picks_nothing(shown) -> None:
    view = shown(models.wide(200))
    start = QPoint(300, 400)
    QTest.mousePress(view.viewport(), LEFT, NONE, start)
    for offset in (20, 60, 120):
        QTest.mouseMove(view.viewport(), start - QPoint(0, offset))
    QTest.mouseRelease(view.viewport(), LEFT, NONE, start - QPoint(0, 120))
    assert view.camera.y == pytest.approx(120, abs=2)
    assert view.picks == []


def test_scroll_bars_move_the_view(shown) -> None:
    view = shown(models.wide(200))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    last = view.scene.boxes[number(view, (200,))]
    assert view.camera.to_view(0, last.bottom)[1] < view.viewport().height()


def test_the_overview_shows_the_whole_depth_and_scrolls_where_it_is_pressed(shown) -> None:
    view = shown(models.wide(200))
    strip = view.overview.rect(view.camera)
    image = view.viewport().grab().toImage()
    lights = [
        image.pixelColor(round(strip.center().x()), round(strip.top() + share * strip.height())).lightness()
        for share in (0.3, 0.6, 0.95)
    ]
    assert lights == sorted(lights)
    assert lights[0] < lights[2]
    press(view, QPoint(round(strip.center().x()), round(strip.bottom())))
    assert view.camera.y == pytest.approx(view.verticalScrollBar().maximum(), abs=2)
    view.show_all()
    assert view.camera.reserved == 0


def test_a_selection_from_elsewhere_unfolds_and_scrolls(shown) -> None:
    view = shown(models.residual_net(), size=(560, 300), chosen={(3,): Fold.FOLDED, (3, 0): Fold.FOLDED})
    target = view.outline.nodes[3].children[0].children[2]
    view.select(target.path, target.rows[5], reveal=True)
    assert view.selected.path == target.path
    rect = view_rect(view.scene.boxes[view.current], view.camera)
    assert rect.top() >= 0
    assert rect.bottom() <= view.viewport().height()
    assert view.picks == []


def test_a_selection_that_asks_for_nothing_leaves_the_view_alone(shown) -> None:
    view = shown(models.wide(200))
    before = view.camera
    view.select((150,), 149, reveal=False)
    assert view.camera == before
    assert view.selected.path == (150,)


def test_inside_a_folded_block_the_block_is_marked(shown) -> None:
    view = shown(models.deep(5), chosen={(1,): Fold.FOLDED})
    view.select((1, 0), 3, reveal=False)
    assert view.selected.path == (1,)


def test_the_hover_card_tells_of_a_layer_and_of_one_round(shown) -> None:
    view = shown(models.deep(20))
    QTest.mouseMove(view.viewport(), centre(view, (2,)))
    assert "Linear 21" in view.card.text
    assert "72 parameters" in view.card.text
    assert "gradient norm 1.00 at step 3" in view.card.text
    stripe = part(view, (1, 0), stripe_rect)
    QTest.mouseMove(view.viewport(), QPoint(round(stripe.center().x()), round(stripe.top() + 2)))
    assert view.card.text.startswith("Linear 1\n")
    QTest.mouseMove(view.viewport(), centre(view, (1, 0)))
    assert "20 layers" in view.card.text
    assert "gradient norms 1.00e-9 to" in view.card.text
    QTest.mouseMove(view.viewport(), part(view, (1,), pill_rect).center().toPoint())
    assert "Show all 20 rounds" in view.card.text
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert not view.card.isVisible()


def test_a_problem_is_told_where_it_is_and_at_the_folded_block(shown) -> None:
    spec = models.deep(3)
    view = shown(spec, problems={(1, 0): "Linear got 8 and needs more"})
    QTest.mouseMove(view.viewport(), centre(view, (1, 0)))
    assert "needs more" in view.card.text
    tone = QColor(appearance().theme.non_finite)
    rect = view_rect(view.scene.boxes[number(view, (1, 0))], view.camera)
    image = view.viewport().grab(rect.toAlignedRect()).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert tone.name() in colours
    view.set_fold(number(view, (1,)), Fold.FOLDED)
    rect = view_rect(view.scene.boxes[number(view, (1,))], view.camera)
    image = view.viewport().grab(rect.toAlignedRect()).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert tone.name() in colours


def test_after_an_edit_the_view_stays_where_it_was(shown) -> None:
    view = shown(models.wide(200))
    view.move_camera(view.camera.panned(0, 900))
    before = view.camera
    spec = models.wide(201)
    view.show_outline(outline(spec, ENTRIES, models.inspect(spec), {}), view.folds)
    assert (view.camera.zoom, view.camera.y) == (before.zoom, before.y)


@pytest.mark.parametrize("spec", [models.model(), models.wide(1), models.residual_net(), models.wide(1000)])
def test_every_model_is_painted_at_every_size_without_a_word(shown, spec) -> None:
    for size in ((40, 30), (560, 640), (1900, 1000)):
        view = shown(spec, size=size)
        for factor in (0.01, 3, 3, 3, 3, 3, 3):
            view.zoom(factor)
            view.viewport().grab()
        view.show_all()
        view.viewport().grab()


def test_the_screen_reader_is_told_what_it_is(shown) -> None:
    view = shown(models.wide(2))
    assert view.accessibleName() == "Network diagram"
    press(view, centre(view, (2,)))
    assert view.accessibleDescription() == (
        "Linear 2 8, output 8, 72 parameters, 72 multiply-adds, gradient norm 1.00 at step 3"
    )
