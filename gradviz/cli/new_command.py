"""`gradviz new`: an experiment from a template, written as a file; without a template, what there is.

`--set` turns the template's knobs, chooses the data that it is fitted to, and changes whatever else an
experiment says, in this order, so that nothing depends on how the options are ordered.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gradviz.cli.failure import BadInput
from gradviz.cli.json_output import print_json
from gradviz.cli.template_list import list_templates, show_template
from gradviz.cli.to_type import to_type
from gradviz.data.load import DataError, describe
from gradviz.engine.catalogue import full_catalogue
from gradviz.nets.model import inspect
from gradviz.nets.templates import new_experiment, templates
from gradviz.records.layer import Inspection
from gradviz.spec.catalogue import Entry, Value, did_you_mean
from gradviz.spec.check import SECTIONS
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import DataSpec, ExperimentSpec
from gradviz.spec.json_codec import data_to_raw, from_raw, to_raw
from gradviz.spec.override import apply_overrides, parse_override
from gradviz.spec.problem import SpecError
from gradviz.spec.sections import TOP
from gradviz.spec.toml_codec import write_toml
from gradviz.training.loss import describe_experiment

STANDARD_OUTPUT = "-"


def execute(arguments: argparse.Namespace) -> int:
    """List the templates, explain one, or write the experiment of one."""
    name = arguments.template
    if name is not None and name not in templates:
        hint = did_you_mean(name, templates) or "; “gradviz new” lists them"
        raise BadInput(f"no template is called “{name}”{hint}")
    if arguments.help:
        show_template(templates.entry(name)) if name else print(arguments.usage())
        return 0
    if name is None:
        _nothing_else(arguments)
        list_templates(templates.entries(), as_json=arguments.json)
        return 0
    try:
        experiment = _experiment(name, arguments.settings)
        data = describe_experiment(experiment)
    except (SpecError, DataError) as error:
        raise BadInput(str(error)) from None
    inspection = inspect(experiment.model, data)
    if inspection.problems:
        raise BadInput("; ".join(problem.message for problem in inspection.problems))
    target = _target(arguments, name)
    text = write_toml(experiment)
    if target is None:
        sys.stdout.write(text)
        return 0
    try:
        target.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror or error}") from None
    _say(name, experiment, data, inspection, target=target, as_json=arguments.json)
    return 0


def _nothing_else(arguments: argparse.Namespace) -> None:
    if arguments.settings or arguments.output or arguments.overwrite:
        raise BadInput("name a template to write one: gradviz new TEMPLATE; “gradviz new” lists them")


def _experiment(name: str, settings: Sequence[str]) -> ExperimentSpec:
    """The template's experiment with all settings. Raises SpecError and DataError."""
    knobs: dict[str, Value] = {}
    data: list[str] = []
    others: list[str] = []
    entry = templates.entry(name)
    for setting in settings:
        keys, value = parse_override(setting)
        if entry.parameter(str(keys[0])) and len(keys) > 1:
            raise BadInput(f"{keys[0]} is set as a whole: {_example(entry, keys[0])}")
        if keys[0] == "data":
            data.append(setting if len(keys) > 1 else f"data.name={setting.partition('=')[2]}")
        elif len(keys) == 1 and (keys[0] not in _sections() or entry.parameter(str(keys[0]))):
            knobs[str(keys[0])] = value
        else:
            others.append(setting)
    catalogue = full_catalogue()
    chosen = _data(name, data) if data else None
    experiment = new_experiment(name, knobs, chosen, describe(chosen) if chosen else None)
    raw = apply_overrides(to_raw(experiment), others)
    return from_raw(raw, catalogue)


def _data(name: str, settings: Sequence[str]) -> DataSpec:
    """The data that were asked for: by their name, or the published ones with some of their keys changed."""
    named = any(parse_override(setting)[0] == ("data", "name") for setting in settings)
    published = new_experiment(name, {}, None, None).data
    start: dict[str, Any] = {"data": {} if named else data_to_raw(published)}
    return from_raw(apply_overrides(start, settings), full_catalogue()).data


def _example(entry: Entry, knob: object) -> str:
    found = entry.parameter(str(knob))
    return f"--set {knob}={json.dumps(found.default if found else None)}"


def _sections() -> tuple[str, ...]:
    return (*SECTIONS, *(parameter.name for parameter in TOP))


def _target(arguments: argparse.Namespace, name: str) -> Path | None:
    """Where the experiment goes; None is standard output. Raises BadInput."""
    if arguments.output == STANDARD_OUTPUT:
        if arguments.json:
            raise BadInput("--json and an experiment cannot both go to standard output: give -o a file name")
        return None
    target = Path(arguments.output or f"{name}.toml")
    if target.is_dir():
        raise BadInput(f"{target} is a folder; give a file name, for example {target / name}.toml")
    if not target.suffix:
        target = target.with_suffix(".toml")
    if target.suffix != ".toml":
        raise BadInput(f"an experiment is a .toml file; write it to {target.with_suffix('.toml')}")
    if target.exists() and not arguments.overwrite:
        raise BadInput(
            f"{target} exists already; choose another name with -o, or replace it with --overwrite"
        )
    folder = target.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"there is no folder {folder} to write {target.name} in")
    if not os.access(folder, os.W_OK):
        raise BadInput(f"{folder} cannot be written to; choose another place with -o")
    return target


def _say(
    name: str,
    experiment: ExperimentSpec,
    data: DataInfo,
    inspection: Inspection,
    *,
    target: Path,
    as_json: bool,
) -> None:
    report: Mapping[str, Any] = {
        "template": name,
        "file": str(target),
        "name": experiment.name,
        "data": experiment.data.name,
        "input_shape": list(inspection.input_shape),
        "classes": inspection.classes,
        "task": data.task.value,
        "parameters": inspection.parameters,
        "multiply_adds": inspection.multiply_adds,
        "layers": len(inspection.layers),
    }
    if as_json:
        print_json(report)
        return
    shape = " × ".join(str(size) for size in inspection.input_shape)
    size = f"{len(inspection.layers):,} layers, {inspection.parameters:,} parameters"
    print(f"{target}: {experiment.name}, {size}, input {shape}, {data.to_learn}")
    print(f"Train it with: {to_type('run', target)}")
