from controls import choose, enter

from gradviz.control.engine_state import EngineState


def test_another_optimizer_keeps_the_learning_rate(window, document) -> None:
    part = window.left.training.optimizer
    assert list(part.choice.rest.fields) == ["momentum"]
    choose(part.choice.combo, "Adam")
    assert document.experiment.optimizer.name == "Adam"
    assert document.experiment.optimizer.lr == 0.1
    assert part.choice.more.isHidden()
    assert window.left.sections[2].summary.text() == "Adam · lr 0.1 · 1,000 steps"
    document.undo_stack.undo()
    assert part.choice.combo.currentText() == "SGD"


def test_own_parameters_are_folded_and_said(window, document, qtbot) -> None:
    choice = window.left.training.optimizer.choice
    assert not choice.more.is_open
    assert choice.more.summary.text() == "all as usual"
    choice.more.set_open(is_open=True)
    enter(qtbot, choice.field("momentum"), "0.9")
    assert document.experiment.optimizer.parameters == {"momentum": 0.9}
    assert choice.more.summary.text() == "momentum 0.9"
    enter(qtbot, choice.field("momentum"), "0.8")
    document.undo_stack.undo()
    assert document.experiment.optimizer.parameters == {}  # both were one edit


def test_a_new_rate_goes_to_the_running_training_and_says_so(window, document, host, qtbot) -> None:
    part = window.left.training.optimizer
    line = part.rate.fields["lr"].widget
    assert not part.rate.notes.get("lr")
    enter(qtbot, line, "0.5")
    assert "set_lr" not in host.orders()
    host.be(EngineState.TRAINING)
    assert "running training" in part.rate.notes["lr"]
    enter(qtbot, line, "1e-3")
    assert ("set_lr", 0.001) in host.asked
    assert document.experiment.optimizer.lr == 0.001


def test_a_schedule_brings_what_it_cannot_be_without(window, document, qtbot) -> None:
    part = window.left.training.schedule
    assert part.summary(document.experiment) == ""
    choose(part.choice.combo, "step")
    assert document.experiment.schedule.parameters == {"every": 64}
    enter(qtbot, part.choice.field("factor"), "0.5")
    enter(qtbot, part.warmup.fields["warmup"].widget, "100")
    schedule = document.experiment.schedule
    assert (schedule.name, schedule.warmup) == ("step", 100)
    assert schedule.parameters == {"every": 64, "factor": 0.5}
    assert part.summary(document.experiment) == "step, warm-up 100"
    assert not document.problems
    for _ in range(3):
        document.undo_stack.undo()
    assert part.choice.combo.currentText() == "constant"
    assert part.warmup.fields["warmup"].widget.text() == "0"


def test_steps_or_epochs(window, document, qtbot) -> None:
    part = window.left.training.length
    enter(qtbot, part.form.fields["steps"].widget, "250")
    assert document.experiment.training.steps == 250
    choose(part.unit, "epochs")
    assert (document.experiment.training.steps, document.experiment.training.epochs) == (None, 10)
    assert list(part.form.fields) == ["epochs"]
    assert part.unit.currentText() == "epochs"
    choose(part.unit, "steps")
    assert document.experiment.training.steps == 1000
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.experiment.training.steps == 250


def test_a_rate_that_is_none_is_refused_and_the_last_one_stays(window, document, qtbot) -> None:
    line = window.left.training.optimizer.rate.fields["lr"].widget
    for text in ("0", "-1", "nan", "inf", "fast", ""):
        enter(qtbot, line, text)
        assert line.text() == "0.1"
    assert not document.undo_stack.canUndo()
