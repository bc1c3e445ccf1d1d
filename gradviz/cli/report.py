"""What came of a run: the JSON of `run --json`, and the short table that ends `run`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from gradviz.records.clipping_summary import clipping_summary
from gradviz.records.frozen import frozen_spans
from gradviz.records.parts import PART_NORM, columns_of, width_of
from gradviz.records.penalty_summary import penalty_summary
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunState

MOST_ROWS = 24
_METRICS = {
    "train_loss": "train_loss",
    "val_loss": "val_loss",
    "train_accuracy": "epoch_accuracy",
    "val_accuracy": "val_accuracy",
    "val_perplexity": "val_perplexity",
}


def run_report(reader: RunReader, session: str | None) -> dict[str, Any]:
    """The latest state and values of a run; a value that was never measured is None.

    Metrics that do not go with the task, the accuracy of a regression, are not there at all, nor is a
    `text_sample` but of a language model.
    """
    status = reader.status
    metrics = {
        name: _latest(reader, quantity)
        for name, quantity in _METRICS.items()
        if "accuracy" not in name or "train_accuracy" in reader.slices
    }
    if metrics["val_perplexity"] is None:
        del metrics["val_perplexity"]
    written = [event.detail["text"] for event in reader.events() if event.kind == "text_sample"]
    return {
        "state": status.finish.value if status.finish else status.state.value,
        "reason": status.reason,
        "name": reader.info.name,
        "run": reader.info.id,
        "steps": status.steps,
        "loss": metrics["train_loss"],
        "metrics": metrics,
        **({"text_sample": written[-1]} if written else {}),
        "session": session,
        "findings": [],
        "device": reader.info.device,
        "parameters": sum(layer.parameters for layer in reader.info.layers),
        "layers": layer_rows(reader),
        **_clipping(reader),
        **_penalty(reader),
        **_scaling(reader),
        **_warnings(reader),
    }


def layer_rows(reader: RunReader) -> list[dict[str, Any]]:
    """Every layer in network order with its newest gradient norm, weight norm and update ratio.

    One with gates or heads has `parts`, each with its `kind`, `name` and gradient norm. One that is `frozen`
    has exact zeros, as a dead one has.
    """
    columns = {
        "grad_norm": _per_layer(reader, "grad_norm"),
        "weight_norm": _per_layer(reader, "weight_norm"),
        "update_ratio": _per_layer(reader, "update_ratio"),
    }
    frozen = _frozen(reader)
    row_of = {layer.index: row for row, layer in enumerate(reader.info.measured)}
    return [
        {
            "name": layer.name,
            "kind": layer.kind,
            "output_shape": list(layer.output_shape),
            "parameters": layer.parameters,
            "frozen": layer.name in frozen,
            **{
                name: None if values is None or layer.index not in row_of else values[row_of[layer.index]]
                for name, values in columns.items()
            },
            **_parts(reader, layer.index),
        }
        for layer in reader.info.layers
    ]


def print_report(console: Console, report: dict[str, Any]) -> None:
    """The table of the layers that have parameters, the outcome, and where the session is."""
    rows = [row for row in report["layers"] if row["parameters"]]
    table = Table(box=None, header_style="bold")
    for heading in ("Layer", "Output", "Parameters", "‖gradient‖", "‖weight‖", "‖Δw‖/‖w‖"):
        table.add_column(heading, justify="left" if heading in ("Layer", "Output") else "right")
    cut = len(rows) > MOST_ROWS
    for row in rows[: MOST_ROWS // 2] if cut else rows:
        table.add_row(*_cells(row))
    if cut:
        table.add_row(f"… {len(rows) - MOST_ROWS // 2 * 2} more …", *[""] * 5, style="dim")
        for row in rows[-(MOST_ROWS // 2) :]:
            table.add_row(*_cells(row))
    console.print(table)
    for line in _lines(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(report: dict[str, Any]) -> Iterator[str]:
    """What follows the table."""
    yield _outcome(report)
    if text := report.get("text_sample"):
        yield f"It writes:\n{_printable(text)}"
    if report["reason"]:
        yield report["reason"]
    yield from report.get("warnings", ())
    if "clipping" in report:
        yield _clipped(report["clipping"])
    if "penalty" in report:
        yield _pulled(report["penalty"])
    if report.get("skipped_steps"):
        yield _skipped(report)
    if report["session"]:
        yield f"Saved {report['session']}"


def exit_status(report: dict[str, Any]) -> int:
    """0 for a run that did what was asked, 1 for one that failed or diverged."""
    return int(report["state"] in (FinishReason.FAILED, FinishReason.DIVERGED, RunState.STARTING))


def number(value: float | None) -> str:
    """Three significant digits; nothing for what was not measured."""
    return "" if value is None else f"{value:.3g}"


def _printable(text: str) -> str:
    """The text without signs that would move a terminal's cursor."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _frozen(reader: RunReader) -> set[str]:
    """The names of the layers that are frozen at the end."""
    names = [layer.name for layer in reader.info.layers]
    return {names[span.row] for span in frozen_spans(reader.events(), names) if span.end is None}


