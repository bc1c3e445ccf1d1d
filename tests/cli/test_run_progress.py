"""What stands on the terminal while a run trains, and before it begins."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from gradviz.cli import run_command
from gradviz.records.run import RunState, RunStatus
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.control import RunControl


def test_a_download_stands_before_the_bar_until_the_run_begins(monkeypatch) -> None:
    drawn = StringIO()
    monkeypatch.setattr(
        run_command, "Console", lambda **_: Console(file=drawn, force_terminal=True, width=120)
    )
    with run_command.progress(ExperimentSpec(name="Mine"), RunControl()) as say:
        say(RunStatus(state=RunState.STARTING, reason="Downloading x.gz: 1 of 2 MB"))
        assert "Downloading x.gz: 1 of 2 MB" in drawn.getvalue()
        drawn.truncate(0)
        say(RunStatus(state=RunState.RUNNING))
        assert "Mine" in drawn.getvalue()
        assert "Downloading" not in drawn.getvalue()


def test_the_rate_is_that_of_the_steps_alone(monkeypatch) -> None:
    drawn, clock = StringIO(), [100.0]
    monkeypatch.setattr(
        run_command, "Console", lambda **_: Console(file=drawn, force_terminal=True, width=120)
    )
    monkeypatch.setattr(run_command, "monotonic", lambda: clock[0])
    control = RunControl()
    with run_command.progress(ExperimentSpec(), control) as say:
        control.ask()  # while the data are on their way
        clock[0] += 60
        control.steps_done, control.steps_asked = 1000, 5000  # where a resumed run begins
        say(RunStatus(state=RunState.RUNNING))
        control.ask()
        clock[0] += 2
        control.steps_done = 1500
        control.ask()
    assert "250 steps/s" in drawn.getvalue()
