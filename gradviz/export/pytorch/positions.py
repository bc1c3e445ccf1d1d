"""Layers by name, as a script finds them: by where their parameters stand in `model.parameters()`.

A script's network has no names, but its parameters come in the same order as the engine's, so a few layers
are a few slices of that list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from torch import Tensor, nn

from gradviz.export.expression import Items, Name, Node
from gradviz.export.layout import WIDTH, in_one_line
from gradviz.export.registry import ExportError
from gradviz.nets.build import BuildError, BuiltModel
from gradviz.nets.model import build
from gradviz.probes.groups import parameters_by_layer
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec


class Positions:
    """The network of an experiment, built when a position is asked for. Raises ExportError then."""

    def __init__(self, model: ModelSpec, data: DataInfo) -> None:
        self._model, self._data = model, data

    @cached_property
    def built(self) -> BuiltModel:
        """The engine's network."""
        try:
            return build(self._model, self._data, 0)
        except BuildError as error:
            raise ExportError(error.message) from error

    def parameters(self, wanted: Iterable[nn.Parameter], name: str = "parameters") -> Node:
        """These parameters as a list of the script, which has all of them in the list `name`."""
        ids = {id(parameter) for parameter in wanted}
        return _slices([id(parameter) in ids for parameter in self.built.model.parameters()], name)

    def names(self, wanted: Iterable[nn.Parameter]) -> str:
        """The layers that these parameters are of, for people."""
        ids = {id(parameter) for parameter in wanted}
        by_layer = parameters_by_layer(self.built.model, self.built.layers)
        layers = zip(self.built.layers, by_layer, strict=True)
        found = [layer.name for layer, parameters in layers if any(id(p) in ids for p in parameters)]
        return ", ".join(found) if len(found) < 4 else f"{found[0]} to {found[-1]}: {len(found)} layers"

    def statistics(self, modules: Collection[str], name: str) -> Node:
        """The modules with running statistics that lie in these modules, of all such in the list `name`."""
        there = [
            where
            for where, module in self.built.model.named_modules()
            if isinstance(getattr(module, "running_mean", None), Tensor)
        ]
        layers = {layer.module for layer in self.built.layers}
        return _slices([_holder(where, layers) in modules for where in there], name)


def is_empty(node: Node) -> bool:
    """Whether nothing was chosen."""
    return isinstance(node, Items) and not node.items


def set_of(name: str, chosen: Node) -> str:
    """The lines of `train` that make what was chosen the set `name`."""
    if not isinstance(chosen, Items):
        return f"    {name} = set({in_one_line(chosen)})"
    parts = [in_one_line(item) for item in chosen.items]
    flat = f"    {name} = {{{', '.join(parts)}}}"
    if len(flat) <= WIDTH:
        return flat
    return "\n".join([f"    {name} = {{", *(f"        {part}," for part in parts), "    }"])


def _holder(where: str, layers: Collection[str]) -> str:
    """The innermost layer that a module is or lies in."""
    while where not in layers and where:
        where = where.rpartition(".")[0]
    return where


def _slices(chosen: Sequence[bool], name: str) -> Node:
    """The chosen places of a list as one slice of it, or as several in a list."""
    edges = [
        i
        for i in range(len(chosen) + 1)
        if (chosen[i - 1] if i else False) != (i < len(chosen) and chosen[i])
    ]
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    slices = [f"{name}[{start or ''}:{'' if end == len(chosen) else end}]" for start, end in runs]
    if len(slices) == 1:
        return Name(name if slices[0] == f"{name}[:]" else slices[0])
    return Items(tuple(Name(f"*{text}") for text in slices))
