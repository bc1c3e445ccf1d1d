"""What is asked of the engine beside sizes bears a number, and its answer comes as data of its kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradviz.control.engine_questions import EngineQuestions
from gradviz.control.engine_state import (
    EngineAnswer,
    Expanded,
    Exported,
    RangeTested,
    StepReplayed,
    TablePreviewed,
    TemplateMade,
)
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec
from gradviz.spec.json_codec import to_raw
from gradviz.spec.table import ColumnInfo, ColumnKind, Role, TablePreview


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


def test_a_range_test_comes_as_its_curve(questions, qtbot):
    number = questions.ask_range_test(ExperimentSpec(), high=1.0)
    [question] = questions.seen
    assert question.question == "lr_range"
    details = {key: question.details[key] for key in ("low", "high", "steps")}
    assert details == {"low": 1e-7, "high": 1.0, "steps": 200}
    words = {"steepest": 0.1, "lowest": 0.2, "proposal": 0.02, "sentence": "Take 0.02."}
    raw = {"rates": [0.1, 0.2], "losses": [2.0, 1.0], "smoothed": [1.9, 1.1], "ended": "range", **words}
    with qtbot.waitSignal(questions.range_tested) as heard:
        questions.take(EngineAnswer(id=number, answer=raw))
    lists = {"rates": (0.1, 0.2), "losses": (2.0, 1.0), "smoothed": (1.9, 1.1)}
    assert heard.args == [RangeTested(id=number, **lists, **words)]
    number = questions.ask_range_test(ExperimentSpec())
    with qtbot.waitSignal(questions.range_tested) as heard:
        questions.take(EngineAnswer(id=number, error="A run is training."))
    assert heard.args == [RangeTested(id=number, error="A run is training.")]


def test_a_replay_comes_as_a_sentence(questions, qtbot):
    number = questions.ask_replay("run-1", Path("a.gradviz"), 7)
    [question] = questions.seen
    assert question.question == "replay"
    assert question.details == {"run": "run-1", "path": "a.gradviz", "step": 7}
    with qtbot.waitSignal(questions.step_replayed) as heard:
        questions.take(EngineAnswer(id=number, answer={"sentence": "Step 7: …", "step": 7}))
    assert heard.args == [StepReplayed(id=number, sentence="Step 7: …")]
    number = questions.ask_replay("run-1", Path("a.gradviz"), 8)
    with qtbot.waitSignal(questions.step_replayed) as heard:
        questions.take(EngineAnswer(id=number, error="Stopped."))
    assert heard.args == [StepReplayed(id=number, error="Stopped.")]


def test_a_refusal_is_a_sentence_and_a_late_answer_is_nothing(questions, qtbot):
    path = Path("net.py")
    number = questions.ask_export(ExperimentSpec(), "keras", path)
    with qtbot.waitSignal(questions.exported) as heard:
        questions.take(EngineAnswer(id=number, error="The disk is full."))
    assert heard.args == [Exported(id=number, path=path, error="The disk is full.")]
    with qtbot.assertNotEmitted(questions.exported):
        questions.take(EngineAnswer(id=number, answer={"path": "net.py"}))
        questions.take(EngineAnswer(id=99, answer={}))


def test_a_table_comes_as_a_preview(questions, qtbot):
    shown = TablePreview(
        path="a.csv",
        format="text",
        samples=3,
        columns=(ColumnInfo(name="t", kind=ColumnKind.NUMBER, role=Role.TARGET, low=0.0, high=2.0),),
        rows=(("0",), ("2",)),
        task="regression",
        features=1,
    )
    number = questions.ask_preview({"path": "a.csv"})
    assert questions.seen[0].details == {"parameters": {"path": "a.csv"}}
    with qtbot.waitSignal(questions.previewed) as heard:
        questions.take(EngineAnswer(id=number, answer=json.loads(json.dumps(shown.to_raw()))))
    assert heard.args == [TablePreviewed(id=number, preview=shown)]
    number = questions.ask_preview({"path": "b.csv"})
    with qtbot.waitSignal(questions.previewed) as heard:
        questions.take(EngineAnswer(id=number, error="b.csv is empty"))
    assert heard.args == [TablePreviewed(id=number, error="b.csv is empty")]
