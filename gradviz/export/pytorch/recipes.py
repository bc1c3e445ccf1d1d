"""How every layer of a network starts, worked out: the lines that draw its weights and set its biases.

The initializers themselves are asked. Which weights they draw and with what is settled by their own code
with the layer's surroundings; what they then do to biases and finished weights is watched on the meta device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from gradviz.export.expression import Items, Name
from gradviz.export.layout import assigned
from gradviz.export.pytorch.specialise import specialised
from gradviz.export.registry import ExportError
from gradviz.nets.initializer import Layer, Network, Started
from gradviz.nets.initializers.starting import Choice, chosen, finish
from gradviz.nets.registry import initializers
from gradviz.nets.weights import Weight

_OPERATIONS = {"fill_", "zero_", "mul_", "div_"}
_DEEPEST = 16
"""How far the lines are indented in a script at most."""


@dataclass(kw_only=True, slots=True)
class Recipe:
    """How one layer starts: lines about `layer` and `generator`.

    `biases` are left out of `draws`, so that layers that merely have none can share a recipe. `settled`
    names the initializer whose work on the whole network must still be done by the script.
    """

    kind: type[nn.Module]
    can_have_bias: bool = False
    initializer: str = ""
    draws: tuple[str, ...] = ()
    biases: tuple[str, ...] = ()
    settled: str = ""
    parameters: Mapping[str, Any] | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """All of them, in order."""
        return self.draws + self.biases


def recipes(layers: Sequence[Layer], branches: int) -> list[Recipe]:
    """One for each layer; without lines where it keeps torch's start. Modules are on the meta device."""
    found = [Recipe(kind=type(layer.module), can_have_bias=hasattr(layer.module, "bias")) for layer in layers]
    drawn: dict[int, list[list[str]]] = {}
    started: dict[str, list[tuple[int, Started]]] = {}
    known: dict[Any, tuple[list[list[str]], tuple[str, ...]]] = {}
    for index, layer in enumerate(layers):
        choice = chosen(layer)
        if choice is None:
            continue
        key = (id(layer.module), layer.initializer.name, repr(layer.initializer), layer.gain, layer.own)
        if key not in known:
            rule = initializers[layer.initializer.name]
            known[key] = (
                [_drawing(rule.draw, weight, choice.parameters) for weight in choice.weights],
                _finishing(layer.module, choice),
            )
        lines, biases = known[key]
        drawn[index] = [list(part) for part in lines]
        found[index].initializer = layer.initializer.name
        found[index].biases = biases
        apart = tuple(replace(weight, values=torch.empty_like(weight.values)) for weight in choice.weights)
        one = Started(layer=layer, weights=apart, parameters=choice.parameters)
        started.setdefault(layer.initializer.name, []).append((index, one))
    _settle(started, branches, drawn, found)
    for index, parts in drawn.items():
        choice = chosen(layers[index])
        if choice is not None:
            found[index].draws = tuple(_together(layers[index].module, choice.weights, parts))
    return found


def _drawing(draw: Callable[..., None], weight: Weight, parameters: Mapping[str, Any]) -> list[str]:
    try:
        return specialised(draw, {**parameters, "weight": weight}, {"weight.values": "weight"})
    except ValueError as error:
        raise ExportError(f"the initializer {draw.__name__} cannot be written down: {error}") from error


