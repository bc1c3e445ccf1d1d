"""The window's half of the protocol: requests encoded, events decoded, one JSON object a line.

The engine's half is `gradviz.engine.requests` and `events`, which need no Qt; this one needs no torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.control.engine_state import (
    EngineAnswer,
    EngineQuestion,
    InspectionReply,
    InspectRequest,
    LogLine,
    TrainRequest,
)
from gradviz.records.layer import Inspection
from gradviz.records.run import FinishReason, RunState, RunStatus
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.json_codec import to_raw


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """The engine is up."""

    pid: int
    catalogue: Catalogue
    devices: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A run's new status."""

    run: str
    status: RunStatus


Event = Ready | InspectionReply | EngineAnswer | Reported | LogLine


def encode_inspect(request: InspectRequest) -> bytes:
    """The line that asks for shapes and sizes."""
    return _line("inspect", id=request.id, experiment=to_raw(request.experiment))


def encode_question(question: EngineQuestion) -> bytes:
    """The line that asks something else."""
    return _line(question.question, id=question.id, **question.details)


def encode_train(request: TrainRequest) -> bytes:
    """The line that starts a run."""
    resume = request.resume and {"run": request.resume.id, "path": str(request.resume.path)}
    return _line(
        "train",
        run=request.run_id,
        store=str(request.store),
        experiment=to_raw(request.experiment),
        paused=request.paused,
        **({"resume": resume} if resume else {}),
    )


def encode_order(order: str) -> bytes:
    """The line for pause, resume, step, stop or quit."""
    return _line(order)


def encode_lr(lr: float) -> bytes:
    """The line that changes the learning rate."""
    return _line("set_lr", lr=lr)


def encode_focus(layer: int | None) -> bytes:
    """The line that says which measured layer is looked at."""
    return _line("focus", layer=layer)


def decode_event(line: bytes) -> Event:
    """The event that `line` holds; what cannot be read becomes a line for the log, never an error."""
    try:
        raw = json.loads(line)
        return _event(raw)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        shown = line[:200].decode("utf-8", "replace").strip()
        return LogLine(level="error", text=f"The engine sent something unreadable ({error!r}): {shown}")


def _event(raw: Mapping[str, Any]) -> Event:  # noqa: PLR0911 - a table
    match raw["event"]:
        case "ready":
            return Ready(
                pid=raw["pid"],
                catalogue=Catalogue.from_raw(raw["catalogue"]),
                devices=tuple(raw["devices"]),
                versions=dict(raw["versions"]),
            )
        case "inspected" if "inspection" in raw:
            return InspectionReply(id=raw["id"], inspection=Inspection.from_raw(raw["inspection"]))
        case "inspected":
            return InspectionReply(id=raw["id"], error=raw["error"], where=raw.get("where", ""))
        case "answered":
            return EngineAnswer(
                id=raw["id"],
                answer=raw.get("answer"),
                error=raw.get("error", ""),
                where=raw.get("where", ""),
            )
        case "status":
            return Reported(run=raw["run"], status=_status(raw))
        case "log":
            return LogLine(level=raw["level"], text=raw["text"])
        case "error":
            return LogLine(level="error", text=raw["text"])
        case event:
            raise ValueError(f"unknown event {event!r}")


def _status(raw: Mapping[str, Any]) -> RunStatus:
    finish = raw["finish"]
    return RunStatus(
        state=RunState(raw["state"]),
        steps=raw["steps"],
        finish=None if finish is None else FinishReason(finish),
        reason=raw["reason"],
    )


def _line(do: str, **content: Any) -> bytes:
    return json.dumps({"do": do, **content}, separators=(",", ":")).encode() + b"\n"
