"""`gradviz run`: train without a window, show a progress bar, save a session, say what came of it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gradviz.cli.failure import BadInput, Interrupted
from gradviz.cli.json_output import print_json
from gradviz.cli.loading import bad_layers, is_session, load, placed
from gradviz.cli.plan import Plan, fresh, resumed
from gradviz.cli.questions import need_memory, need_permission
from gradviz.cli.report import exit_status, print_report, run_report
from gradviz.cli.to_type import to_type
from gradviz.cli.waiting import note_on_new_run, waiting
from gradviz.data.load import check_memory
from gradviz.engine.catalogue import full_catalogue
from gradviz.engine.machine import use_threads
from gradviz.nets.model import inspect
from gradviz.records.errors import RecordsError
from gradviz.records.outputs import register_output
from gradviz.records.reader import RunReader
from gradviz.records.run import RunState, RunStatus
from gradviz.records.session import check_target, save_session
from gradviz.spec.examples import PREFIX
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import SpecError
from gradviz.training.check import check_training
from gradviz.training.control import RunControl
from gradviz.training.device import resolve_device
from gradviz.training.loss import describe_experiment
from gradviz.training.run import train
from gradviz.training.trainer import OnStatus

_KEPT = "The run is kept: open the window with the command gradviz, recover it there and save it."
_SAME_PRESS = 0.5  # seconds
_REDRAW = 0.1  # seconds between two pictures of the progress bar


def execute(arguments: argparse.Namespace) -> int:
    """Train the experiment, or go on with a run; save the session, print the report."""
    plan, target = _resume(arguments) if arguments.resume else _fresh(arguments)
    _need_target(plan, target)
    control = RunControl()
    with interruptible(control) as interrupted:
        report = _train(plan, target, control, arguments)
    if arguments.json:
        print_json(report)
    else:
        print_report(Console(), report)
    if interrupted:
        raise Interrupted("" if arguments.json else "Interrupted; everything that was measured is saved.")
    return exit_status(report)


def _fresh(arguments: argparse.Namespace) -> tuple[Plan, Path]:
    name = arguments.experiment
    if is_session(Path(name)):
        raise BadInput(
            f"{name} is a session, not an experiment; look at it with: {to_type('info', name)}; "
            f"go on with its run with: {to_type('run', name, '--resume')}"
        )
    if arguments.run:
        raise BadInput("--run names the run to go on with; it needs --resume")
    experiment = load(name, full_catalogue(), arguments.settings)
    if arguments.device:
        experiment = replace(experiment, training=replace(experiment.training, device=arguments.device))
    prepare(experiment, name, arguments.settings, yes=arguments.yes)
    target = _target(arguments)
    if waiting(target) is not None:
        print(note_on_new_run(target), file=sys.stderr)
    return fresh(experiment), target


def _resume(arguments: argparse.Namespace) -> tuple[Plan, Path]:
    path = _named(arguments.experiment)
    settings = list(arguments.settings)
    if arguments.device:
        settings.append(f"training.device={arguments.device}")
    target = _target(arguments) if arguments.output is not None else path
    plan = resumed(path, arguments.run, settings, full_catalogue())
    try:
        experiment = replace(plan.experiment, start=None)  # its weights are its own by now
        prepare(experiment, str(path), settings, yes=arguments.yes)
    except BadInput:
        plan.workspace.close(keep=plan.taken_up)
        raise
    if plan.resume is None:
        print("The run has no checkpoint yet and starts again.", file=sys.stderr)
    return plan, target


def prepare(experiment: ExperimentSpec, name: str, settings: Sequence[str], *, yes: bool) -> None:
    """Find what training would fail at before it has begun. Raises BadInput, with the file and line."""
    try:
        use_threads()
        resolve_device(experiment.training.device)
        data = describe_experiment(experiment)
        check_memory(experiment.data)
    except ValueError as error:  # of the thread count, the device, the data or the loss, each a sentence
        raise placed(error, name, settings) from None
    need_permission(experiment, yes=yes)
    inspection = inspect(experiment.model, data)
    if inspection.problems:
        raise bad_layers(inspection, name, settings)
    try:
        check_training(experiment, inspection.layers)
    except SpecError as error:
        raise placed(error, name, settings) from None
    need_memory(experiment, inspection.parameters, yes=yes)


def _target(arguments: argparse.Namespace) -> Path:
    """Where the session goes; a new name in the current folder unless one was given. Raises BadInput."""
    if arguments.output is None:
        stem = Path(arguments.experiment.removeprefix(PREFIX)).stem
        names = (
            f"{stem}.gradviz" if number == 1 else f"{stem}-{number}.gradviz" for number in range(1, 10**6)
        )
        target = next(Path(name) for name in names if not Path(name).exists())
    else:
        try:
            target = _asked(arguments.output, overwrite=arguments.overwrite)
        except OSError as error:  # a folder that may not be looked into, a name that is too long
            what = f"“{arguments.output}” cannot be written ({error.strerror})"
            raise BadInput(f"{what}. Choose another place with -o.") from None
    folder = target.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"there is no folder {folder} to save {target.name} in")
    return target


def _asked(output: str, *, overwrite: bool) -> Path:
    target = _named(output)
    if target.is_dir():
        raise BadInput(f"{target} is a folder; give a file name, for example {target / 'run.gradviz'}")
    if target.exists() and not overwrite:
        raise BadInput(f"{target} exists already; choose another name, or replace it with --overwrite")
    if target.exists() and not is_session(target):
        raise BadInput(f"{target} is no gradviz session and is not overwritten; choose another name")
    return target


def _need_target(plan: Plan, target: Path) -> None:
    """Try before training what saving would fail at after it. Raises BadInput."""
    try:
        check_target(plan.session, target)
    except RecordsError as error:
        plan.workspace.close(keep=plan.taken_up)
        raise BadInput(f"{error} Choose another place with -o.") from None


def _named(output: str) -> Path:
    """The path that -o means: a session's, with its suffix."""
    if output == "-":
        raise BadInput("a session is a file and cannot go to standard output; for its numbers use --json")
    path = Path(output)
    return path if path.suffix or path.is_dir() else path.with_suffix(".gradviz")


