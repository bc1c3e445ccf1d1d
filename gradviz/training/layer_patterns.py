"""Patterns of layer names, as of files: * stands for anything, ? for one character."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from gradviz.records.layer import LayerInfo
from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.problem import Keys, Problem, SpecError

MOST_NAMES = 6
"""Layers that are few enough to be listed where a pattern matches none."""


def matches(pattern: str, name: str) -> bool:
    """Whether a layer's name matches a pattern; brackets, which a name may have, are themselves."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def need_match(pattern: str, layers: Sequence[LayerInfo], keys: Keys) -> None:
    """Raise SpecError at `keys` where a pattern matches no layer that has parameters."""
    found = [layer for layer in layers if matches(pattern, layer.name)]
    if not any(layer.parameters for layer in found):
        raise SpecError([Problem(keys=keys, message=no_match(pattern, layers, found))])


def no_match(pattern: str, layers: Sequence[LayerInfo], found: Sequence[LayerInfo]) -> str:
    """Why a pattern that matches only `found`, none of which has parameters, is of no use."""
    if found:
        return f"“{pattern}” matches only layers without parameters, such as {found[0].name}"
    names = [layer.name for layer in layers if layer.parameters]
    near = did_you_mean(pattern.replace("*", ""), names)
    listed = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"“{pattern}” matches no layer{near or f'; there are {listed}'}"
