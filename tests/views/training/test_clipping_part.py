from controls import choose, enter


def test_clipping_comes_and_goes(window, document, qtbot) -> None:
    part = window.left.training.clipping
    assert not part.choice.own.fields
    choose(part.choice.combo, "value")
    assert document.experiment.clip.method == "value"
    assert list(part.choice.own.fields) == ["threshold"]
    assert list(part.choice.rest.fields) == ["side"]
    enter(qtbot, part.choice.field("threshold"), "0.5")
    choose(part.choice.field("side"), "upper")
    assert document.experiment.clip.parameters == {"threshold": 0.5, "side": "upper"}
    assert part.summary(document.experiment) == "value, 0.5"
    assert part.choice.more.summary.text() == "side upper"
    choose(part.choice.combo, "none")
    assert document.experiment.clip is None
    document.undo_stack.undo()
    assert document.experiment.clip.parameters == {"threshold": 0.5, "side": "upper"}
    assert part.choice.field("threshold").text() == "0.5"


def test_what_another_method_does_not_know_goes(window, document, qtbot) -> None:
    part = window.left.training.clipping
    choose(part.choice.combo, "value")
    enter(qtbot, part.choice.field("threshold"), "0.25")
    choose(part.choice.combo, "global_norm")  # which in this catalogue has none
    assert document.experiment.clip.parameters == {}
    assert part.summary(document.experiment) == "global norm"


def test_a_threshold_of_zero_is_refused(window, document, qtbot) -> None:
    part = window.left.training.clipping
    choose(part.choice.combo, "value")
    for text in ("0", "-3", "nan"):
        enter(qtbot, part.choice.field("threshold"), text)
        assert part.choice.field("threshold").text() == "1"
    assert document.experiment.clip.parameters == {}