def _parts(reader: RunReader, layer: int) -> dict[str, Any]:
    """Gates, projections and heads of a layer; nothing where it has none."""
    columns = columns_of(reader.info.parts, layer)
    if not columns:
        return {}
    values = _per_layer(reader, PART_NORM) or [None] * width_of(reader.info.parts)
    return {
        "parts": [
            {"kind": parts.kind.value, "name": name, "grad_norm": value}
            for parts, place in columns
            for name, value in zip(parts.names, values[place], strict=True)
        ]
    }


def _outcome(report: dict[str, Any]) -> str:
    metrics = report["metrics"]
    steps = "1 step" if report["steps"] == 1 else f"{report['steps']:,} steps"
    words = [f"{report['state'].capitalize()} after {steps}"]
    words += [
        f"{name.replace('_', ' ')} {number(value)}" for name, value in metrics.items() if value is not None
    ]
    return ": ".join((words[0], ", ".join(words[1:]))) if len(words) > 1 else words[0]


def _clipping(reader: RunReader) -> dict[str, Any]:
    """How often and how far clipping changed the gradient; nothing without clipping."""
    found = clipping_summary(reader)
    return {} if found is None else {"clipping": asdict(found)}


def _clipped(found: dict[str, float]) -> str:
    if not found["share"]:
        return "Clipped no step: every gradient was within the threshold"
    share = f"{found['share']:.0%}" if found["share"] >= 0.01 else "under 1%"
    turned = f", and turned by up to {found['largest_angle']:.3g}°" if found["largest_angle"] > 0 else ""
    return (
        f"Clipped {share} of the steps: the gradient was shortened, at the strongest cut to "
        f"{found['smallest_factor']:.3g} of its norm{turned}"
    )


def _penalty(reader: RunReader) -> dict[str, Any]:
    """How hard the penalties pulled beside the loss; nothing without one."""
    found = penalty_summary(reader)
    return {} if found is None else {"penalty": asdict(found)}


def _pulled(found: dict[str, float]) -> str:
    return f"‖∇penalty‖/‖∇loss‖ {found['mean']:.3g} in the mean, {found['last']:.3g} in the last step"


def _scaling(reader: RunReader) -> dict[str, Any]:
    """What float16 needs beside the gradients; nothing in other numbers."""
    if "loss_scale" not in reader.slices:
        return {}
    skipped = sum(1 for event in reader.events() if event.kind == "skipped_step")
    return {"loss_scale": _latest(reader, "loss_scale"), "skipped_steps": skipped}


def _warnings(reader: RunReader) -> dict[str, Any]:
    """What the run warned of, in another way than asked for say; nothing where there was nothing."""
    said = dict.fromkeys(line.text for line in reader.logs() if line.level == "warning")
    return {"warnings": list(said)} if said else {}


def _skipped(report: dict[str, Any]) -> str:
    count = report["skipped_steps"]
    steps = "1 step was" if count == 1 else f"{count:,} steps were"
    return f"{steps} skipped: the gradient overflowed in float16; loss scale now {report['loss_scale']:g}"


def _cells(row: dict[str, Any]) -> list[str]:
    shape = " × ".join(str(size) for size in row["output_shape"])
    gradient, weight, ratio = (number(row[key]) for key in ("grad_norm", "weight_norm", "update_ratio"))
    if row["frozen"]:
        gradient, ratio = "frozen", ""
    return [row["name"], shape, f"{row['parameters']:,}", gradient, weight, ratio]


def _latest(reader: RunReader, quantity: str) -> float | None:
    values = _per_layer(reader, quantity)
    return values[0] if values else None


def _per_layer(reader: RunReader, quantity: str) -> list[float | None] | None:
    if reader.last_step < 0:
        return None
    if quantity in reader.slices:
        return [float(value) for value in reader.at(quantity, reader.last_step)[1]]
    sample = reader.sample_at(quantity, reader.last_step)
    return None if sample is None else [float(value) for value in sample[1]]
