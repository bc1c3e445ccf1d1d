"""`gradviz lr-range`: rising learning rates on a fresh copy of the network, and the rate they speak for."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from math import log10

from rich.console import Console
from rich.table import Table

from gradviz.cli.failure import BadInput, Interrupted
from gradviz.cli.json_output import print_json
from gradviz.cli.loading import load
from gradviz.cli.report import number
from gradviz.cli.run_command import interruptible, prepare, progress
from gradviz.engine.catalogue import full_catalogue
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.range_curve import Curve
from gradviz.training.range_test import RangeTest, RangeTestError, run_range_test

_ROWS, _BAR = 24, 40


def execute(arguments: argparse.Namespace) -> int:
    """Make the test, print its curve and the proposal."""
    experiment = load(arguments.experiment, full_catalogue(), arguments.settings)
    control = RunControl()
    try:
        test = RangeTest(low=arguments.low, high=arguments.high, steps=arguments.steps)
        prepare(experiment, arguments.experiment, arguments.settings, yes=arguments.yes)
        with (
            interruptible(control) as interrupted,
            progress(experiment, control) as say,
            redirect_stdout(sys.stderr),
        ):
            curve = run_range_test(experiment, test, control=control, on_status=say)
    except (RangeTestError, SpecError) as error:
        raise BadInput(str(error)) from None
    if arguments.json:
        print_json({"name": experiment.name, "optimizer": experiment.optimizer.name, **asdict(curve)})
    else:
        _print(Console(), experiment.optimizer.name, curve)
    if interrupted:
        raise Interrupted("" if arguments.json else "Interrupted; the curve ends there.")
    return 0


def _print(console: Console, optimizer: str, curve: Curve) -> None:
    console.print(f"Learning-rate range test of {optimizer}", style="bold", highlight=False, markup=False)
    table = Table(box=None, header_style="bold")
    table.add_column("Rate", justify="right")
    table.add_column("Loss", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("")
    for place in _places(len(curve.rates)):
        table.add_row(
            f"{curve.rates[place]:.2g}",
            number(curve.smoothed[place]),
            "█" * round(_BAR * _height(curve, place)),
            _mark(curve, place),
        )
    console.print(table)
    console.print(curve.sentence, highlight=False, markup=False)
    if curve.proposal is not None:
        console.print(f"Use it with: --set optimizer.lr={curve.proposal:g}", highlight=False, markup=False)


def _places(count: int) -> list[int]:
    """Which of so many steps get a row: spread evenly, the first and the last among them."""
    rows = min(_ROWS, count)
    return [round(row * (count - 1) / max(1, rows - 1)) for row in range(rows)]


def _height(curve: Curve, place: int) -> float:
    """The loss of a step between 0 and the first, which is 1; what is higher is cut."""
    lowest = min(0.0, *curve.smoothed)
    first = curve.smoothed[0] - lowest
    return min(1.0, (curve.smoothed[place] - lowest) / (1.25 * first)) if first > 0 else 0.0


def _mark(curve: Curve, place: int) -> str:
    """What is special about the rates that a row stands for."""
    marks = (("proposed", curve.proposal), ("steepest", curve.steepest), ("lowest", curve.lowest))
    return ", ".join(name for name, rate in marks if rate is not None and _nearest(curve, rate) == place)


def _nearest(curve: Curve, rate: float) -> int:
    return min(
        _places(len(curve.rates)), key=lambda place: abs(log10(curve.rates[place]) - log10(max(rate, 1e-300)))
    )
