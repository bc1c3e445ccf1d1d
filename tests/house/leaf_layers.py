"""The layers of a network of plain torch modules: every module that has none inside it."""

from __future__ import annotations

import dataclasses

from torch import nn

from gradviz.records.layer import LayerInfo


def layer_infos(model: nn.Module) -> tuple[LayerInfo, ...]:
    leaves = [(name, module) for name, module in model.named_modules() if not list(module.children())]
    return tuple(
        LayerInfo(
            index=index,
            name=f"layer {name}",
            kind=type(module).__name__,
            path=(index,),
            repeat=(),
            module=name,
            output_shape=(1,),
            parameters=sum(p.numel() for p in module.parameters()),
        )
        for index, (name, module) in enumerate(leaves)
    )


def side_by_side(**modules: nn.Module) -> tuple[nn.ModuleDict, tuple[LayerInfo, ...]]:
    """A network of those layers, side by side."""
    model = nn.ModuleDict(modules)
    example = layer_infos(nn.Sequential(nn.Linear(1, 1)))[0]
    return model, tuple(
        dataclasses.replace(
            example,
            index=index,
            name=name,
            module=name,
            parameters=sum(parameter.numel() for parameter in module.parameters()),
        )
        for index, (name, module) in enumerate(modules.items())
    )
