"""The layers of a network of plain torch modules: every module that has none inside it."""

from __future__ import annotations

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
