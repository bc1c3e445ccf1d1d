"""`gradviz examples`: the bundled experiments."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

from gradviz.cli.json_output import print_json
from gradviz.paths import resources
from gradviz.spec.examples import PREFIX, examples


def execute(arguments: argparse.Namespace) -> int:
    """List the examples."""
    known = examples(resources() / "examples")
    if arguments.json:
        print_json({"examples": [{"name": PREFIX + name, "title": title} for name, title in known.items()]})
        return 0
    table = Table("Name", "What it shows", box=None, header_style="bold")
    for name, title in known.items():
        table.add_row(PREFIX + name, title)
    console = Console()
    console.print(table)
    console.print(f"\nTrain one with: gradviz run {PREFIX}vanishing", markup=False, highlight=False)
    return 0
