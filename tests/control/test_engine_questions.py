"""What is asked of the engine beside sizes bears a number, and its answer comes as data of its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradviz.control.engine_questions import EngineQuestions
from gradviz.control.engine_state import EngineAnswer, Expanded, Exported, TemplateMade
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec
from gradviz.spec.json_codec import to_raw


@pytest.fixture
def questions(qapp):
    asker = EngineQuestions()
    asker.seen = []
    asker.asked.connect(asker.seen.append)
    return asker


def test_a_template_comes_as_an_experiment(questions, qtbot):
    number = questions.ask_template("mlp", {"depth": 3}, DataSpec(name="moons"))
    [question] = questions.seen
    assert (question.id, question.question) == (number, "template")
    assert question.details["knobs"] == {"depth": 3}
    assert question.details["data"]["name"] == "moons"
    made = ExperimentSpec(name="Made")
    with qtbot.waitSignal(questions.template_made) as heard:
        questions.take(EngineAnswer(id=number, answer={"experiment": to_raw(made)}))
    assert heard.args == [TemplateMade(id=number, experiment=made)]


def test_an_opened_block_comes_as_layers(questions, qtbot):
    number = questions.ask_expand(ExperimentSpec(), (2, 0))
    assert questions.seen[0].details["path"] == [2, 0]
    with qtbot.waitSignal(questions.expanded) as heard:
        questions.take(EngineAnswer(id=number, answer={"layers": [{"kind": "ReLU"}]}))
    assert heard.args == [Expanded(id=number, path=(2, 0), layers=(LayerSpec(kind="ReLU"),))]


def test_a_refusal_is_a_sentence_and_a_late_answer_is_nothing(questions, qtbot):
    path = Path("net.py")
    number = questions.ask_export(ExperimentSpec(), "keras", path)
    with qtbot.waitSignal(questions.exported) as heard:
        questions.take(EngineAnswer(id=number, error="The disk is full."))
    assert heard.args == [Exported(id=number, path=path, error="The disk is full.")]
    with qtbot.assertNotEmitted(questions.exported):
        questions.take(EngineAnswer(id=number, answer={"path": "net.py"}))
        questions.take(EngineAnswer(id=99, answer={}))
