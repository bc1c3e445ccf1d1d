"""Where ways run side by side in a network, for the probes of the chain rule: residual blocks and joins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from torch import nn

from gradviz.nets.blocks.parallel import Parallel
from gradviz.nets.blocks.residual import Residual
from gradviz.probes.residual import Join, ResidualBlock
from gradviz.records.layer import LayerInfo


def residual_blocks(model: nn.Module, layers: Sequence[LayerInfo]) -> tuple[ResidualBlock, ...]:
    """Every Residual in network order, an outer one before those inside it.

    An imported model has none that anybody could tell from its other modules.
    """
    found = []
    for label, module in model.named_modules():
        if isinstance(module, Residual):
            found.append(_block(label, module, layers))
    return tuple(sorted(found, key=lambda block: (block.layers[:1], -len(block.layers))))


def joins(model: nn.Module, layers: Sequence[LayerInfo]) -> tuple[Join, ...]:
    """Every outermost Parallel: one factor of the chain rule, since its layers stand side by side."""
    found: list[Join] = []
    for label, module in model.named_modules():
        if isinstance(module, Parallel) and not any(label.startswith(f"{join.label}.") for join in found):
            inside = [layer for layer in layers if layer.module.startswith(f"{label}.")]
            found.append(
                Join(
                    name=_name(label),
                    label=label,
                    module=module,
                    path=_shared([layer.path for layer in inside]),
                    layers=tuple(layer.index for layer in inside),
                )
            )
    return tuple(found)


def _block(label: str, module: Residual, layers: Sequence[LayerInfo]) -> ResidualBlock:
    inside = [layer for layer in layers if layer.module.startswith(f"{label}.")]
    skips = (f"{label}.shortcut", f"{label}.shortcut_norm")
    return ResidualBlock(
        name=_name(label),
        label=label,
        module=module,
        branch_end=module.drop or module.scale or module.body,
        skip_end=module.shortcut_norm or module.shortcut,
        activation=module.activation,
        path=_shared([layer.path for layer in inside]),
        layers=tuple(layer.index for layer in inside),
        shortcut=tuple(layer.index for layer in inside if layer.module in skips),
    )


def _name(label: str) -> str:
    """“Residual 4” of “repeat_1.0.residual_4”, as the layers inside it are called."""
    own = label.rpartition(".")[2]
    kind, _, number = own.rpartition("_")
    return f"{kind.capitalize()} {number}" if number.isdigit() and kind else own


def _shared(paths: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """What all paths begin with."""
    steps = zip(*paths, strict=False)
    return tuple(step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps))
