"""One layer back from its plain tables, without judging it: the reverse of `layer_to_raw`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradviz.spec.experiment import InitializerSpec, LayerSpec


def layer_from_raw(raw: Mapping[str, Any]) -> LayerSpec:
    """The node that `layer_to_raw` described; what a person wrote goes through the checks instead."""
    own = {key: value for key, value in raw.items() if key not in ("kind", "name", "initializer", "body")}
    return LayerSpec(
        kind=raw["kind"],
        name=raw.get("name"),
        parameters=own,
        initializer=_initializer(raw["initializer"]) if "initializer" in raw else None,
        body=tuple(layer_from_raw(child) for child in raw.get("body", ())),
    )


def _initializer(raw: Any) -> InitializerSpec:
    if isinstance(raw, str):
        return InitializerSpec(name=raw)
    return InitializerSpec(name=raw["name"], parameters={k: v for k, v in raw.items() if k != "name"})
