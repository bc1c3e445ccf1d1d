"""`gradviz info`: what a session holds, or the layers of an experiment without training it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gradviz.cli.failure import BadInput
from gradviz.cli.json_output import print_json
from gradviz.cli.loading import bad_layers, is_session, load, placed
from gradviz.cli.questions import need_permission
from gradviz.cli.report import number, run_report
from gradviz.cli.waiting import how_to_follow, how_to_go_on, waiting
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader
from gradviz.records.session import open_session
from gradviz.spec.examples import PREFIX
from gradviz.spec.problem import SpecError


def execute(arguments: argparse.Namespace) -> int:
    """Describe the file."""
    if _is_session(arguments.file):
        if arguments.settings:
            raise BadInput("--set changes an experiment; this is a session")
        _session(Path(arguments.file), as_json=arguments.json)
    else:
        _experiment(arguments.file, arguments.settings, as_json=arguments.json, yes=arguments.yes)
    return 0


def _is_session(name: str) -> bool:
    if name.startswith(PREFIX):
        return False
    return Path(name).suffix == ".gradviz" or is_session(Path(name))


def _session(path: Path, *, as_json: bool) -> None:
    damage: list[str] = []
    if not path.exists() and waiting(path) is not None:
        raise BadInput(how_to_go_on(path))
    try:
        if not path.exists() and (followed := how_to_follow(path)):
            raise BadInput(followed)
        session = open_session(path)
        runs = []
        for run in session.runs:
            with RunReader(run.path, run.id) as reader:
                runs.append({**run_report(reader, str(path)), "created": reader.info.created})
                damage += reader.damage
    except RecordsError as error:
        raise BadInput(str(error)) from None
    damage += session.damage
    report: dict[str, Any] = {
        "session": str(path),
        "experiment": session.experiment.get("name", ""),
        "notes": session.notes,
        "created": session.created,
        "modified": session.modified,
        "damage": damage,
        "runs": runs,
    }
    if as_json:
        print_json(report)
        return
    _print_session(Console(), report)


def _print_session(console: Console, report: dict[str, Any]) -> None:
    console.print(f"Session “{report['experiment']}”", style="bold", highlight=False, markup=False)
    table = Table("Run", "Created", "State", "Steps", "Loss", "Val. accuracy", box=None, header_style="bold")
    for item in report["runs"]:
        accuracy = item["metrics"].get("val_accuracy")
        table.add_row(
            item["name"],
            item["created"][:16].replace("T", " "),
            item["state"],
            f"{item['steps']:,}",
            number(item["loss"]),
            number(accuracy),
        )
    console.print(table)
    for item in report["runs"]:
        if item["reason"]:
            whose = f"{item['name']}: " if len(report["runs"]) > 1 else ""
            console.print(whose + item["reason"], markup=False, highlight=False, soft_wrap=True)
    for sentence in report["damage"]:
        console.print(sentence, style="yellow", highlight=False, markup=False)
    if report["notes"]:
        console.print(f"\n{report['notes']}", highlight=False, markup=False)


def _experiment(name: str, settings: list[str], *, as_json: bool, yes: bool) -> None:
    from gradviz.data.load import DataError  # noqa: PLC0415 - needs torch
    from gradviz.engine.catalogue import full_catalogue  # noqa: PLC0415
    from gradviz.nets.model import inspect  # noqa: PLC0415
    from gradviz.training.loss import describe_experiment  # noqa: PLC0415

    experiment = load(name, full_catalogue(), settings)
    try:
        data = describe_experiment(experiment)
    except (DataError, SpecError) as error:
        raise placed(error, name, settings) from None
    need_permission(experiment, yes=yes)
    inspection = inspect(experiment.model, data)
    if inspection.problems:
        raise bad_layers(inspection, name, settings)
    layers = [
        {
            "name": layer.name,
            "kind": layer.kind,
            "output_shape": list(layer.output_shape),
            "parameters": layer.parameters,
            "multiply_adds": layer.multiply_adds,
        }
        for layer in inspection.layers
    ]
    report = {
        "name": experiment.name,
        "data": experiment.data.name,
        "input_shape": list(inspection.input_shape),
        "classes": inspection.classes,
        "task": data.task.value,
        "parameters": inspection.parameters,
        "multiply_adds": inspection.multiply_adds,
        "layers": layers,
    }
    if as_json:
        print_json(report)
        return
    console = Console()
    console.print(experiment.name, style="bold", highlight=False, markup=False)
    table = Table("Layer", "Kind", "Output", box=None, header_style="bold")
    table.add_column("Parameters", justify="right")
    for layer in inspection.layers:
        shape = " × ".join(str(size) for size in layer.output_shape)
        table.add_row(layer.name, layer.kind, shape, f"{layer.parameters:,}" if layer.parameters else "")
    console.print(table)
    shape = " × ".join(str(size) for size in inspection.input_shape)
    console.print(
        f"{inspection.parameters:,} parameters, {inspection.multiply_adds:,} multiply-adds a sample, "
        f"input {shape}, {data.to_learn}",
        highlight=False,
    )
