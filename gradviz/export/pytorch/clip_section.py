"""Clipping as a script has it: one call between the backward pass and the update."""

from __future__ import annotations

from gradviz.export.expression import Argument, Call, Name, Value
from gradviz.export.layout import assigned, literal
from gradviz.export.pytorch import clipping
from gradviz.export.pytorch.parts import Parts
from gradviz.export.pytorch.positions import Positions, is_empty, set_of
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import ClipSpec
from gradviz.training.clipping import clips, last_linear

_GRADIENTS = Name("[p.grad for p in model.parameters() if p.grad is not None]")
_WITH_GRADIENTS = Name("[p for p in model.parameters() if p.grad is not None]")


def add_clipping(parts: Parts, spec: ClipSpec | None, positions: Positions, sources: Sources) -> None:
    """Add the call and what it needs. Raises ExportError for a method that no script has."""
    if spec is None:
        return
    function = getattr(clipping, spec.method, None)
    if function is None:
        raise ExportError(
            f"clip.method = “{spec.method}” cannot be written as a script; take it out to export the rest"
        )
    parts.definitions += sources.carry(function)
    given = clips.entry(spec.method).complete(spec.parameters)
    arguments = [Argument(_GRADIENTS)]
    if "threshold" in given:
        parts.settings.append(f"CLIP_THRESHOLD = {literal(given.pop('threshold'))}")
        arguments.append(Argument(Name("CLIP_THRESHOLD")))
        if given.get("p") == "inf":
            given["p"] = float("inf")
        if given.get("p") == 2:
            del given["p"]
    elif spec.method == "adaptive":
        arguments = [Argument(_parameters(parts, positions, exclude_last=bool(given.pop("exclude_last"))))]
    elif spec.method == "percentile":
        parts.before.append("    past_norms: list[float] = []  # of all gradients together, before clipping")
        arguments.append(Argument(Name("past_norms")))
        given["percent"] = given.pop("percentile")
        if given["window"] is None:
            del given["window"]
    arguments += [Argument(Value(value), name, keyword=True) for name, value in given.items()]
    parts.after_backward.append(assigned("", Call(spec.method, tuple(arguments)), 8))


def _parameters(parts: Parts, positions: Positions, *, exclude_last: bool) -> Name:
    """The parameters whose gradients are clipped unit by unit."""
    if not exclude_last:
        return _WITH_GRADIENTS
    built = positions.built
    spared = positions.parameters(last_linear(built.model, built.layers))
    if is_empty(spared):
        return _WITH_GRADIENTS
    parts.positions = True
    parts.before.append(set_of("not_clipped", spared))
    return Name("[p for p in parameters if p.grad is not None and p not in not_clipped]")
