import pytest
from controls import enter
from found import FOUND
from PySide6.QtCore import QPointF

from gradviz.control.engine_state import RangeTested
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.range_test.dialog import RangeTestDialog


@pytest.fixture
def dialog(app, qtbot):
    dialog = RangeTestDialog("SGD", 0.1)
    qtbot.addWidget(dialog)
    dialog.tests = []
    dialog.wanted.connect(dialog.tests.append)
    dialog.show()
    return dialog


def test_it_begins_at_once_and_waits(dialog) -> None:
    assert dialog.tests == [{"low": 1e-7, "high": 10.0, "steps": 200}]
    assert dialog.is_running
    assert dialog.progress.isVisible()
    assert not dialog.use.isEnabled()
    assert not dialog.again.isEnabled()
    assert not dialog.plot.marked


def test_the_answer_is_drawn_and_taken(dialog) -> None:
    taken = []
    dialog.chosen.connect(taken.append)
    dialog.show_answer(FOUND)
    assert not dialog.progress.isVisible()
    assert dialog.said.text() == "Take 0.01."
    assert dialog.plot.marked == pytest.approx({"steepest": 1e-2, "lowest": 1e-1, "proposal": 1e-2})
    low, high = dialog.plot.box.viewRange()[0]
    assert low <= -4
    assert high >= 0
    assert dialog.plot.box.viewRange()[1][1] < 3.0  # what explodes leaves the picture
    assert dialog.use.text() == "Use 0.01"
    dialog.use.click()
    assert taken == [0.01]
    assert not dialog.isVisible()


def test_the_pointer_reads_a_step(dialog) -> None:
    dialog.show_answer(FOUND)
    dialog.plot.box.hovered.emit(QPointF(-1.1, 0.5))
    assert dialog.plot.card.text == "rate 0.1\nloss 0.400\nsmoothed 0.500"
    dialog.plot.box.hovered.emit(None)
    assert dialog.plot.card.isHidden()


def test_a_loss_that_never_falls_proposes_nothing(dialog) -> None:
    flat = RangeTested(
        id=1, rates=(1e-3, 1e-2), losses=(2.3, 2.3), smoothed=(2.3, 2.3), sentence="It does not fall."
    )
    dialog.show_answer(flat)
    assert dialog.said.text() == "It does not fall."
    assert not dialog.plot.marked
    assert not dialog.use.isEnabled()
    assert dialog.again.isEnabled()


def test_an_error_is_said_and_another_test_can_be_made(dialog, qtbot) -> None:
    dialog.show_answer(RangeTested(id=1, error="A run is training."))
    assert dialog.said.text() == "A run is training."
    assert dialog.said.property("role") == "problem"
    enter(qtbot, dialog.fields["steps"].widget, "50")
    enter(qtbot, dialog.fields["low"].widget, "1e-5")
    dialog.again.click()
    assert dialog.tests[-1] == {"low": 1e-5, "high": 10.0, "steps": 50}
    assert dialog.said.property("role") == ""


@pytest.mark.parametrize(("name", "text"), [("low", "0"), ("low", "nan"), ("high", "-1"), ("steps", "3")])
def test_what_is_no_range_is_refused(dialog, qtbot, name, text) -> None:
    dialog.show_answer(FOUND)
    field = dialog.fields[name]
    before = field.widget.text()
    enter(qtbot, field.widget, text)
    if name != "steps":  # a spin box keeps within its range by itself
        assert field.widget.text() == before
    dialog.again.click()
    assert dialog.tests[-1]["low"] > 0
    assert dialog.tests[-1]["steps"] >= 20


def test_rates_must_rise(dialog, qtbot) -> None:
    dialog.show_answer(FOUND)
    enter(qtbot, dialog.fields["high"].widget, "1e-8")
    assert not dialog.again.isEnabled()
    assert "rise" in dialog.said.text()
    assert dialog.fields["high"].widget.property("wrong") == "yes"


def test_closing_gives_a_running_test_up(dialog) -> None:
    given_up = []
    dialog.given_up.connect(lambda: given_up.append(True))
    dialog.reject()
    assert given_up == [True]


def test_closing_after_the_answer_gives_nothing_up(dialog) -> None:
    given_up = []
    dialog.given_up.connect(lambda: given_up.append(True))
    dialog.show_answer(FOUND)
    dialog.reject()
    assert not given_up


def test_the_plot_follows_the_theme(dialog) -> None:
    dialog.show_answer(FOUND)
    light = dialog.plot.backgroundBrush().color().name()
    appearance().choose(ThemeChoice.DARK)
    assert dialog.plot.backgroundBrush().color().name() != light
