"""`gradviz threshold`: where to clip, from the gradient norms that a run has recorded, and why."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gradviz.cli.failure import BadInput
from gradviz.cli.json_output import print_json
from gradviz.cli.report import number
from gradviz.cli.session_run import named_run, need_session
from gradviz.diagnosis.threshold import METHODS, ThresholdProposal, threshold_of_run
from gradviz.records.errors import RecordsError
from gradviz.records.reader import RunReader


def execute(arguments: argparse.Namespace) -> int:
    """Look at a run of the session, its newest unless one is named."""
    path = Path(arguments.session)
    need_session(arguments.session)
    try:
        source = named_run(path, arguments.run)
        with RunReader(source.path, source.id) as reader:
            proposals = [threshold_of_run(reader, method) for method in METHODS]
            report: dict[str, Any] = {
                "session": str(path),
                "run": reader.info.id,
                "name": reader.info.name,
                "steps": reader.last_step + 1,
                "proposals": [asdict(proposal) for proposal in proposals],
                "damage": list(reader.damage),
            }
    except RecordsError as error:
        raise BadInput(str(error)) from None
    if arguments.json:
        print_json(report)
    else:
        _print(Console(), report, proposals)
    return 0


def _print(console: Console, report: dict[str, Any], proposals: list[ThresholdProposal]) -> None:
    title = f"{report['name']}, {report['steps']:,} steps"
    console.print(title, style="bold", markup=False, highlight=False)
    table = Table("Method", box=None, header_style="bold")
    for heading in ("Threshold", "Median", "90 % below", "Largest", "Clipped"):
        table.add_column(heading, justify="right")
    for proposal in proposals:
        share = "" if proposal.share is None else f"{proposal.share:.1%}"
        values = (proposal.threshold, proposal.median, proposal.ninth, proposal.largest)
        table.add_row(proposal.method, *map(number, values), share)
    console.print(table)
    for proposal in proposals:
        console.print(f"{proposal.method}: {proposal.reason}", markup=False, highlight=False, soft_wrap=True)
    for warning in dict.fromkeys(proposal.warning for proposal in proposals if proposal.warning):
        console.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    for sentence in report["damage"]:
        console.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)
