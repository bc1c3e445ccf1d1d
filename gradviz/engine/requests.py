"""Requests to the engine, one JSON object a line.

JSON lines on two pipes work the same through a child process, a thread and, one day, SSH.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gradviz.records.session import RunSource


class ProtocolError(ValueError):
    """A line that is not a request; the message says why."""


class Order(StrEnum):
    """What can be said about the run that is training."""

    PAUSE = "pause"
    RESUME = "resume"
    STEP = "step"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspect:
    """Asks for shapes and sizes; the answer bears `id`."""

    id: int
    experiment: Mapping[str, Any]


class Question(StrEnum):
    """What can be asked beside the sizes of a network."""

    TEMPLATE = "template"
    EXPAND = "expand"
    EXPORT = "export"
    PREVIEW = "preview"
    LR_RANGE = "lr_range"
    REPLAY = "replay"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """Asks something else; the answer bears `id`, and `details` depend on the question (see `answers`)."""

    id: int
    question: Question
    details: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Train:
    """Asks for a run whose store is written at `store`; `resume` is the run that it goes on from."""

    run: str
    store: str
    experiment: Mapping[str, Any]
    paused: bool = False
    resume: RunSource | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SetLr:
    """Changes the learning rate of the run that is training."""

    lr: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Focus:
    """Says which measured layer of the run is being looked at; None for none."""

    layer: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quit:
    """Ends the engine after a last commit, as the end of the input does."""


Request = Inspect | Ask | Train | Order | SetLr | Focus | Quit


def decode(line: str) -> Request:  # noqa: PLR0911 - a table
    """The request that `line` holds. Raises ProtocolError."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise ProtocolError("not a JSON object")
    do = raw.get("do")
    match do:
        case "inspect":
            return Inspect(id=_field(raw, "id", int), experiment=_field(raw, "experiment", dict))
        case "template" | "expand" | "export" | "preview" | "lr_range" | "replay":
            details = {key: value for key, value in raw.items() if key not in ("do", "id")}
            return Ask(id=_field(raw, "id", int), question=Question(do), details=details)
        case "train":
            return Train(
                run=_field(raw, "run", str),
                store=_field(raw, "store", str),
                experiment=_field(raw, "experiment", dict),
                paused=_field(raw, "paused", bool),
                resume=_resume(raw),
            )
        case "set_lr":
            return SetLr(lr=_learning_rate(raw))
        case "focus":
            return Focus(layer=None if raw.get("layer") is None else _field(raw, "layer", int))
        case "quit":
            return Quit()
        case "pause" | "resume" | "step" | "stop":
            return Order(do)
        case _:
            raise ProtocolError(f"“do” is {str(do)[:40]!r}, which is no request")


def _field(raw: dict[str, Any], key: str, kind: type[Any]) -> Any:
    value = raw.get(key, False if kind is bool else None)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ProtocolError(f"“{raw['do']}” needs “{key}” as {kind.__name__}")
    return value


def _resume(raw: dict[str, Any]) -> RunSource | None:
    match raw.get("resume"):
        case None:
            return None
        case {"run": str(run), "path": str(path)}:
            return RunSource(id=run, path=Path(path))
        case _:
            raise ProtocolError("“train” needs “resume” as an object with “run” and “path”")


def _learning_rate(raw: dict[str, Any]) -> float:
    value = raw.get("lr")
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    raise ProtocolError("“set_lr” needs “lr” as a finite number, at least 0")
