"""What several selected layers have in common, for one form that changes all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradviz.spec.catalogue import Catalogue, Entry, Parameter, Value, find
from gradviz.spec.experiment import InitializerSpec, LayerSpec
from gradviz.views.parameter_field import MIXED, Mixed


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedLayers:
    """The form's content: MIXED stands where the layers differ.

    `alternatives` are the kinds that may stand in the place of all of them, `parameters` those that all
    have, with what each of them allows.
    """

    layers: tuple[LayerSpec, ...]
    entries: tuple[Entry, ...]
    alternatives: tuple[Entry, ...]
    parameters: tuple[Parameter, ...]
    values: dict[str, Value | Mixed]
    initializer: InitializerSpec | Mixed | None

    @property
    def kind(self) -> Entry | None:
        """The kind of all of them, None where they differ."""
        return self.entries[0] if len({entry.name for entry in self.entries}) == 1 else None


def shared_layers(layers: Sequence[LayerSpec], catalogue: Catalogue) -> SharedLayers | None:
    """What the layers share; None where there are none, or one of a kind that is not known."""
    known = {layer.kind: find(catalogue.layers, layer.kind) for layer in layers}
    entries = [entry for layer in layers if (entry := known[layer.kind]) is not None]
    if not layers or len(entries) != len(layers):
        return None
    kinds = list({entry.name: entry for entry in entries}.values())
    parameters = _common(kinds)
    return SharedLayers(
        layers=tuple(layers),
        entries=tuple(entries),
        alternatives=_alternatives(kinds, catalogue),
        parameters=parameters,
        values={parameter.name: _value(parameter.name, layers, entries) for parameter in parameters},
        initializer=_initializer(layers),
    )


def _alternatives(kinds: Sequence[Entry], catalogue: Catalogue) -> tuple[Entry, ...]:
    """The kinds of the same group, blocks for blocks; where the groups differ there are none."""
    sorts = {(kind.group, kind.body) for kind in kinds}
    if len(sorts) != 1:
        return ()
    return tuple(entry for entry in catalogue.layers if (entry.group, entry.body) in sorts)


def _common(kinds: Sequence[Entry]) -> tuple[Parameter, ...]:
    found = []
    for parameter in kinds[0].parameters:
        others = [other for kind in kinds[1:] if (other := kind.parameter(parameter.name)) is not None]
        if len(others) == len(kinds) - 1 and all(_alike(parameter, other) for other in others):
            found.append(_narrowed(parameter, others))
    return tuple(found)


def _alike(one: Parameter, other: Parameter) -> bool:
    return (one.kinds, one.choices, one.length, one.optional) == (
        other.kinds,
        other.choices,
        other.length,
        other.optional,
    )


def _narrowed(parameter: Parameter, others: Sequence[Parameter]) -> Parameter:
    """The parameter with the range that all of them allow."""
    for other in others:
        lows = [p.minimum for p in (parameter, other) if p.minimum is not None]
        highs = [p.maximum for p in (parameter, other) if p.maximum is not None]
        parameter = replace(
            parameter, minimum=max(lows) if lows else None, maximum=min(highs) if highs else None
        )
    return parameter


def _value(name: str, layers: Sequence[LayerSpec], entries: Sequence[Entry]) -> Value | Mixed:
    values = [_given(name, layer, entry) for layer, entry in zip(layers, entries, strict=True)]
    first = values[0]
    same = all(type(value) is type(first) and value == first for value in values)
    return first if same else MIXED


def _given(name: str, layer: LayerSpec, entry: Entry) -> Value:
    if name in layer.parameters:
        return layer.parameters[name]
    parameter = entry.parameter(name)
    return parameter.default if parameter is not None else None


def _initializer(layers: Sequence[LayerSpec]) -> InitializerSpec | Mixed | None:
    first = layers[0].initializer
    return first if all(layer.initializer == first for layer in layers) else MIXED
