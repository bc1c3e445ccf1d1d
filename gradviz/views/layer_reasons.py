"""Why an action on the selected layers cannot be done now: a sentence for its tooltip, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from gradviz.spec import tree
from gradviz.spec.catalogue import Catalogue, find
from gradviz.spec.experiment import LayerSpec, Path

MOST_UNROLLED = 2_000
GROUPS = {
    "layer.group_repeat": "Repeat",
    "layer.group_residual": "Residual",
    "layer.group_sequential": "Sequential",
    "layer.group_parallel": "Parallel",
}
NEED_SELECTION = (
    "edit.cut",
    "edit.copy",
    "layer.duplicate",
    "layer.remove",
    "layer.select_kind",
    "layer.select_group",
)
OTHERS = ("layer.ungroup", "layer.unroll", "layer.up", "layer.down", "layer.save", "layer.add")


def reasons(
    layers: tree.Layers, paths: Sequence[Path], catalogue: Catalogue | None, *, source: str
) -> dict[str, str]:
    """For every action of the builder why it cannot be done; an empty text where it can."""
    if source:
        text = _tr("The model comes from “{0}”: it has no layers to edit").format(source)
        keys = (*NEED_SELECTION, *GROUPS, *OTHERS, "edit.paste", "edit.paste_into", "edit.select_all")
        return dict.fromkeys(keys, text)
    none = "" if paths else _tr("Select a layer first")
    outermost = tree.without_nested(paths)
    empty = "" if layers else _tr("There are no layers")
    found = dict.fromkeys(NEED_SELECTION, none)
    found |= {key: none or _group(kind, outermost, catalogue) for key, kind in GROUPS.items()}
    found["layer.up"] = none or _move(layers, outermost, -1)
    found["layer.down"] = none or _move(layers, outermost, 1)
    found["layer.ungroup"] = none or _ungroup(layers, outermost, catalogue)
    found["layer.unroll"] = none or _unroll(layers, paths)
    found["edit.paste_into"] = none or _into(layers, paths, catalogue)
    found |= dict.fromkeys(("edit.select_all", "layer.save", "layer.fold", "layer.unfold"), empty)
    found["edit.paste"] = ""
    found["layer.add"] = "" if catalogue else _tr("The engine is starting")
    return found


def is_block(layer: LayerSpec, catalogue: Catalogue | None) -> bool:
    """Whether other layers can stand inside it."""
    entry = find(catalogue.layers, layer.kind) if catalogue else None
    return bool(layer.body) if entry is None else entry.body


def is_composed(layer: LayerSpec, catalogue: Catalogue | None) -> bool:
    """Whether it stands for layers that are not written down."""
    entry = find(catalogue.layers, layer.kind) if catalogue else None
    return entry is not None and entry.composed


def rounds_of(layer: LayerSpec) -> int | None:
    """How many rounds a block makes of its body; None where it makes none."""
    times = layer.parameters.get("times")
    return times if layer.body and isinstance(times, int) and not isinstance(times, bool) else None


def _group(kind: str, paths: Sequence[Path], catalogue: Catalogue | None) -> str:
    if catalogue is None or find(catalogue.layers, kind) is None:
        return _tr("There is no {0} in the catalogue").format(kind)
    if len({path[:-1] for path in paths}) > 1:
        return _tr("The selected layers are in different blocks")
    if tree.neighbours(paths) is None:
        return _tr("There are other layers between the selected ones")
    return ""


def _move(layers: tree.Layers, paths: Sequence[Path], offset: int) -> str:
    run = tree.neighbours(paths)
    if run is None:
        return _tr("Only neighbouring layers can be moved together")
    first, count = run
    siblings = len(tree.at(layers, first[:-1]).body) if len(first) > 1 else len(layers)
    if offset < 0 and first[-1] == 0:
        return _tr("It is the first one already")
    if offset > 0 and first[-1] + count == siblings:
        return _tr("It is the last one already")
    return ""


def _ungroup(layers: tree.Layers, paths: Sequence[Path], catalogue: Catalogue | None) -> str:
    chosen = [tree.at(layers, path) for path in paths]
    if any(is_composed(layer, catalogue) for layer in chosen):
        return "" if len(chosen) == 1 else _tr("Select this block alone to write it out")
    if not all(is_block(layer, catalogue) for layer in chosen):
        return _tr("Only blocks can be ungrouped")
    if not all(layer.body for layer in chosen):
        return _tr("There is nothing inside the block")
    return ""


def _unroll(layers: tree.Layers, paths: Sequence[Path]) -> str:
    if len(paths) != 1 or (times := rounds_of(layer := tree.at(layers, paths[0]))) is None:
        return _tr("Select one Repeat")
    count = times * len(layer.body)
    if count > MOST_UNROLLED:
        text = _tr("That would write out {0} layers; {1} is the limit")
        return text.format(f"{count:,}", f"{MOST_UNROLLED:,}")
    return ""


def _into(layers: tree.Layers, paths: Sequence[Path], catalogue: Catalogue | None) -> str:
    if len(paths) != 1 or not is_block(tree.at(layers, paths[0]), catalogue):
        return _tr("Select one block")
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("LayerReasons", text)
