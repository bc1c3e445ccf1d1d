"""Whether a layer of a recorded run has biases, told from its experiment, in runs of every version.

Histograms are of all parameters of a layer. Biases start at zero in most networks, and 64 zeros among 4,160
entries look like dead weights to whoever is told that all of them are weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradviz.records.layer import LayerInfo

_NEVER = frozenset({"Embedding", "LayerScale", "PReLU", "PositionalEncoding", "ReZero", "RMSNorm"})
"""The kinds with parameters that never have biases."""


def has_biases(layer: LayerInfo, experiment: Mapping[str, Any]) -> bool | None:
    """Whether it has, by the raw experiment of its run.

    None where that does not tell: in an imported network, and in a block that stands for layers of its own.
    """
    if layer.kind in _NEVER:
        return False
    model = experiment.get("model", {})
    node: Mapping[str, Any] = {"body": [] if model.get("source") else model.get("layers", [])}
    for index in layer.path:
        body = node.get("body", [])
        if index >= len(body):
            return None
        node = body[index]
    if node.get("kind") != layer.kind:
        return None
    return bool(node.get("bias", True))
