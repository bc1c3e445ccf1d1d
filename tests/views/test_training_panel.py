from PySide6.QtCore import Qt

from gradviz.control.engine_state import EngineState


def choose(combo, text: str) -> None:
    combo.setCurrentText(text)
    combo.textActivated.emit(text)


def enter(qtbot, widget, text: str) -> None:
    widget.selectAll()
    qtbot.keyClicks(widget, text)
    qtbot.keyClick(widget, Qt.Key.Key_Return)


def test_the_optimizer_keeps_the_learning_rate(window, document) -> None:
    panel = window.left.training
    assert list(panel.optimizer_own.fields) == ["momentum"]
    choose(panel.optimizer, "Adam")
    assert document.experiment.optimizer.name == "Adam"
    assert document.experiment.optimizer.lr == 0.1
    assert not panel.optimizer_own.fields
    assert window.left.sections[2].summary.text() == "Adam · lr 0.1 · 1,000 steps"


def test_a_new_rate_goes_to_the_running_training_and_says_so(window, document, host, qtbot) -> None:
    panel = window.left.training
    window.left.sections[2].set_open(is_open=True)
    line = panel.rate.fields["lr"].widget
    assert not panel.rate_note.isVisible()
    enter(qtbot, line, "0.5")
    assert "set_lr" not in host.orders()
    host.be(EngineState.TRAINING)
    assert panel.rate_note.isVisible()
    enter(qtbot, line, "1e-3")
    assert ("set_lr", 0.001) in host.asked
    assert document.experiment.optimizer.lr == 0.001


def test_clipping_comes_and_goes(window, document, qtbot) -> None:
    panel = window.left.training
    assert not panel.clip_form.fields
    choose(panel.clip, "value")
    assert document.experiment.clip.method == "value"
    assert list(panel.clip_form.fields) == ["threshold", "side"]
    enter(qtbot, panel.clip_form.fields["threshold"].widget, "0.5")
    assert document.experiment.clip.parameters["threshold"] == 0.5
    choose(panel.clip_form.fields["side"].widget, "upper")
    assert document.experiment.clip.parameters == {"threshold": 0.5, "side": "upper"}
    choose(panel.clip, "none")
    assert document.experiment.clip is None


def test_penalties_initializer_seed_and_budget(window, document, qtbot) -> None:
    panel = window.left.training
    enter(qtbot, panel.penalties.fields["l2"].widget, "1e-4")
    choose(panel.initializer, "default")
    enter(qtbot, panel.seed.fields["seed"].widget, "7")
    enter(qtbot, panel.budget.fields["budget"].widget, "0.1")
    spec = document.experiment
    assert spec.regularization.l2 == 1e-4
    assert spec.model.initializer.name == "default"
    assert (spec.seed, spec.measure.budget) == (7, 0.1)
    choose(panel.initializer, "xavier_uniform")
    enter(qtbot, panel.initializer_own.fields["gain"].widget, "1.4")
    assert document.experiment.model.initializer.parameters == {"gain": 1.4}


def test_steps_or_epochs(window, document, qtbot) -> None:
    panel = window.left.training
    enter(qtbot, panel.length_form.fields["steps"].widget, "250")
    assert document.experiment.training.steps == 250
    choose(panel.length, "epochs")
    assert (document.experiment.training.steps, document.experiment.training.epochs) == (None, 10)
    assert list(panel.length_form.fields) == ["epochs"]
    choose(panel.length, "steps")
    assert document.experiment.training.steps == 1000


def test_what_measuring_costs(window) -> None:
    panel = window.left.training
    panel.show_cost(0.0312)
    assert panel.cost.text() == "Measuring costs 3.1 %"
    panel.show_cost(None)
    assert "%" not in panel.cost.text()
