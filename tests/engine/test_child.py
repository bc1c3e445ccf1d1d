"""The engine as a process of its own: its pipes, signals, log and end."""

from __future__ import annotations

import signal
import sys
import textwrap
from pathlib import Path

import pytest

from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec, TrainingSpec
from gradviz.spec.json_codec import to_raw

LAYERS = (
    LayerSpec(kind="Linear", parameters={"out_features": 4}),
    LayerSpec(kind="Sigmoid"),
    LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
)
LONG = to_raw(
    ExperimentSpec(
        data=DataSpec(name="moons", parameters={"samples": 64}, batch_size=16),
        model=ModelSpec(layers=LAYERS),
        training=TrainingSpec(steps=1_000_000),
    )
)
SHORT = {**LONG, "training": {"steps": 12}}


def test_it_says_what_it_offers(engine) -> None:
    ready = engine.seen[0]
    assert ready["pid"] == engine.process.pid
    assert ready["devices"][0] == "cpu"
    assert {"gradviz", "python", "torch", "numpy"} <= ready["versions"].keys()
    assert "Linear" in {entry["name"] for entry in ready["catalogue"]["layers"]}


def test_it_inspects(engine) -> None:
    engine.send("inspect", id=1, experiment=LONG)
    answer = engine.until("inspected")
    assert answer["id"] == 1
    assert [layer["name"] for layer in answer["inspection"]["layers"]] == [
        "Linear 1",
        "Sigmoid 1",
        "Linear 2",
    ]
    assert answer["inspection"]["problems"] == []


def test_what_cannot_be_inspected_is_answered_too(engine) -> None:
    engine.send("inspect", id=2, experiment={**LONG, "data": {"name": "mons"}})
    answer = engine.until("inspected")
    assert answer["id"] == 2
    assert answer["where"] == "data.name"
    assert "did you mean “moons”" in answer["error"]
    engine.send("inspect", id=3, experiment={"schema": 99})
    assert "newer" in engine.until("inspected")["error"]


def test_garbled_lines_are_told_and_nothing_else(engine) -> None:
    for line in ("hello", '{"do": "dance"}', "[" * 50_000, '{"do": "train"}', "", "\x00"):
        engine.send_text(line)
    engine.send("inspect", id=4, experiment=LONG)
    engine.until("inspected")
    assert [event["event"] for event in engine.seen].count("error") == 5


def test_orders_without_a_run_mean_nothing(engine) -> None:
    for order in ("pause", "resume", "step", "stop"):
        engine.send(order)
    engine.send("set_lr", lr=0.1)
    engine.send("inspect", id=5, experiment=LONG)
    assert engine.until("inspected")["id"] == 5


def test_a_run_from_start_to_finish(engine, tmp_path: Path) -> None:
    store = tmp_path / "run.store"
    engine.send("train", run="r", store=str(store), experiment=SHORT)
    finish = engine.until_state("finished")
    assert (finish["run"], finish["finish"], finish["steps"]) == ("r", "completed", 12)
    with RunReader(store) as reader:
        assert reader.info.id == "r"
        assert reader.last_step == 11
        assert reader.status.finish is FinishReason.COMPLETED


def test_orders_while_training(engine, tmp_path: Path) -> None:
    store = tmp_path / "run.store"
    engine.send("train", run="r", store=str(store), experiment=LONG, paused=True)
    paused_at = engine.until_state("paused")["steps"]
    assert paused_at == 0
    engine.send("step")
    assert engine.until("status", lambda s: s["state"] == "paused" and s["steps"] > 0)["steps"] == 1
    engine.send("inspect", id=6, experiment=SHORT)
    assert engine.until("inspected")["id"] == 6
    engine.send("resume")
    engine.until_state("running")
    engine.send("set_lr", lr=0.5)
    engine.send("inspect", id=7, experiment=SHORT)
    assert engine.until("inspected")["id"] == 7
    engine.send("train", run="other", store=str(tmp_path / "other"), experiment=SHORT)
    refused = engine.until("status", lambda s: s["run"] == "other")
    assert refused["finish"] == "failed"
    assert "another run" in refused["reason"]
    engine.send("pause")
    engine.until_state("paused")
    engine.send("stop")
    finish = engine.until_state("finished")
    assert (finish["run"], finish["finish"]) == ("r", "stopped")
    with RunReader(store) as reader:
        assert reader.last_step == finish["steps"] - 1
        _, rates = reader.samples("learning_rate")
        assert 0.5 in rates


def test_what_cannot_be_trained_is_a_failed_run(engine, tmp_path: Path) -> None:
    broken = {**LONG, "model": {"layers": [{"kind": "Linear", "out_features": 3}]}}
    engine.send("train", run="a", store=str(tmp_path / "a"), experiment=broken)
    finish = engine.until_state("finished")
    assert (finish["run"], finish["finish"]) == ("a", "failed")
    assert finish["reason"]
    engine.send("train", run="b", store=str(tmp_path / "b"), experiment={"nonsense": 1})
    finish = engine.until_state("finished")
    assert (finish["run"], finish["finish"]) == ("b", "failed")
    assert "nonsense" in finish["reason"]
    engine.send("train", run="c", store="/proc/nowhere/c", experiment=SHORT)
    finish = engine.until_state("finished")
    assert (finish["run"], finish["finish"]) == ("c", "failed")


def test_an_interrupt_is_the_parents_business(engine) -> None:
    engine.process.send_signal(signal.SIGINT)
    engine.send("inspect", id=8, experiment=SHORT)
    assert engine.until("inspected")["id"] == 8


@pytest.mark.parametrize("paused", [False, True])
def test_the_end_of_its_input_ends_it_while_training(start, tmp_path: Path, paused: bool) -> None:
    engine = start()
    store = tmp_path / "run.store"
    engine.send("train", run="r", store=str(store), experiment=LONG, paused=paused)
    engine.until_state("paused" if paused else "running")
    if not paused:
        engine.until_steps(store)
    engine.close_input()
    finish = engine.until_state("finished")
    assert finish["finish"] == "stopped"
    assert engine.process.wait(10) == 0
    assert engine.rest() == []
    with RunReader(store) as reader:
        assert reader.status.state is RunState.FINISHED
        assert reader.last_step == finish["steps"] - 1
        assert paused or reader.last_step > 0


def test_users_code_can_neither_write_nor_read_the_protocol(start) -> None:
    program = textwrap.dedent(
        """
        import os
        import warnings
        import gradviz.__main__ as program

        save = program._save_pipes

        def saved():
            pipes = save()
            from gradviz.engine.serve import Server

            inspect = Server._inspect

            def disturbed(self, request):
                print("printed")
                os.write(1, b"written\\n")
                os.system("echo from a shell")
                warnings.warn("beware")
                try:
                    input()
                except EOFError:
                    print("no input")
                inspect(self, request)

            Server._inspect = disturbed
            return pipes

        program._save_pipes = saved
        program.main(["engine"])
        """
    )
    engine = start([sys.executable, "-c", program])
    engine.until("ready")
    engine.send("inspect", id=1, experiment=SHORT)
    assert engine.until("inspected")["inspection"]["problems"] == []
    logs = [event for event in engine.seen if event["event"] == "log"]
    assert any(log["level"] == "warning" and "beware" in log["text"] for log in logs)
    assert engine.end() == 0
    assert {"printed", "written", "from a shell", "no input"} <= set(engine.stderr.splitlines())


def test_a_bad_thread_count_is_told(start) -> None:
    engine = start(GRADVIZ_THREADS="many")
    engine.until("ready")
    assert any("GRADVIZ_THREADS" in event.get("text", "") for event in engine.seen)
