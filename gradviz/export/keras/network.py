"""A planned network as the lines of a Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import nn

from gradviz.export.keras.blocks import write_block
from gradviz.export.keras.graph import Graph, Signal
from gradviz.export.keras.names import LayerNames
from gradviz.export.keras.rolling import rolled
from gradviz.export.keras.starts import Start
from gradviz.export.keras.statements import Statement
from gradviz.export.keras.writers import Layer, writers
from gradviz.export.registry import ExportError
from gradviz.nets.build import survey_model
from gradviz.nets.initializer import Layer as Started
from gradviz.nets.measure import without_values
from gradviz.nets.plan import Block, Leaf
from gradviz.nets.registry import sample_shape
from gradviz.nets.surroundings import Surroundings
from gradviz.nets.survey import Placed
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A layer by its name in gradviz and in the script; whether its output has its channels last there."""

    shown: str
    name: str
    kind: str
    channels_last: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The lines that make “x” the output of “x”, what they need defined, and what is not as asked.

    `layers` are in network order.
    """

    statements: tuple[Statement, ...]
    needs: tuple[str, ...]
    notes: tuple[str, ...]
    layers: tuple[Written, ...]


def write_network(model: ModelSpec, info: DataInfo) -> Network:
    """The network of `model` on such data. Raises ExportError for the first problem of the model."""
    shape = sample_shape(info)
    inspection, placed = survey_model(model, shape, info.classes, per_position=info.per_position)
    for problem in inspection.problems:
        raise ExportError(problem.message)
    modules: list[nn.Module] = []
    with without_values():
        _modules(placed, modules, {})
    surroundings = Surroundings(model, placed, modules)
    walker = _Walker(started=surroundings.layers, branches=surroundings.branches)
    signal = walker.row(placed, Signal(variable="x", shape=shape))
    signal = walker.graph.keep(walker.graph.as_ours(signal), "x")
    return Network(
        statements=rolled(walker.graph.statements),
        needs=tuple(walker.graph.needs),
        notes=tuple(walker.notes),
        layers=tuple(walker.written),
    )


def _modules(placed: Sequence[Placed], modules: list[nn.Module], made: dict[int, nn.Module]) -> None:
    """The modules of all leaves in network order; rounds of one plan share theirs, which have no values."""
    for part in placed:
        if isinstance(part.part, Leaf):
            if id(part.part) not in made:
                made[id(part.part)] = part.part.make()
            modules.append(made[id(part.part)])
        else:
            _modules(part.children, modules, made)


@dataclass(slots=True)
class _Walker:
    """Writes part after part, in network order."""

    started: Sequence[Started]
    branches: int
    graph: Graph = field(default_factory=Graph)
    layer_names: LayerNames = field(default_factory=LayerNames)
    notes: dict[str, None] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)

    def row(self, parts: Sequence[Placed], signal: Signal) -> Signal:
        for part in parts:
            signal = self.part(part, signal)
        return signal

    def part(self, placed: Placed, signal: Signal) -> Signal:
        if isinstance(placed.part, Leaf):
            return self._leaf(placed, placed.part, signal)
        if isinstance(placed.part, Block):
            if placed.part.name or placed.part.kind not in ("Repeat", "Sequential"):
                self.graph.remark(placed.part.name or placed.part.kind)
            return write_block(placed.part, placed.children, signal, self.graph, self.part)
        return self.row(placed.children, signal)

    def _leaf(self, placed: Placed, leaf: Leaf, signal: Signal) -> Signal:
        info = placed.info
        if info is None or leaf.kind not in writers:
            raise ExportError(f"{info.name if info else leaf.kind}: Keras has no layer that does the same")
        start = Start(self.started[info.index], self.branches)
        if start.note:
            self.notes[start.note] = None
        layer = Layer(
            kind=leaf.kind,
            name=self.layer_names.free(info.name),
            shown=info.name,
            module=start.placed.module,
            given=leaf.given,
            output_shape=leaf.output_shape,
            start=start,
        )
        output = writers[leaf.kind](layer, signal, self.graph)
        self.written.append(
            Written(shown=info.name, name=layer.name, kind=leaf.kind, channels_last=output.channels_last)
        )
        return output
