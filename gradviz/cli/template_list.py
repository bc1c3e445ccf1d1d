"""The templates as `gradviz new` lists them: by family with their knobs, or one of them explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from gradviz.cli.json_output import print_json
from gradviz.spec.catalogue import Entry, Parameter


def list_templates(entries: Sequence[Entry], *, as_json: bool) -> None:
    """All templates, a line each under the heading of their family."""
    if as_json:
        print_json({"templates": [_raw(entry) for entry in entries]})
        return
    console = Console()
    table = Table("Template", "What it is, and its knobs", box=None, header_style="bold")
    for family, members in groupby(entries, key=lambda entry: entry.group):
        table.add_row()
        table.add_row(family, style="bold")
        for entry in members:
            table.add_row(f"  {entry.name}", entry.doc)
            table.add_row("", ", ".join(knob.name for knob in entry.parameters), style="dim")
    console.print(table)
    console.print(
        "\nWrite one with: gradviz new resnet18 --set data=digits -o mine.toml\n"
        "What its knobs do: gradviz new resnet18 --help",
        markup=False,
        highlight=False,
    )


def show_template(entry: Entry) -> None:
    """One template, and what each of its knobs does."""
    console = Console()
    console.print(f"{entry.name}: {entry.doc}", style="bold", highlight=False, markup=False)
    table = Table("Knob", "As published", "What it does", "Values", box=None, header_style="bold")
    for knob in entry.parameters:
        table.add_row(knob.name, _value(knob.default), knob.doc, _values(knob))
    console.print(table)
    console.print(
        f"\nTurn one with: gradviz new {entry.name} --set {entry.parameters[0].name}=VALUE\n"
        "Fit it to data with --set data=NAME; --set optimizer.lr=VALUE and the like change the rest.",
        markup=False,
        highlight=False,
    )


def _raw(entry: Entry) -> dict[str, Any]:
    knobs = [{**asdict(knob), "kinds": [kind.value for kind in knob.kinds]} for knob in entry.parameters]
    return {"name": entry.name, "family": entry.group, "doc": entry.doc, "knobs": knobs}


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(knob: Parameter) -> str:
    if len(knob.choices) > 6:
        return "the name of an activation, as in torch.nn"
    return knob.expected()
