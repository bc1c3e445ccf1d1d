"""Events are lines of strict JSON, and the window's half of the protocol fits the engine's."""

from __future__ import annotations

import io
import json
import math

import pytest

from gradviz.engine.events import Events
from gradviz.engine.requests import Ask, Focus, Inspect, Order, Question, SetLr, Train, decode
from gradviz.records.layer import Inspection, LayerInfo, LayerProblem, NodeInfo
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.data_info import DataInfo, Task


def test_events_are_ascii_lines_of_strict_json() -> None:
    sink = io.StringIO()
    events = Events(sink)
    status = RunStatus(state=RunState.FINISHED, finish=FinishReason.FAILED, steps=7, reason="“α”\n")
    events.status("r", status)
    events.log("info", "naïve\u2028")
    text = sink.getvalue()
    assert text.isascii()
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["status", "log"]
    assert json.loads(text.splitlines()[0])["reason"] == "“α”\n"


def test_a_broken_pipe_is_noted_and_raises_nothing() -> None:
    sink = io.StringIO()
    events = Events(sink)
    sink.close()
    assert not events.broken
    events.log("info", "a")
    assert events.broken
    events.log("info", "b")


def test_both_halves_fit() -> None:
    messages = pytest.importorskip("gradviz.control.engine_messages", exc_type=ImportError)
    from gradviz.control.engine_state import (
        EngineAnswer,
        EngineQuestion,
        InspectionReply,
        InspectRequest,
        LogLine,
        TrainRequest,
    )
    from gradviz.spec.experiment import ExperimentSpec
    from gradviz.spec.json_codec import from_raw

    experiment = ExperimentSpec(name="Größe")
    asked = decode(messages.encode_inspect(InspectRequest(id=5, experiment=experiment)).decode())
    assert isinstance(asked, Inspect)
    assert asked.id == 5
    assert from_raw(asked.experiment) == experiment
    train = TrainRequest(run_id="r1", store="/tmp/ü.store", experiment=experiment, paused=True)
    ordered = decode(messages.encode_train(train).decode())
    assert isinstance(ordered, Train)
    assert (ordered.run, ordered.store, ordered.paused) == ("r1", "/tmp/ü.store", True)
    question = EngineQuestion(id=8, question="template", details={"name": "mlp"})
    assert decode(messages.encode_question(question).decode()) == Ask(
        id=8, question=Question.TEMPLATE, details={"name": "mlp"}
    )
    assert decode(messages.encode_lr(0.25).decode()) == SetLr(lr=0.25)
    assert decode(messages.encode_focus(2).decode()) == Focus(layer=2)
    assert decode(messages.encode_order("step").decode()) is Order.STEP

    sink = io.StringIO()
    events = Events(sink)
    layer = LayerInfo(
        index=0,
        name="Linear 1",
        kind="Linear",
        path=(0,),
        repeat=(),
        module="0",
        output_shape=(3,),
        parameters=9,
    )
    inspection = Inspection(
        input_shape=(2,),
        classes=3,
        layers=(layer,),
        nodes=(NodeInfo(path=(0,), output_shape=(3,), parameters=9),),
        problems=(LayerProblem(path=(0,), message="too small"),),
        data=DataInfo(input_shape=(2,), classes=3, samples=7, task=Task.REGRESSION),
    )
    status = RunStatus(state=RunState.FINISHED, finish=FinishReason.DIVERGED, steps=2, reason="because")
    events.ready(pid=1, catalogue=Catalogue(), devices=("cpu",), versions={"torch": "2"})
    events.inspected(5, inspection)
    events.not_inspected(6, "no", "data")
    events.answered(7, {"layers": []})
    events.not_answered(8, "no such template", "data")
    events.status("r1", status)
    events.error("eh")
    got = [messages.decode_event(line.encode()) for line in sink.getvalue().splitlines()]
    assert got == [
        messages.Ready(pid=1, catalogue=Catalogue(), devices=("cpu",), versions={"torch": "2"}),
        InspectionReply(id=5, inspection=inspection),
        InspectionReply(id=6, error="no", where="data"),
        EngineAnswer(id=7, answer={"layers": []}),
        EngineAnswer(id=8, error="no such template", where="data"),
        messages.Reported(run="r1", status=status),
        LogLine(level="error", text="eh"),
    ]
    assert math.isfinite(ordered.experiment["optimizer"]["lr"])
