"""Which parameters count as which layer's: each belongs to the innermost layer that holds it.

A layer may hold parts of its own (attention its projection) or, in an imported model, contain other layers;
a parameter that two layers share belongs to the first.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from gradviz.records.layer import LayerInfo


def parameters_by_layer(model: nn.Module, layers: Sequence[LayerInfo]) -> list[list[nn.Parameter]]:
    """The parameters of each layer, in the order of `layers`."""
    groups: dict[str, list[nn.Parameter]] = {layer.module: [] for layer in layers}
    for name, parameter in model.named_parameters():
        holder = name.rpartition(".")[0]
        while holder not in groups and holder:
            holder = holder.rpartition(".")[0]
        if holder in groups:
            groups[holder].append(parameter)
    return [groups[layer.module] for layer in layers]
