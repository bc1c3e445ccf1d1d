import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from gradviz.spec.registry import boolean, choice, integer, integers, number, numbers
from gradviz.views.bounded_box import BoundedBox
from gradviz.views.parameter_field import MIXED, ParameterField
from gradviz.views.parameter_form import ParameterForm
from gradviz.views.parameter_text import parsed, worded

WIDTH = integer("out_features", "Number of outputs", minimum=1, choices=("classes",))
RATE = number("lr", "Learning rate", default=0.01, above=0)
KERNEL = integers("kernel_size", "Height and width", or_one=True, length=2, minimum=1)
BETAS = numbers("betas", "Decay", length=2, default=[0.9, 0.999], minimum=0, below=1)


@pytest.fixture
def make(app, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()

    def field(parameter, value):
        field = ParameterField(parameter, parent)
        field.set_value(value)
        field.widget.show()
        told = []
        field.value_changed.connect(told.append)
        return field, told

    return field


def enter(qtbot, widget, text: str) -> None:
    line = widget.lineEdit() if isinstance(widget, QComboBox) else widget
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("parameter", "value", "kind"),
    [
        (boolean("bias", "", default=True), True, QCheckBox),
        (choice("mode", "", choices=("a", "b")), "a", QComboBox),
        (WIDTH, 64, QComboBox),
        (integer("times", "", minimum=1), 3, BoundedBox),
        (integer("seed", "", default=0, maximum=2**63 - 1), 0, QLineEdit),
        (RATE, 0.01, QLineEdit),
        (KERNEL, 3, QLineEdit),
        (integer("steps", "", default=None), None, QLineEdit),
    ],
)
def test_each_kind_has_its_control_and_an_explanation(make, parameter, value, kind) -> None:
    field, _ = make(parameter, value)
    assert type(field.widget) is kind
    assert parameter.expected() in field.widget.toolTip()
    assert field.widget.accessibleName() == parameter.name


def test_showing_a_value_is_no_change(make) -> None:
    for parameter, value in ((WIDTH, 32), (RATE, 0.5), (boolean("b", "", default=False), True)):
        field, told = make(parameter, value)
        field.set_value(parameter.default)
        assert told == []


def test_words_and_numbers_in_one_field(make, qtbot) -> None:
    field, told = make(WIDTH, 64)
    enter(qtbot, field.widget, "128")
    enter(qtbot, field.widget, "classes")
    assert told == [128, "classes"]


def test_a_number_in_powers_of_ten(make, qtbot) -> None:
    field, told = make(RATE, 0.01)
    enter(qtbot, field.widget, "3e-4")
    assert told == [0.0003]
    assert field.widget.text() == "3e-4"


def test_what_is_out_of_range_is_said_and_not_told(make, qtbot) -> None:
    field, told = make(RATE, 0.01)
    refused = []
    field.refused.connect(refused.append)
    enter(qtbot, field.widget, "-1")
    assert told == []
    assert field.widget.text() == "0.01"
    assert len(refused) == 1
    assert "above 0" in refused[0]
    enter(qtbot, field.widget, "much")
    assert told == []
    enter(qtbot, field.widget, "0.2")
    assert told == [0.2]


def test_a_form_keeps_saying_why_an_entry_was_refused(app, qtbot) -> None:
    form = ParameterForm()
    qtbot.addWidget(form)
    form.show_parameters((RATE, BETAS), {"lr": 0.01})
    form.show()
    line = form.fields["lr"].widget
    enter(qtbot, line, "-1")
    assert form.notes["lr"] == "It must be above 0, not -1"
    assert line.property("wrong") == "yes"
    form.show_parameters((RATE, BETAS), {"lr": 0.01})
    form.show_problems({})
    assert form.notes["lr"] == "It must be above 0, not -1"
    enter(qtbot, form.fields["betas"].widget, "0.8, 0.9")
    assert form.notes["lr"] == ""
    assert line.property("wrong") == ""
    enter(qtbot, line, "much")
    assert form.notes["lr"]
    form._forget_refused.setInterval(1)
    form.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    with qtbot.waitSignals([form._forget_refused.timeout] * 2):
        form._forget_refused.start()
    assert form.notes["lr"]  # what is below would move from under the pointer
    form.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # noqa: FBT003 - Qt's own
    qtbot.waitUntil(lambda: form.notes["lr"] == "")


def test_a_whole_number_out_of_range_is_refused(make, qtbot) -> None:
    field, told = make(integer("times", "", minimum=1, maximum=500), 3)
    refused = []
    field.refused.connect(refused.append)
    for typed in ("9999", "0", "-3"):
        enter(qtbot, field.widget, typed)
        assert field.widget.value() == 3
    assert told == []
    assert [typed for typed in ("9999", "0", "-3") if not any(typed in why for why in refused)] == []
    assert len(refused) == 3
    enter(qtbot, field.widget, "77")
    assert told == [77]
    assert len(refused) == 3


