"""`gradviz replay`: a step of a recorded run done again, to learn which operation went wrong in it."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console

from gradviz.cli.failure import BadInput, Interrupted
from gradviz.cli.json_output import print_json
from gradviz.cli.report import number
from gradviz.cli.run_command import interruptible, prepare, progress
from gradviz.cli.session_run import named_run, need_session
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.spec.json_codec import from_raw
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.step_replay import Replayed, ReplayError, replay_step, telling_step


def execute(arguments: argparse.Namespace) -> int:
    """Do the step again, and print what was seen."""
    path = Path(arguments.session)
    need_session(arguments.session)
    control = RunControl()
    try:
        source = named_run(path, arguments.run)
        with RunReader(source.path, source.id) as reader:
            info = reader.info
            step = telling_step(reader.events()) if arguments.step is None else arguments.step
        if step is None:
            raise BadInput("the run has no spike and no value that is not finite; name one with --step")
        experiment = from_raw(info.experiment)
        prepare(replace(experiment, start=None), str(path), (), yes=arguments.yes)
        with (
            interruptible(control) as interrupted,
            progress(experiment, control) as say,
            redirect_stdout(sys.stderr),
        ):
            found = replay_step(source, step, control=control, on_status=say)
    except (RecordsError, ReplayError, SpecError) as error:
        if control.stopped and isinstance(error, ReplayError) and interrupted:
            raise Interrupted("" if arguments.json else str(error)) from None
        raise BadInput(str(error)) from None
    if arguments.json:
        print_json({"session": str(path), "run": info.id, **asdict(found), "sentence": found.sentence})
    else:
        _print(Console(), found)
    return 0


def _print(console: Console, found: Replayed) -> None:
    lines = [found.sentence]
    begun = f"from the checkpoint after {found.start:,} steps" if found.start else "from the first step"
    loss = f"Done again {begun}; its loss is {number(found.loss)}"
    if found.recorded_loss is not None:
        loss += ", as recorded" if found.same else f", where {number(found.recorded_loss)} was recorded"
    lines.append(f"{loss}.")
    if found.anomaly:
        lines.append(f"torch: {found.anomaly}")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
