"""A run as data: what it is, how it stands, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from gradviz.records.layer import LayerInfo
from gradviz.records.parts import LayerParts


class RunState(StrEnum):
    """Where a run stands. It ends in exactly one `FINISHED`."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class FinishReason(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesInfo:
    """One quantity that is recorded at every step: `width` float32 values."""

    quantity: str
    width: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunInfo:
    """What is known when a run starts.

    `experiment` is the raw (JSON) form of the ExperimentSpec, so that a store can be read by a program
    that no longer knows the format. `steps` is the number asked for. Per-layer arrays are over
    `measured`: the layers with parameters, in network order. `continues` is the id of the run that this
    one went on from and took the place of. `parts` are the gates and heads of its layers, in the order of
    the columns of “part_norm”; a run that recorded none has none.
    """

    id: str
    name: str
    created: str
    experiment: Mapping[str, Any]
    layers: tuple[LayerInfo, ...]
    series: tuple[SeriesInfo, ...]
    steps: int
    steps_per_epoch: int
    device: str
    versions: Mapping[str, str] = field(default_factory=dict)
    continues: str = ""
    parts: tuple[LayerParts, ...] = ()
    _measured: tuple[LayerInfo, ...] = field(init=False, repr=False, compare=False)
    _kinds: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Know what every picture asks for."""
        measured = tuple(layer for layer in self.layers if layer.parameters)
        object.__setattr__(self, "_measured", measured)
        object.__setattr__(self, "_kinds", frozenset(layer.kind for layer in self.layers))

    @property
    def measured(self) -> tuple[LayerInfo, ...]:
        """The layers that have parameters, in network order: the rows of every per-layer array."""
        return self._measured

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of layers that there are."""
        return self._kinds

    def to_raw(self) -> dict[str, Any]:
        """The form that goes over the wire and into a store."""
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> RunInfo:
        """The run that `to_raw` described."""
        return cls(
            **{
                **raw,
                "layers": tuple(LayerInfo.from_raw(layer) for layer in raw["layers"]),
                "series": tuple(SeriesInfo(**series) for series in raw["series"]),
                "parts": tuple(LayerParts.from_raw(parts) for parts in raw.get("parts", ())),
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStatus:
    """How a run stands: `steps` done so far, and when finished how and why.

    `reason` is a sentence for people, empty where there is nothing to say.
    """

    state: RunState = RunState.STARTING
    steps: int = 0
    finish: FinishReason | None = None
    reason: str = ""
