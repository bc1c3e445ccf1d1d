"""What is said of a pattern of layer names that matches none with parameters."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.records.layer import LayerInfo
from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.layer_patterns import matches
from gradviz.spec.problem import Keys, Problem, SpecError

MOST_NAMES = 6
"""Layers that are few enough to be listed where a pattern matches none."""


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
