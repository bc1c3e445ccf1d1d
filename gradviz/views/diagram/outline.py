"""From the edited model to the diagram's nodes: what was asked for, and what the inspection found there.

The inspection may be of an earlier edit or end at a problem: what it does not know stays unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gradviz.control.layer_text import layer_text
from gradviz.records.layer import Inspection, LayerInfo, NodeInfo
from gradviz.spec.catalogue import Entry
from gradviz.spec.experiment import LayerSpec, ModelSpec, Path
from gradviz.views.diagram.inner import sorted_by_module
from gradviz.views.diagram.inner_nodes import InnerNodes, Sides
from gradviz.views.diagram.node import Node, Role

_ROLES = {"Repeat": Role.REPEAT, "Residual": Role.RESIDUAL, "Parallel": Role.PARALLEL}
_JOINS = {"sum": "+", "product": "×", "concatenation": "concat"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """The model's nodes from the first layer on; `measured` are the layers with parameters."""

    nodes: tuple[Node, ...] = ()
    measured: tuple[LayerInfo, ...] = ()
    input_shape: tuple[int, ...] | None = None
    classes: int | None = None


def outline(
    model: ModelSpec,
    entries: Iterable[Entry],
    inspection: Inspection | None,
    problems: Mapping[Path, str],
) -> Outline:
    """The nodes of a model; `problems` are sentences by the path of the layer that they are about."""
    maker = _Maker({entry.name: entry for entry in entries}, inspection, problems)
    if model.layers or inspection is None:
        nodes = tuple(maker.node((index,), layer, level=0, at=0) for index, layer in enumerate(model.layers))
    else:
        nodes = tuple(maker.found(info, part) for part, info in enumerate(inspection.layers))
    return Outline(
        nodes=nodes,
        measured=maker.measured,
        input_shape=inspection.input_shape if inspection else None,
        classes=inspection.classes if inspection else None,
    )


def rounds_of(node: Node, times: int, measured: tuple[LayerInfo, ...]) -> tuple[Node, ...]:
    """What a Repeat holds, once for every round, with that round's layers in it."""
    return _rounds(node, node.level - 1, times, measured)


class _Maker:
    """Makes nodes of specs; looks everything up once."""

    def __init__(
        self, entries: Mapping[str, Entry], inspection: Inspection | None, problems: Mapping[Path, str]
    ) -> None:
        self._entries = entries
        self._kinds = {kind.lower(): kind for kind in entries}
        self._problems = problems
        found = inspection.layers if inspection else ()
        self._nodes: dict[Path, NodeInfo] = (
            {node.path: node for node in inspection.nodes} if inspection else {}
        )
        self._layers: dict[Path, list[LayerInfo]] = defaultdict(list)
        self._rows: dict[int, int] = {}
        self._details: dict[tuple[str, bool, str], str] = {}
        for info in found:
            self._layers[info.path].append(info)
            if info.parameters:
                self._rows[info.index] = len(self._rows)
        self.measured = tuple(info for info in found if info.parameters)

    def node(self, path: Path, spec: LayerSpec, *, level: int, at: int) -> Node:
        """A layer or a block with all in it; `level` Repeats and `at` modules are around it."""
        entry = self._entries.get(spec.kind)
        role = self._role(spec, entry)
        infos = self._layers.get(path, [])
        inside, around = level + (role is Role.REPEAT), at + (1 if role is Role.CHAIN else 2)
        children = tuple(
            self.node((*path, index), child, level=inside, at=around) for index, child in enumerate(spec.body)
        )
        sides = Sides()
        if infos and role is not Role.LAYER:
            makes = InnerNodes(path, level, self._rows, self._kind_of)
            found = sorted_by_module(infos, level=level, at=at)
            if role is Role.COMPOSED:
                children = makes.chain(found)
            else:
                sides = makes.sides(found)
                children = (*sides.before, *children, *sides.behind)
        known = self._nodes.get(path)
        rows = self._rows_of(infos, (*sides.beside, *children, *sides.after))
        single = len(infos) == 1 and len(rows) == 1 and not children
        title = spec.name or (infos[0].name if single else spec.kind)
        return Node(
            path=path,
            role=role,
            title=title,
            detail=self._detail(spec, entry),
            shape=known.output_shape if known else None,
            parameters=known.parameters if known else 0,
            multiply_adds=known.multiply_adds if known else 0,
            rows=rows,
            level=level,
            join=_join(spec, entry) if role is Role.PARALLEL else "",
            times=_times(spec) if role is Role.REPEAT else 1,
            problem=self._problems.get(path, ""),
            problem_inside=any(child.problem or child.problem_inside for child in children),
            is_tall=role is not Role.LAYER or _is_tall(rows, known, entry),
            children=children,
            own=sides.beside,
            after=sides.after,
        )

    def found(self, info: LayerInfo, part: int) -> Node:
        """A layer of a network that was not described layer by layer."""
        node = InnerNodes(info.path, 0, self._rows, self._kind_of).layer([info])
        return node._replace(part=part)

    def _role(self, spec: LayerSpec, entry: Entry | None) -> Role:
        if spec.kind in _ROLES:
            return _ROLES[spec.kind]
        if entry is not None and entry.composed:
            return Role.COMPOSED
        return Role.CHAIN if spec.body or (entry is not None and entry.body) else Role.LAYER

    def _kind_of(self, label: str) -> str:
        """What a module's label stands for: “Residual” for “residual”."""
        return self._kinds.get(label, label)

    def _detail(self, spec: LayerSpec, entry: Entry | None) -> str:
        """What is told behind the name: “64 · 3×3”, with the kind where the layer has a name of its own."""
        asked = (spec.kind, bool(spec.name), str(spec.parameters))
        if asked not in self._details:
            plain = layer_text(replace(spec, name=None), entry)
            values = "" if _is_usual(spec, entry) else plain[len(spec.kind) :].strip()
            self._details[asked] = plain if spec.name else values
        return self._details[asked]

    def _rows_of(self, infos: Iterable[LayerInfo], inside: Iterable[Node]) -> tuple[int, ...]:
        rows = [self._rows[info.index] for info in infos if info.index in self._rows]
        for node in inside:
            rows += node.rows
        return tuple(sorted(set(rows))) if len(rows) > 1 else tuple(rows)


