"""Layers on their way, dragged or by the clipboard: a text of the experiment format that anything can take.

A mark beside the text says that this program wrote it, and from which tree the layers come, so that a drag
inside one tree can move them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QMimeData

from gradviz.spec.catalogue import Catalogue
from gradviz.spec.experiment import LayerSpec, Path
from gradviz.spec.fragment import read_fragment, write_fragment

LAYER_MIME = "application/x-gradviz-layers"


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerOrigin:
    """The tree that layers were taken from, and their places in it."""

    tree: str = ""
    paths: tuple[Path, ...] = ()


def pack(layers: Sequence[LayerSpec], origin: LayerOrigin | None = None) -> QMimeData:
    """The layers as a text and with the mark."""
    origin = origin or LayerOrigin()
    data = QMimeData()
    data.setText(write_fragment(layers))
    mark = json.dumps({"tree": origin.tree, "paths": origin.paths})
    data.setData(LAYER_MIME, QByteArray(mark.encode()))
    return data


def origin_of(data: QMimeData) -> LayerOrigin:
    """Where layers come from; an empty origin for a text of another program."""
    try:
        raw = json.loads(bytes(data.data(LAYER_MIME).data()))
        return LayerOrigin(tree=str(raw["tree"]), paths=tuple(tuple(path) for path in raw["paths"]))
    except (ValueError, KeyError, TypeError):
        return LayerOrigin()


def may_hold_layers(data: QMimeData) -> bool:
    """Whether it is worth reading."""
    return data.hasFormat(LAYER_MIME) or bool(data.hasText() and data.text().strip())


def unpack(data: QMimeData, catalogue: Catalogue | None) -> tuple[LayerSpec, ...]:
    """The layers in it. Raises SpecError with sentences for people.

    What this program packed may hold values that the checks refuse: they are shown at their layers.
    """
    return read_fragment(data.text(), None if data.hasFormat(LAYER_MIME) else catalogue)
