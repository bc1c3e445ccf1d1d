"""A layer as every later room knows it: pure data, made once when the model is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import Path
from gradviz.spec.repair import Repair


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerInfo:
    """One leaf layer of a built network, in network order.

    `name` is for people and unique ("Linear 4": the fourth Linear, counted from 1, or the name given
    in the experiment). `path` is its place in the layer tree, `repeat` the iteration (from 0) in each
    enclosing Repeat, outermost first; a Residual's shortcut has the path of its block. `module` is
    the qualified name in `named_modules()`. `output_shape` is without the batch, `multiply_adds` those of
    one sample's forward pass.
    """

    index: int
    name: str
    kind: str
    path: Path
    repeat: tuple[int, ...]
    module: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int = 0

    def to_raw(self) -> dict[str, Any]:
        """The form that goes over the wire and into a store."""
        return asdict(self)

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> LayerInfo:
        """The layer that `to_raw` described."""
        lists = {key: tuple(raw[key]) for key in ("path", "repeat", "output_shape")}
        return cls(**{**raw, **lists})


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeInfo:
    """One node of the layer tree, as the builder shows it: shape after it, size and work inside it.

    Inside a Repeat it is the first iteration that counts for a shape; a Repeat counts them all.
    """

    path: Path
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerProblem:
    """What is wrong at one node of the layer tree: names the layer, what it got, what it needs.

    `repair` is what can be done about it, where something is known that makes it go away.
    """

    path: Path
    message: str
    repair: Repair | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """The true shapes and sizes of an experiment's network, found without allocating it.

    `layers` and `nodes` end where the first problem is. `classes` is the output size that the loss needs,
    `data` what the network was inspected for.
    """

    input_shape: tuple[int, ...]
    classes: int
    layers: tuple[LayerInfo, ...]
    nodes: tuple[NodeInfo, ...]
    problems: tuple[LayerProblem, ...]
    data: DataInfo | None = None

    @property
    def parameters(self) -> int:
        """All parameters of the network."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of one sample's way through the network."""
        return sum(layer.multiply_adds for layer in self.layers)

    def to_raw(self) -> dict[str, Any]:
        """The form that goes over the wire."""
        return {
            "input_shape": self.input_shape,
            "classes": self.classes,
            "layers": [_flat(layer) for layer in self.layers],
            "nodes": [_flat(node) for node in self.nodes],
            "problems": [
                {"path": p.path, "message": p.message, "repair": p.repair.to_raw() if p.repair else None}
                for p in self.problems
            ],
            "data": None if self.data is None else asdict(self.data),
        }

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Inspection:
        """The inspection that `to_raw` described."""
        return cls(
            input_shape=tuple(raw["input_shape"]),
            classes=raw["classes"],
            layers=tuple(LayerInfo.from_raw(layer) for layer in raw["layers"]),
            nodes=tuple(
                NodeInfo(
                    path=tuple(node["path"]),
                    output_shape=tuple(node["output_shape"]),
                    parameters=node["parameters"],
                    multiply_adds=node["multiply_adds"],
                )
                for node in raw["nodes"]
            ),
            problems=tuple(
                LayerProblem(
                    path=tuple(problem["path"]),
                    message=problem["message"],
                    repair=Repair.from_raw(problem["repair"]) if problem.get("repair") else None,
                )
                for problem in raw["problems"]
            ),
            data=_data_from_raw(raw.get("data")),
        )


def _data_from_raw(raw: Mapping[str, Any] | None) -> DataInfo | None:
    if raw is None:
        return None
    return DataInfo(**{**raw, "input_shape": tuple(raw["input_shape"]), "task": Task(raw["task"])})


def _flat(record: LayerInfo | NodeInfo) -> dict[str, Any]:
    """A record of numbers, words and tuples of them; asdict would copy each, which takes 10 times as long."""
    return {name: getattr(record, name) for name in record.__slots__}
