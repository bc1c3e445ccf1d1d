from dataclasses import replace

from controls import choose

from gradviz.diagnosis.threshold import threshold_of_run


def clipping(window):
    part = window.left.training.clipping
    choose(part.choice.combo, "value")
    return part


def test_without_a_run_there_is_nothing_to_propose_from(window) -> None:
    part = clipping(window)
    assert not part.propose.isHidden()
    assert not part.propose.isEnabled()
    assert "Train first" in part.propose.toolTip()


def test_the_shown_run_proposes_a_threshold_and_says_why(window, document, run) -> None:
    part = clipping(window)
    entry = run(steps=200)
    window.runs.show_run(entry)
    assert part.propose.isEnabled()
    part.propose.click()
    with entry.open() as reader:
        expected = threshold_of_run(reader, "value")
    assert expected.threshold is not None
    assert part.strip.text == (expected.warning or expected.reason)
    part.strip.act()
    assert document.experiment.clip.parameters["threshold"] == expected.threshold
    assert part.strip.isHidden()
    document.undo_stack.undo()
    assert "threshold" not in document.experiment.clip.parameters


def test_a_run_that_is_too_short_says_so(window, document, run) -> None:
    part = clipping(window)
    window.runs.show_run(run(steps=10))
    part.propose.click()
    assert "at least 20" in (part.strip.text + part.strip.toolTip())
    assert not part.strip.has_action


def test_a_run_that_cannot_be_read_says_why(window, run) -> None:
    part = clipping(window)
    entry = run(steps=30)
    window.runs.show_run(None)
    gone = replace(entry, source=entry.source.with_name("gone.sqlite"))
    window.thresholds.show_run(gone)
    part.propose.click()
    assert part.strip.text
    assert not part.strip.has_action
