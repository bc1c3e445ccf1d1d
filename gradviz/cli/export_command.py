"""`gradviz export`: an experiment as a script of its own, which needs no gradviz to train.

Of a session it is the session's experiment, the one that its window shows and would train next; `info` tells
whether its runs are of the same.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from gradviz.cli.failure import BadInput
from gradviz.cli.json_output import print_json
from gradviz.cli.loading import is_session, load
from gradviz.engine.catalogue import full_catalogue
from gradviz.export.registry import ExportError, formats, suffix_of
from gradviz.export.script import put, script_text
from gradviz.records.errors import RecordsError
from gradviz.records.session import open_session
from gradviz.spec.examples import PREFIX
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import from_raw
from gradviz.spec.override import apply_overrides
from gradviz.spec.problem import SpecError

STANDARD_OUTPUT = "-"


def execute(arguments: argparse.Namespace) -> int:
    """Write the script."""
    name = arguments.to
    try:
        formats.entry(name)
    except KeyError as error:
        raise BadInput(f"{error.args[0]}; there are {', '.join(formats)}") from None
    experiment = _experiment(arguments)
    target = _target(arguments, suffix_of(name))
    try:
        text = script_text(experiment, name)
        if target is not None:
            put(text, target)
    except ExportError as error:
        raise BadInput(str(error)) from None
    if target is None:
        sys.stdout.write(text)
    elif arguments.json:
        print_json({"format": name, "file": str(target), "name": experiment.name, "lines": text.count("\n")})
    else:
        print(f"{target}: {experiment.name}, {text.count(chr(10)):,} lines")
        print(f"Run it with: python {target}")
    return 0


def _experiment(arguments: argparse.Namespace) -> ExperimentSpec:
    """The experiment of a file, an example or a session, with the settings. Raises BadInput."""
    name = arguments.file
    if name.startswith(PREFIX) or not is_session(Path(name)):
        return load(name, full_catalogue(), arguments.settings)
    try:
        raw = dict(open_session(Path(name)).experiment)
        return from_raw(apply_overrides(raw, arguments.settings), full_catalogue())
    except (RecordsError, SpecError) as error:
        raise BadInput(str(error)) from None


def _target(arguments: argparse.Namespace, suffix: str) -> Path | None:
    """Where the script goes; None is standard output. Raises BadInput."""
    if arguments.output == STANDARD_OUTPUT:
        if arguments.json:
            raise BadInput("--json and a script cannot both go to standard output: give -o a file name")
        return None
    if arguments.output is None:
        stem = Path(arguments.file.removeprefix(PREFIX)).stem
        names = (
            f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}" for number in range(1, 10**6)
        )
        target = next(Path(name) for name in names if not Path(name).exists())
    else:
        target = Path(arguments.output)
        if target.is_dir():
            raise BadInput(f"{target} is a folder; give a file name, for example {target / 'train'}{suffix}")
        if not target.suffix:
            target = target.with_suffix(suffix)
        if target.exists() and not arguments.overwrite:
            raise BadInput(f"{target} exists already; choose another name, or replace it with --overwrite")
        if target.exists() and target.suffix != suffix:
            raise BadInput(f"{target} is no {suffix} file and is not overwritten; choose another name")
    folder = target.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"there is no folder {folder} to write {target.name} in")
    if not os.access(folder, os.W_OK):
        raise BadInput(f"{folder} cannot be written to; choose another place with -o")
    return target