def _train(plan: Plan, target: Path, control: RunControl, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train into a live store, save it as `target`, and report. The live store stays if saving fails."""
    run, experiment = plan.run, plan.experiment
    saved = False

    try:
        with register_output(target, run.path, run.id):
            plan.keep_draft(target)
            # What an imported model prints is no part of the report.
            with progress(experiment, control) as say, redirect_stdout(sys.stderr):

                def hear(status: RunStatus) -> None:
                    say(status)
                    if status.state is RunState.RUNNING:
                        plan.begun()

                status = train(
                    experiment, run.path, control, run_id=run.id, resume=plan.resume, on_status=hear
                )
            if not run.path.exists():
                saved = not plan.taken_up  # nothing was measured, so there is nothing new to keep
                raise placed(ValueError(status.reason), arguments.experiment, arguments.settings)
            save_session(plan.session, target)
            saved = True
            with RunReader(target, run.id) as reader:
                return run_report(reader, str(target))
    except RecordsError as error:
        hint = f" {_KEPT}" if not saved and run.path.exists() else ""
        raise BadInput(f"{error}{hint}") from None
    except KeyboardInterrupt:  # the second one
        if saved or not run.path.exists():
            raise
        raise Interrupted(f"Interrupted before {target} was saved. {_KEPT}") from None
    finally:
        plan.workspace.close(keep=not saved)


@contextmanager
def progress(experiment: ExperimentSpec, control: RunControl) -> Iterator[OnStatus]:
    """A progress bar on standard error where that is a terminal, fed from the boundaries between steps.

    What it gives takes statuses: what is said before the first step, of a download, stands before the bar.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(experiment.name, total=None, rate="")
        begun, drawn = monotonic(), 0.0
        first: int | None = None

        def draw(waiting: bool) -> None:  # noqa: ARG001 - a run without a window never waits
            nonlocal drawn, first
            first = control.steps_done if first is None else first
            now = monotonic()
            if now - drawn < _REDRAW:
                return
            drawn = now
            done = control.steps_done - first
            rate = f"{done / (now - begun):.0f} steps/s" if done else ""
            total = control.steps_asked or None
            progress.update(task, completed=control.steps_done, total=total, rate=rate, refresh=True)

        def say(status: RunStatus) -> None:
            nonlocal begun, first
            if status.state is RunState.RUNNING:
                begun, first = monotonic(), None  # the rate is that of the steps alone
            starting = status.state is RunState.STARTING and status.reason
            progress.update(task, description=status.reason if starting else experiment.name, refresh=True)

        control.poll = draw
        yield say


@contextmanager
def interruptible(control: RunControl) -> Iterator[list[int]]:
    """Turn Ctrl-C and a polite kill into a stop at the next step; a second one ends the program at once.

    One that follows at once is the same one: what started the program, `uv run` say, hands it on. After it
    the program is at its end, and a further Ctrl-C must not take its last words. Gives a list that is empty
    until then.
    """
    received: list[int] = []
    first = 0.0

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal first
        if not received:
            first = monotonic()
            received.append(number)
            control.stop()
        elif monotonic() - first > _SAME_PRESS:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            is_over = received and number is signal.SIGINT
            signal.signal(number, signal.SIG_IGN if is_over else handler)
