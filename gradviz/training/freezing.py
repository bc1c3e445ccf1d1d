"""Frozen layers: they do not learn, or not before a step.

A frozen layer's parameters ask for no gradient, so theirs is None: no optimizer touches them, weight decay
neither, and the backward pass ends behind the last layer that learns. Running statistics of a frozen
normalisation stand still too: it is held in evaluation mode until it is unfrozen, and normalises by them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from gradviz.records.layer import LayerInfo
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import GroupSpec
from gradviz.training.parameter_groups import assign, parameters_of


class Frozen:
    """The frozen layers of one network: frozen when this is made, unfrozen as their steps come.

    `layers` are those that are frozen now. An imported model's own frozen parameters stay as they are;
    `fixed` are its layers in which no parameter asks for a gradient by itself: these never learn.
    """

    def __init__(self, model: nn.Module, layers: Sequence[LayerInfo], groups: Sequence[GroupSpec]) -> None:
        self._model = model
        self._at: dict[str, int | None] = {}
        self._parameters = parameters_of(model, layers)
        self._held = _normalisations_of(model, layers)
        self.fixed = tuple(layer for layer in layers if self._is_fixed(layer))
        self.layers: tuple[LayerInfo, ...] = ()
        for assigned in assign(layers, groups):
            if assigned.spec is not None and assigned.spec.frozen:
                for layer in assigned.layers:
                    self._at[layer.module] = assigned.spec.unfreeze_at
                    self._freeze(layer)

    def at(self, step: int) -> tuple[LayerInfo, ...]:
        """Before a step: unfreeze what learns from it on; the layers that this concerns."""
        due = tuple(layer for layer in self.layers if self._is_due(layer, step))
        if due:
            self.layers = tuple(layer for layer in self.layers if layer not in due)
            for layer in due:
                self._unfreeze(layer)
        return due

    def record(self, step: int, writer: RunWriter) -> None:
        """Before a step: unfreeze what is due, and write down which layers are frozen from the start on."""
        if step == 0:
            for layer in sorted({*self.layers, *self.fixed}, key=lambda layer: layer.index):
                writer.event(step, "frozen", layer.name)
        for layer in self.at(step):
            if layer not in self.fixed:
                writer.event(step, "unfrozen", layer.name)

    def _is_fixed(self, layer: LayerInfo) -> bool:
        mine = self._parameters[layer.module]
        return bool(mine) and not any(parameter.requires_grad for parameter in mine)

    def _is_due(self, layer: LayerInfo, step: int) -> bool:
        at = self._at[layer.module]
        return at is not None and at <= step

    def _freeze(self, layer: LayerInfo) -> None:
        held = self._held[layer.module]
        self._parameters[layer.module] = [p for p in self._parameters[layer.module] if p.requires_grad]
        if not self._parameters[layer.module] and not held:
            return
        self.layers = (*self.layers, layer)
        for parameter in self._parameters[layer.module]:
            parameter.requires_grad = False
        for module in held:
            module.eval()
            # training sets the mode of all modules at once, after every validation
            module.train = _stay(module)  # type: ignore[method-assign]

    def _unfreeze(self, layer: LayerInfo) -> None:
        for parameter in self._parameters[layer.module]:
            parameter.requires_grad = True
        for module in self._held[layer.module]:
            del module.train
            module.train(self._model.training)


def _stay(module: nn.Module) -> Callable[..., nn.Module]:
    """What stands in for a module's `train`: nothing changes."""

    def train(mode: bool = True) -> nn.Module:  # noqa: ARG001 - torch's own signature
        return module

    return train


def _normalisations_of(model: nn.Module, layers: Sequence[LayerInfo]) -> dict[str, list[nn.Module]]:
    """The modules with running statistics, each in the innermost layer that holds it."""
    found: dict[str, list[nn.Module]] = {layer.module: [] for layer in layers}
    for name, module in model.named_modules():
        if isinstance(getattr(module, "running_mean", None), Tensor):
            holder = name
            while holder not in found and holder:
                holder = holder.rpartition(".")[0]
            if holder in found:
                found[holder].append(module)
    return found
