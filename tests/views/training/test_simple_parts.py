"""Each folded part edits the document, sums up what is set, and follows an undo."""

import pytest
from controls import choose, enter
from PySide6.QtWidgets import QCheckBox, QComboBox

# part, field, what is entered, the experiment's section, the value there, the summary
FIELDS = [
    ("numbers", "precision", "bfloat16", "training", "bfloat16", "bfloat16"),
    ("numbers", "accumulate", "4", "training", 4, "float32 · 4 batches a step"),
    ("numbers", "compile", True, "training", True, "float32 · compiled"),
    ("numbers", "deterministic", True, "training", True, "float32 · deterministic"),
    ("stopping", "patience", "5", "training", 5, "patience 5"),
    ("stopping", "keep_best", True, "training", True, "best kept"),
    ("stopping", "checkpoint_every", "500", "training", 500, "every 500 steps"),
    ("regularization", "l1", "1e-5", "regularization", 1e-5, "L1 1e-5"),
    ("regularization", "l2", "1e-4", "regularization", 1e-4, "L2 0.0001"),
    ("regularization", "max_norm", "3", "regularization", 3.0, "norm at most 3"),
    ("regularization", "biases", True, "regularization", True, "none"),
    ("measuring", "budget", "0.1", "measure", 0.1, "at most 10 %"),
]


@pytest.mark.parametrize("case", FIELDS, ids=lambda case: case[1])
def test_a_field_edits_its_section(window, document, qtbot, case) -> None:
    name, field, given, section, value, summary = case
    panel = window.left.training
    part = getattr(panel, name)
    control = part.form.fields[field].widget
    before = document.experiment
    if isinstance(control, QCheckBox):
        control.click()
    elif isinstance(control, QComboBox):
        choose(control, given)
    else:
        enter(qtbot, control, given)
    found = getattr(getattr(document.experiment, section), field)
    assert found == value
    assert type(found) is type(value)
    assert summary in part.summary(document.experiment)
    assert panel.sections[part].summary.text() == part.summary(document.experiment)
    document.undo_stack.undo()
    assert document.experiment == before
    assert panel.sections[part].summary.text() == part.summary(before)


@pytest.mark.parametrize(
    "case",
    [
        ("numbers", "accumulate", "0"),
        ("stopping", "patience", "0"),
        ("stopping", "checkpoint_every", "-1"),
        ("regularization", "l2", "nan"),
        ("regularization", "max_norm", "0"),
        ("measuring", "budget", "2"),
    ],
)
def test_what_is_out_of_range_is_refused_and_nothing_is_lost(window, document, qtbot, case) -> None:
    name, field, text = case
    part = getattr(window.left.training, name)
    control = part.form.fields[field].widget
    was, before = control.text(), document.experiment
    enter(qtbot, control, text)
    assert control.text() == was
    assert document.experiment == before


def test_seeds_apart(window, document, qtbot) -> None:
    part = window.left.training.seeds
    enter(qtbot, part.seed.fields["seed"].widget, "7")
    line = part.own.fields["data"].widget
    assert line.placeholderText() == "as seed"
    enter(qtbot, line, "12")
    assert (document.experiment.seed, document.experiment.seeds.data) == (7, 12)
    assert part.summary(document.experiment) == "7 · data 12"
    document.undo_stack.undo()
    assert document.experiment.seeds.data is None
    document.undo_stack.undo()
    assert document.experiment.seed == 0


def test_the_loss_and_its_own_parameters(window, document, qtbot) -> None:
    part = window.left.training.loss
    assert part.summary(document.experiment) == "by the data"
    choose(part.choice.combo, "cross_entropy")
    assert part.choice.doc.text() == "Surprise"
    enter(qtbot, part.choice.field("label_smoothing"), "0.1")
    assert document.experiment.loss.parameters == {"label_smoothing": 0.1}
    assert part.summary(document.experiment) == "cross entropy · label smoothing 0.1"
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert part.choice.combo.currentText() == "auto"


def test_layers_left_out_of_the_penalties(window, document, qtbot) -> None:
    part = window.left.training.regularization
    line = part.form.fields["exclude"].widget
    enter(qtbot, line, "Linear 1, Linear 2?")
    assert document.experiment.regularization.exclude == ("Linear 1", "Linear 2?")
    assert part.form.notes["exclude"] == "Leaves out 3 of 21 layers"
    enter(qtbot, line, "Linear 1, Conv*")
    assert "Conv*" in part.form.notes["exclude"]
    completer = line.completer()
    line.setText("Conv*, linear 21")
    completer.setCompletionPrefix(completer.splitPath(line.text())[0])
    assert completer.currentCompletion() == "Conv*, Linear 21"


def test_what_measuring_costs(window) -> None:
    panel = window.left.training
    panel.show_cost(0.0312)
    assert panel.measuring.cost.text() == "Measuring costs 3.1 %"
    summary = panel.sections[panel.measuring].summary
    assert summary.text() == "at most 5.0 % · now 3.1 %"
    panel.show_cost(0.2)
    assert summary.text() == "norms alone cost 20 %"
    assert "Norms come first" in summary.toolTip()
    assert "5.0 %" in summary.toolTip()
    panel.show_cost(None)
    assert summary.toolTip() == summary.text() == "at most 5.0 %"
    assert "%" not in panel.measuring.cost.text()
