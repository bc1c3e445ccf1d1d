import pointer
import pytest

from gradviz.views.plots.curve_tabs import CurveTabs

CLIP = {"clip_factor": lambda step: 0.5, "clip_angle": lambda step: 0.0}
TEXT = [(10, "text_sample", None, {"prompt": "The ", "text": "cat"})]
LATER = (40, "text_sample", None, {"prompt": "The ", "text": "dog"})


@pytest.fixture
def tabs(app, qtbot):
    view = CurveTabs()
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    view.show_empty(100)
    return view


def tab(view, name):
    return next(button for button in view.current._tabs if button.text() == name)


def test_before_a_run_there_is_loss_and_accuracy_alone(tabs) -> None:
    assert list(tabs.frames) == ["learning"]
    assert tabs.current.title.text() == "Loss and accuracy"
    assert not tabs.current._tabs


def test_a_run_with_clipping_has_a_tab_for_it(tabs, snapshot, qtbot) -> None:
    shot = snapshot(steps=50, numbers=CLIP)
    tabs.show_snapshot(shot)
    assert [button.text() for button in tabs.current._tabs] == ["Clipping", "Updates"]
    with qtbot.waitSignal(tabs.currentChanged):
        qtbot.mouseClick(tab(tabs, "Clipping"), pointer.LEFT)
    assert tabs.current.title.text() == "Clipping"
    assert len(tabs.current.panes[0].items[0].steps) == 50
    tabs.show_snapshot(snapshot(steps=50))
    assert tabs.current.title.text() == "Loss"
    tabs.show_snapshot(shot)
    assert tabs.current.title.text() == "Clipping"


def test_all_plots_zoom_together_and_what_comes_later_too(tabs, snapshot) -> None:
    tabs.show_snapshot(snapshot(steps=50))
    tabs.show_steps(10, 20)
    tabs.show_snapshot(snapshot(steps=50, numbers=CLIP))
    for plot in tabs.curves:
        assert plot.canvas.boxes[0].viewRange()[0] == pytest.approx([10, 20])
    tabs.follow_steps()
    for plot in tabs.curves:
        assert plot.canvas.boxes[0].viewRange()[0][1] > 49


def test_a_regression_has_no_accuracy(tabs, snapshot) -> None:
    tabs.show_snapshot(snapshot(steps=50, accuracy=False))
    assert tabs.current.title.text() == "Loss"
    assert len(tabs.current.panes) == 1


def test_a_language_models_text_has_its_place_from_the_start(tabs, snapshot, qtbot) -> None:
    early = snapshot(steps=50)
    tabs.expect_text(early.run.id)
    tabs.show_snapshot(early)
    qtbot.mouseClick(tab(tabs, "Text"), pointer.LEFT)
    assert tabs.current._text.toPlainText() == ""
    assert "after the first validation" in tabs.current._text.placeholderText()
    tabs.show_snapshot(snapshot(steps=50, events=TEXT))
    assert tabs.current._text.toPlainText() == "The cat"
    tabs.show_snapshot(early)
    assert tabs.current._text.toPlainText() == ""
    assert tabs.current.remark.text() == ""


def test_the_generated_text_follows_the_cursor(tabs, snapshot, qtbot) -> None:
    tabs.show_snapshot(snapshot(steps=50, events=[*TEXT, LATER], cursor=20))
    qtbot.mouseClick(tab(tabs, "Text"), pointer.LEFT)
    assert tabs.current._text.toPlainText() == "The cat"
    assert tabs.current.remark.text() == "after step 10"
    tabs.show_snapshot(snapshot(steps=50, events=[*TEXT, LATER]))
    assert tabs.current._text.toPlainText() == "The dog"
