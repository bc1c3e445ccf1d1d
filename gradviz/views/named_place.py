"""The places of an experiment where something of the catalogue is named: optimizer, loss, data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gradviz.spec.catalogue import Catalogue, Entry, Value
from gradviz.spec.experiment import ClipSpec, ExperimentSpec
from gradviz.spec.problem import Keys

Named = tuple[str, Mapping[str, Value]]


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    """Where it stands (`keys`), what can stand there, and how it is read and written."""

    keys: Keys
    entries: Callable[[Catalogue], tuple[Entry, ...]]
    read: Callable[[ExperimentSpec], Named | None]
    write: Callable[[ExperimentSpec, Named | None], ExperimentSpec]


def _section(name: str, entries: str) -> NamedPlace:
    """A section with a `name` and `parameters`."""

    def read(spec: ExperimentSpec) -> Named | None:
        held = getattr(spec, name)
        return held.name, held.parameters

    def write(spec: ExperimentSpec, named: Named | None) -> ExperimentSpec:
        if named is None:
            return spec
        held: Any = replace(getattr(spec, name), name=named[0], parameters=dict(named[1]))
        return replace(spec, **{name: held})

    return NamedPlace(
        keys=(name,), entries=lambda catalogue: getattr(catalogue, entries), read=read, write=write
    )


def _read_clip(spec: ExperimentSpec) -> Named | None:
    return (spec.clip.method, spec.clip.parameters) if spec.clip else None


def _write_clip(spec: ExperimentSpec, named: Named | None) -> ExperimentSpec:
    clip = ClipSpec(method=named[0], parameters=dict(named[1])) if named else None
    return replace(spec, clip=clip)


def _write_initializer(spec: ExperimentSpec, named: Named | None) -> ExperimentSpec:
    if named is None:
        return spec
    initializer = replace(spec.model.initializer, name=named[0], parameters=dict(named[1]))
    return replace(spec, model=replace(spec.model, initializer=initializer))


DATA = _section("data", "data_sets")
OPTIMIZER = _section("optimizer", "optimizers")
SCHEDULE = _section("schedule", "schedules")
LOSS = _section("loss", "losses")
CLIP = NamedPlace(keys=("clip",), entries=lambda c: c.clips, read=_read_clip, write=_write_clip)
INITIALIZER = NamedPlace(
    keys=("model", "initializer"),
    entries=lambda c: c.initializers,
    read=lambda spec: (spec.model.initializer.name, spec.model.initializer.parameters),
    write=_write_initializer,
)
