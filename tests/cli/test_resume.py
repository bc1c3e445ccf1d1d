"""`gradviz run --resume`: longer, after a stop, after a kill before anything was saved."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gradviz.cli import run_command
from gradviz.cli.main import main
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import open_session
from gradviz.records.workspace import sessions_folder

SHORT = ("--set", "model.layers[1].times=2", "--set", "training.checkpoint_every=5")


def losses(path: Path) -> np.ndarray:
    session = open_session(path)
    assert session.damage == ()
    run = session.runs[-1]
    with RunReader(run.path, run.id) as reader:
        return reader.series("train_loss", 0, reader.last_step, 10**9).mean


def test_a_finished_run_goes_on_longer_in_its_own_file(command, tmp_path):
    command("run", "example:vanishing", *SHORT, "--set", "training.steps=20", "-o", "straight")
    command("run", "example:vanishing", *SHORT, "--set", "training.steps=8", "-o", "a")
    status, out, err = command("run", "a", "--resume", "--set", "training.steps=20", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert (report["state"], report["steps"], report["session"]) == ("completed", 20, "a.gradviz")
    session = open_session(tmp_path / "a.gradviz")
    assert len(session.runs) == 1
    assert session.experiment["training"]["steps"] == 20
    np.testing.assert_array_equal(losses(tmp_path / "a.gradviz"), losses(tmp_path / "straight.gradviz"))
    assert list(sessions_folder().glob("*")) == []


def test_into_another_file_the_first_stays(command, tmp_path):
    command("run", "example:vanishing", *SHORT, "--set", "training.steps=8", "-o", "a")
    before = (tmp_path / "a.gradviz").read_bytes()
    status, _, _ = command("run", "a.gradviz", "--resume", "--set", "training.steps=12", "-o", "b")
    assert status == 0
    assert (tmp_path / "a.gradviz").read_bytes() == before
    assert losses(tmp_path / "b.gradviz").shape == (1, 12)
    status, _, err = command("run", "a.gradviz", "--resume", "--set", "training.steps=12", "-o", "b")
    assert (status, "b.gradviz exists already" in err) == (2, True)


def test_info_tells_of_a_run_that_is_going_to_be_saved(command, monkeypatch):
    save, seen = run_command.save_session, []

    def looked_at_first(*given):
        seen.append(main(["info", "live.gradviz"]))
        save(*given)

    monkeypatch.setattr(run_command, "save_session", looked_at_first)
    arguments = ("run", "example:vanishing", *SHORT, "--set", "training.steps=8", "-o", "live")
    status, _, err = command(*arguments)
    assert (status, seen) == (0, [2])
    assert "live.gradviz does not exist yet" in err
    assert "8 steps so far; watch it with: gradviz live.gradviz" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.gradviz", "--resume"), "there is no file none.gradviz, nor a run that was going to be saved"),
        (("a.toml", "--resume"), "is no session; to train an experiment from its start, leave out --resume"),
        (("a.gradviz",), "go on with its run with: gradviz run a.gradviz --resume"),
        (("a.gradviz", "--resume"), "steps; to go on, ask for more of them, as with --set training.steps=16"),
        (("a.gradviz", "--resume", "--run", "Nobody"), "holds no run “Nobody”; there is “Vanishing"),
        (("a.gradviz", "--resume", "--set", "optimizer.lr=7"), "optimizer.lr is"),
        (("a.gradviz", "--resume", "--set", "trainin.steps=7"), "did you mean"),
        (("a.gradviz", "--resume", "--set", "training.device=moon"), "training.device"),
        (("example:vanishing", "--run", "x"), "it needs --resume"),
    ],
)
def test_what_cannot_go_on_is_one_line_and_nothing_is_lost(command, tmp_path, arguments, message):
    (tmp_path / "a.toml").write_text("name = 'x'")
    command("run", "example:vanishing", *SHORT, "--set", "training.steps=8", "-o", "a")
    before = (tmp_path / "a.gradviz").read_bytes()
    status, out, err = command("run", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("gradviz: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert (tmp_path / "a.gradviz").read_bytes() == before
    assert list(sessions_folder().glob("*")) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_killed_before_it_was_saved_and_again_while_it_went_on(command, tmp_path):
    steps = ("--set", "training.steps=100000")
    kill_after(tmp_path, 60, "run", "example:vanishing", *SHORT, *steps, "-o", "a.gradviz")
    assert not (tmp_path / "a.gradviz").exists()
    first = only_store()
    with RunReader(first) as reader:
        seen = reader.last_step
    kill_after(tmp_path, seen + 60, "run", "a.gradviz", "--resume")
    second = only_store()  # the first was given up when the second held all of it
    assert second != first
    status, _, _ = command("run", "a", "--resume", "--set", f"training.steps={seen + 400}")
    assert status == 0
    assert losses(tmp_path / "a.gradviz").shape == (1, seen + 400)
    command("run", "example:vanishing", *SHORT, "--set", f"training.steps={seen + 400}", "-o", "straight")
    np.testing.assert_array_equal(losses(tmp_path / "a.gradviz"), losses(tmp_path / "straight.gradviz"))
    run = open_session(tmp_path / "a.gradviz").runs[0]
    with RunReader(run.path, run.id) as reader:
        assert reader.status.finish is FinishReason.COMPLETED
    assert list(sessions_folder().glob("*")) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_a_file_saved_after_a_kill_wins_and_the_killed_run_is_kept(command, tmp_path):
    path = tmp_path / "k.gradviz"
    kill_after(tmp_path, 30, "run", "example:vanishing", *SHORT, "-o", "k.gradviz")
    killed = only_store()
    status, _, err = command("info", "k.gradviz")
    assert (status, "a run that was killed is waiting" in err) == (2, True)
    assert "gradviz run k.gradviz --resume" in err
    second = ("--set", "training.steps=5", "--set", "name=second")
    status, _, err = command("run", "example:vanishing", *SHORT, *second, "-o", "k.gradviz")
    assert (status, "A killed run is waiting to be saved as k.gradviz" in err) == (0, True)
    before = path.read_bytes()
    status, _, err = command("run", "k.gradviz", "--resume")
    assert (status, "has done its 5 steps" in err, "move k.gradviz away first" in err) == (2, True, True)
    assert path.read_bytes() == before
    status, _, err = command("run", "k.gradviz", "--resume", "--set", "training.steps=8")
    assert (status, open_session(path).experiment["name"]) == (0, "second")
    assert killed.exists()
    path.rename(tmp_path / "second.gradviz")
    status, _, err = command("run", "k.gradviz", "--resume", "--set", "training.steps=100")
    assert (status, err) == (0, "")
    assert losses(path).shape == (1, 100)
    assert losses(tmp_path / "second.gradviz").shape == (1, 8)
    assert list(sessions_folder().glob("*")) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_a_file_that_is_no_session_is_not_replaced_by_a_killed_run(command, tmp_path):
    kill_after(tmp_path, 10, "run", "example:vanishing", *SHORT, "-o", "k.gradviz")
    (tmp_path / "k.gradviz").write_text("mine")
    status, _, err = command("run", "k.gradviz", "--resume")
    assert (status, "is no session" in err) == (2, True)
    assert (tmp_path / "k.gradviz").read_text() == "mine"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_killed_while_a_saved_file_went_on(command, tmp_path):
    command("run", "example:vanishing", *SHORT, "--set", "training.steps=8", "-o", "a")
    kill_after(tmp_path, 30, "run", "a.gradviz", "--resume", "--set", "training.steps=100000")
    status, _, err = command("run", "a.gradviz", "--resume", "--set", "training.steps=100")
    assert (status, err) == (0, "")
    assert losses(tmp_path / "a.gradviz").shape == (1, 100)
    assert list(sessions_folder().glob("*")) == []


def only_store() -> Path:
    (store,) = sessions_folder().glob("*/runs/*.sqlite")
    return store


def kill_after(folder: Path, steps: int, *arguments: str) -> None:
    environment = {**os.environ, "GRADVIZ_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "gradviz", *arguments], cwd=folder, env=environment, stderr=subprocess.PIPE
    ) as child:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and child.poll() is None:
            stores = list(sessions_folder().glob("*/runs/*.sqlite"))
            if any(recorded(store) > steps for store in stores):
                break
            time.sleep(0.02)
        else:
            pytest.fail(f"it did not come to step {steps}: {child.stderr.read().decode()}")
        os.kill(child.pid, signal.SIGKILL)


def recorded(store: Path) -> int:
    try:
        with RunReader(store) as reader:
            return reader.last_step
    except ValueError:  # it is being made or removed
        return -1


def test_a_run_starts_from_a_session_in_this_folder(command, tmp_path):
    source = ("run", "example:transfer-source", "--set", "training.steps=3")
    assert command(*source, "-o", "source")[0] == 0
    other = ("--set", "data.classes=[5,6,7,8,9]", "--set", "start.session=source.gradviz")
    status, out, err = command(*source, *other, "-o", "other", "--json")
    assert (status, err) == (0, "")
    run = open_session(tmp_path / json.loads(out)["session"]).runs[0]
    with RunReader(run.path, run.id) as reader:
        assert reader.info.experiment["start"]["session"] == str(tmp_path / "source.gradviz")
        (event,) = (event for event in reader.events() if event.kind == "started_from")
        assert (event.detail["copied"], event.detail["after"]) == (10, 3)
    status, _, err = command(*source, "--set", "start.session=none.gradviz", "-o", "third")
    assert (status, "start.session: " in err, "does not exist" in err) == (2, True, True)
