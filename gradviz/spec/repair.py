"""A proposed repair of a layer tree: a sentence for a button, and the edits that it does.

Pure data, so that the engine, which knows the shapes, can propose what the window then does as one step
that can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gradviz.spec import tree
from gradviz.spec.experiment import LayerSpec, Parameters, Path
from gradviz.spec.json_codec import layer_to_raw
from gradviz.spec.raw_layer import layer_from_raw

Action = Literal["insert", "change", "remove"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RepairEdit:
    """One edit: `insert` a layer before what is at `path`, `change` the one there, or `remove` it.

    A change sets `parameters` (None takes one away) and, where `kind` is given, the kind.
    """

    action: Action
    path: Path
    layer: LayerSpec | None = None
    kind: str = ""
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """What can be done about a problem, in words (“Insert a Flatten before it”) and as edits in order."""

    label: str
    edits: tuple[RepairEdit, ...]

    def to_raw(self) -> dict[str, Any]:
        """The form that goes over the wire."""
        return {"label": self.label, "edits": [_edit_to_raw(edit) for edit in self.edits]}

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Repair:
        """The repair that `to_raw` described."""
        return cls(label=raw["label"], edits=tuple(_edit_from_raw(edit) for edit in raw["edits"]))


def repaired(layers: tree.Layers, repair: Repair) -> tree.Layers:
    """The tree after the repair. Raises IndexError where the tree is another one by now."""
    for edit in repair.edits:
        if edit.action == "insert" and edit.layer is not None:
            layers = tree.insert(layers, edit.path, edit.layer)
        elif edit.action == "remove":
            tree.at(layers, edit.path)
            layers = tree.remove(layers, edit.path)
        else:
            layers = tree.replace(layers, edit.path, _changed(tree.at(layers, edit.path), edit))
    return layers


def _changed(node: LayerSpec, edit: RepairEdit) -> LayerSpec:
    merged = {**node.parameters, **edit.parameters}
    kept = {key: value for key, value in merged.items() if value is not None}
    return replace(node, kind=edit.kind or node.kind, parameters=kept)


def _edit_to_raw(edit: RepairEdit) -> dict[str, Any]:
    raw: dict[str, Any] = {"action": edit.action, "path": list(edit.path)}
    if edit.layer is not None:
        raw["layer"] = layer_to_raw(edit.layer)
    if edit.kind:
        raw["kind"] = edit.kind
    if edit.parameters:
        raw["parameters"] = dict(edit.parameters)
    return raw


def _edit_from_raw(raw: Mapping[str, Any]) -> RepairEdit:
    return RepairEdit(
        action=raw["action"],
        path=tuple(raw["path"]),
        layer=layer_from_raw(raw["layer"]) if "layer" in raw else None,
        kind=raw.get("kind", ""),
        parameters=dict(raw.get("parameters", {})),
    )