class _Watch(TorchFunctionMode):
    """Writes down what is done to tensors in place, by `text`, which names them."""

    def __init__(self, text: Callable[[Tensor], str]) -> None:
        super().__init__()
        self.lines: list[tuple[Tensor, str]] = []
        self._text = text

    def __torch_function__(
        self,
        func: Callable[..., Any],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name in _OPERATIONS:
            self.lines.append((args[0], self._line(name, self._text(args[0]), args[1:])))
            return args[0]
        return func(*args, **(kwargs or {}))

    @staticmethod
    def _line(name: str, text: str, given: tuple[Any, ...]) -> str:
        if name == "zero_" or (name == "fill_" and given[0] == 0):
            return f"nn.init.zeros_({text})"
        if name == "fill_":
            return f"nn.init.constant_({text}, {given[0]!r})"
        return f"{text}.{name}({given[0]!r})"


def _finishing(module: nn.Module, choice: Choice) -> tuple[str, ...]:
    watch = _Watch(lambda tensor: f"layer.{_place(tensor, module)}")
    with torch.no_grad(), watch:
        finish(module, choice)
    return tuple(line for _, line in watch.lines)


def _settle(
    started: Mapping[str, list[tuple[int, Started]]],
    branches: int,
    drawn: Mapping[int, list[list[str]]],
    found: Sequence[Recipe],
) -> None:
    """Let the rules that look at the whole network do so; what needs data is left to the script."""
    for name, pairs in started.items():
        settle = initializers[name].settle
        if settle is None:
            continue
        where = {
            id(weight.values): drawn[index][place]
            for index, one in pairs
            for place, weight in enumerate(one.weights)
        }
        watch = _Watch(lambda _tensor: "weight")
        network = Network(model=nn.Identity(), branches=branches, batch=_no_batch)
        try:
            with torch.no_grad(), watch:
                settle(network, [one for _, one in pairs])
        except _DataWantedError:
            for index, one in pairs:
                if any(weight.closing and not weight.lookup for weight in one.weights):
                    found[index].settled = name
                    found[index].parameters = one.parameters
            continue
        for tensor, line in watch.lines:
            where[id(tensor)].append(line)


class _DataWantedError(Exception):
    """An initializer has asked for a batch."""


def _no_batch() -> Tensor:
    raise _DataWantedError


def _together(module: nn.Module, weights: Sequence[Weight], parts: Sequence[list[str]]) -> Iterator[str]:
    """The lines of all weights of a layer, in loops where those of several are the same."""
    places = [_place(weight.values, module, chunks=True) for weight in weights]
    runs: list[tuple[str, int, int, int, tuple[str, ...]]] = []
    for place, lines in zip(places, parts, strict=True):
        name, _, at = place.partition("@")
        number, count = map(int, at.split("/")) if at else (0, 1)
        if runs and runs[-1][0] == name and runs[-1][4] == tuple(lines) and runs[-1][2] == number:
            runs[-1] = (name, runs[-1][1], number + 1, count, tuple(lines))
        else:
            runs.append((name, number, number + 1, count, tuple(lines)))
    for (first, last, count, lines), group in groupby(runs, key=lambda run: run[1:]):
        names = [f"layer.{run[0]}" for run in group]
        yield from _loops(names, first, last, count, lines)


def _loops(names: list[str], first: int, last: int, count: int, lines: tuple[str, ...]) -> Iterator[str]:
    whole = (first, last) == (0, count)
    if len(names) > 1:
        inner = list(_loops(["stacked"], first, last, count, lines)) if count > 1 else list(lines)
        listed = Items(tuple(map(Name, names)))
        head = f"for {'stacked' if count > 1 else 'weight'} in "
        laid = assigned(head, listed, _DEEPEST)  # what is opened once stays so where there is more room
        yield from (line[_DEEPEST:] for line in f"{laid}:".splitlines())
        yield from (f"    {line}" for line in inner)
    elif count == 1:
        yield from (_renamed(line, names[0]) for line in lines)
    else:
        part = "" if whole else f"[{first or ''}:{last}]"
        yield f"for weight in {names[0]}.chunk({count}){part}:"
        yield from (f"    {line}" for line in lines)


def _renamed(line: str, text: str) -> str:
    """The line about another weight."""
    return re.sub(r"(?<![\w.])weight\b", text, line)


def _place(tensor: Tensor, module: nn.Module, *, chunks: bool = False) -> str:
    """The name of a layer's parameter, or of some of its rows: "weight", "bias[5:10]", "weight@0/4"."""
    for name, parameter in module.named_parameters():
        if tensor is parameter:
            return name
        if tensor._base is parameter:  # noqa: SLF001 - there is no other way to ask
            width = parameter[0].numel() if parameter.ndim > 1 else 1
            first, rows = tensor.storage_offset() // width, len(tensor)
            if chunks:
                return f"{name}@{first // rows}/{len(parameter) // rows}"
            return f"{name}[{first}:{first + rows}]"
    raise ExportError(f"a weight of {type(module).__name__} is none of its parameters")
