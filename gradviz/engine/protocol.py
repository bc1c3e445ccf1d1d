"""The engine's half of the protocol: requests decoded, events encoded, one JSON object a line.

JSON lines on two pipes work the same through a child process, a thread and, one day, SSH. The lines are
ASCII and strict JSON (no NaN), so nothing on the way can misread them.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from gradviz.records.layer import Inspection
from gradviz.records.run import RunStatus
from gradviz.spec.catalogue import Catalogue


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Train:
    """Asks for a run whose store is written at `store`."""

    run: str
    store: str
    experiment: Mapping[str, Any]
    paused: bool = False


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


Request = Inspect | Train | Order | SetLr | Focus | Quit


class Sink(Protocol):
    """What events are written to."""

    def write(self, text: str, /) -> object:
        """Take some text."""

    def flush(self) -> object:
        """Send it on its way."""


def decode(line: str) -> Request:
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
        case "train":
            return Train(
                run=_field(raw, "run", str),
                store=_field(raw, "store", str),
                experiment=_field(raw, "experiment", dict),
                paused=_field(raw, "paused", bool),
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


class Events:
    """Writes events, from any thread, one whole line at a time.

    When nobody listens any more `broken` becomes true and further events are dropped: the engine then
    ends as it does at the end of its input.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self.broken = False

    def ready(
        self, *, pid: int, catalogue: Catalogue, devices: tuple[str, ...], versions: Mapping[str, str]
    ) -> None:
        """The engine is up."""
        self._send("ready", pid=pid, catalogue=catalogue.to_raw(), devices=devices, versions=dict(versions))

    def inspected(self, number: int, inspection: Inspection) -> None:
        """The answer to an Inspect."""
        self._send("inspected", id=number, inspection=inspection.to_raw())

    def not_inspected(self, number: int, error: str, where: str = "") -> None:
        """The answer to an Inspect of what cannot be inspected, and the place in the experiment."""
        self._send("inspected", id=number, error=error, where=where)

    def status(self, run: str, status: RunStatus) -> None:
        """A run's new status."""
        self._send(
            "status",
            run=run,
            state=status.state,
            steps=status.steps,
            finish=status.finish,
            reason=status.reason,
        )

    def log(self, level: str, text: str) -> None:
        """A line for the log."""
        self._send("log", level=level, text=text)

    def error(self, text: str) -> None:
        """Something that the sender of a request did wrong."""
        self._send("error", text=text)

    def _send(self, event: str, **content: Any) -> None:
        line = json.dumps({"event": event, **content}, allow_nan=False, separators=(",", ":"))
        with self._lock:
            if self.broken:
                return
            try:
                self._sink.write(line + "\n")
                self._sink.flush()
            except (OSError, ValueError):  # the pipe is gone, or the stream is closed
                self.broken = True


def _field(raw: dict[str, Any], key: str, kind: type[Any]) -> Any:
    value = raw.get(key, False if kind is bool else None)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ProtocolError(f"“{raw['do']}” needs “{key}” as {kind.__name__}")
    return value


def _learning_rate(raw: dict[str, Any]) -> float:
    value = raw.get("lr")
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    raise ProtocolError("“set_lr” needs “lr” as a finite number, at least 0")