def test_lists(make, qtbot) -> None:
    field, told = make(KERNEL, 3)
    enter(qtbot, field.widget, "3, 5")
    enter(qtbot, field.widget, "7")
    assert told == [[3, 5], 7]
    field, told = make(BETAS, [0.9, 0.999])
    assert field.widget.text() == "0.9, 0.999"
    enter(qtbot, field.widget, "0.8, 0.9")
    assert told == [[0.8, 0.9]]
    enter(qtbot, field.widget, "0.8")
    assert told == [[0.8, 0.9]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,1", 0.1),
        ("0,001", 0.001),
        (",5", 0.5),
        ("1,5e-3", 1.5e-3),
        ("-0,25", -0.25),
        ("12,25", 12.25),
        ("1,000,000", 1_000_000),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
    ],
)
def test_a_comma_in_a_single_number_is_read_where_it_can_mean_one_thing(text: str, value: float) -> None:
    assert parsed(text, number("x", "", default=0.0)) == value
    assert parsed(text, number("x", "", default=None)) == value


def test_a_comma_in_a_whole_number_is_between_its_thousands() -> None:
    steps = integer("steps", "", default=None)
    assert parsed("1,000", steps) == 1000
    assert steps.complaint(parsed("0,5", steps))


@pytest.mark.parametrize(
    ("parameter", "text", "why"),
    [
        (RATE, "", "cannot be empty: it must be a number, above 0"),
        (RATE, "0, 1, 2", "must be a number, above 0, not “0, 1, 2”"),
        (RATE, "abc", "must be a number, above 0, not “abc”"),
        (RATE, "\u22121,000", "can be read as -1000 and as -1: write it without a comma"),
        (RATE, "1,000", "can be read as 1000 and as 1: write it without a comma"),
        (RATE, "-0,1", "must be above 0, not -0.1"),
        (BETAS, "0.9", "must be a list of 2 numbers, at least 0 and below 1, not “0.9”"),
        (BETAS, "0.9, x", "must be a list of 2 numbers, at least 0 and below 1, not “0.9, x”"),
        (BETAS, "0.9, 2", "must be at least 0 and below 1, not 2"),
        (KERNEL, "1, 2, 3", f"must be {KERNEL.expected()}, not “1, 2, 3”"),
    ],
)
def test_a_refusal_speaks_of_what_was_typed(make, parameter, text, why) -> None:
    field, told = make(parameter, parameter.default if parameter is BETAS else 1)
    refused = []
    field.refused.connect(refused.append)
    field.enter(text)
    assert (refused, told) == ([why], [])


def test_nothing_where_nothing_is_allowed(make, qtbot) -> None:
    field, told = make(integer("epochs", "", default=None), 5)
    enter(qtbot, field.widget, "")
    field.widget.clear()
    qtbot.keyClick(field.widget, Qt.Key.Key_Return)
    assert told == [None]


def test_a_box_and_a_spin_box(make, qtbot) -> None:
    field, told = make(boolean("bias", "", default=True), value=True)
    qtbot.mouseClick(field.widget, Qt.MouseButton.LeftButton, pos=QPoint(8, field.widget.height() // 2))
    assert told == [False]
    field, told = make(integer("times", "", minimum=1, maximum=9), 3)
    qtbot.keyClick(field.widget, Qt.Key.Key_Up)
    assert told == [4]


@given(
    st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:.12g}"))
)
def test_a_shown_number_is_read_back(value: float) -> None:
    assert parsed(worded(value), number("x", "", default=0.0)) == value


@given(st.lists(st.integers(1, 999), min_size=2, max_size=3))
def test_a_shown_list_is_read_back(value: list[int]) -> None:
    assert parsed(worded(value), integers("x", "", length=None, default=None)) == value


@pytest.mark.parametrize(
    ("parameter", "value", "text"),
    [
        (integer("times", "", minimum=1), 3, "3"),
        (WIDTH, 64, "64"),
        (RATE, 0.5, "0.5"),
        (choice("mode", "", choices=("a", "b")), "b", "b"),
    ],
)
def test_where_layers_differ_the_field_says_so_and_takes_a_value_for_all(
    make, qtbot, parameter, value, text
) -> None:
    field, told = make(parameter, MIXED)
    widget = field.widget
    if isinstance(widget, QSpinBox):
        assert widget.text() == "mixed"
    else:
        line = widget.lineEdit() if isinstance(widget, QComboBox) and widget.isEditable() else widget
        assert line.placeholderText() == "mixed"
    if isinstance(widget, QComboBox) and not widget.isEditable():
        assert widget.currentIndex() == -1
        widget.setCurrentText(text)
        widget.textActivated.emit(text)
    else:
        qtbot.keyClick(widget.lineEdit() if isinstance(widget, QComboBox) else widget, Qt.Key.Key_Return)
        assert told == []  # nothing was entered
        target = widget if not isinstance(widget, QSpinBox) else widget.lineEdit()
        enter(qtbot, target, text)
    assert told == [value]
    field.set_value(value)
    if isinstance(widget, QSpinBox):
        assert (widget.minimum(), widget.text()) == (1, "3")