def _is_usual(spec: LayerSpec, entry: Entry | None) -> bool:
    """Whether nothing was given but what holds anyway."""
    if entry is None:
        return False
    defaults = {parameter.name: parameter.default for parameter in entry.parameters if not parameter.required}
    return all(name in defaults and defaults[name] == value for name, value in spec.parameters.items())


def _is_tall(rows: tuple[int, ...], known: NodeInfo | None, entry: Entry | None) -> bool:
    """Whether a layer gets a card of two lines: it has weights, or it might have."""
    return bool(rows) if known is not None else bool(entry is None or entry.parameters)


def _join(spec: LayerSpec, entry: Entry | None) -> str:
    known = entry.parameter("combine") if entry is not None else None
    given = spec.parameters.get("combine", known.default if known is not None else "")
    return _JOINS.get(str(given), "+")


def _times(spec: LayerSpec) -> int:
    times = spec.parameters.get("times", 1)
    return times if isinstance(times, int) and not isinstance(times, bool) and times > 0 else 1


def _rounds(node: Node, at: int, times: int, measured: tuple[LayerInfo, ...]) -> tuple[Node, ...]:
    rows: list[list[int]] = [[] for _ in range(times)]
    for row in node.rows:
        repeat = measured[row].repeat
        if len(repeat) > at and repeat[at] < times:
            rows[repeat[at]].append(row)
    children = [_rounds(child, at, times, measured) for child in node.children]
    own = [_rounds(child, at, times, measured) for child in node.own]
    after = [_rounds(child, at, times, measured) for child in node.after]
    return tuple(
        _one_round(
            node._replace(
                rounds=(*node.rounds, number),
                rows=tuple(rows[number]),
                children=tuple(child[number] for child in children),
                own=tuple(child[number] for child in own if child[number].rows),
                after=tuple(child[number] for child in after),
            ),
            measured,
        )
        for number in range(times)
    )


def _one_round(node: Node, measured: tuple[LayerInfo, ...]) -> Node:
    """A node of one round with that round's name, shape and size."""
    info = measured[node.rows[0]] if len(node.rows) == 1 and not node.children else None
    if info is None:
        return node._replace(parameters=sum(measured[row].parameters for row in node.rows))
    named = node.part < 0 and node.title == info.kind
    return node._replace(
        title=info.name if named else node.title,
        shape=info.output_shape,
        parameters=info.parameters,
        multiply_adds=info.multiply_adds,
    )
