"""The clipping of one run: a method from the registry, and the parameters whose gradients it clips."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.probes.clip_report import ClipReport
from gradviz.probes.groups import parameters_by_layer
from gradviz.probes.norms import LayerNorms
from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import ClipSpec
from gradviz.training.clipping.method import Gradients, Method, State, clips


class Clip:
    """Clips the gradients of its parameters in place at every call, and says what that did.

    Parameters that have no gradient are left out. `kept` are those of the last linear layer, which a method
    may spare. `on_host` is whether numbers may be looked at; otherwise they stay on the device.
    """

    def __init__(
        self,
        method: Method,
        parameters: Iterable[nn.Parameter],
        kept: Collection[nn.Parameter] = (),
        *,
        on_host: bool | None = None,
    ) -> None:
        self.parameters = list(parameters)
        self._method = method
        spared = {id(parameter) for parameter in kept}
        self._kept = [id(parameter) in spared for parameter in self.parameters]
        self._norms = LayerNorms([[parameter.numel()] for parameter in self.parameters])
        self._on_host = all(p.is_cpu for p in self.parameters) if on_host is None else on_host

    @property
    def moving(self) -> bool:
        """Whether the threshold moves and is worth recording."""
        return self._method.moving

    @torch.no_grad()
    def __call__(self) -> ClipReport:
        """Clip what the backward pass has left."""
        tensors = [p.grad for p in self.parameters if p.grad is not None]
        everything = len(tensors) == len(self.parameters)
        weights, kept = self.parameters, self._kept
        if not everything:
            weights = [p for p in self.parameters if p.grad is not None]
            kept = [k for p, k in zip(self.parameters, self._kept, strict=True) if p.grad is not None]
        if not tensors:
            zeros = self._spread([] if self._on_host else torch.zeros(0, dtype=torch.float64))
            return ClipReport(parameters=self.parameters, squares=zeros, clipped=zeros)
        detached = [weight.detach() for weight in weights]
        change = self._method(Gradients(tensors, detached, kept, self._norms, self._on_host))
        squares, clipped = change.squares, change.clipped
        if not everything:
            squares = self._spread(change.squares)
            clipped = squares if change.clipped is change.squares else self._spread(change.clipped)
        return ClipReport(
            parameters=self.parameters,
            squares=squares,
            clipped=clipped,
            dot=change.dot,
            threshold=change.threshold,
        )

    def state_dict(self) -> State:
        """What must be kept to go on exactly, by name."""
        return self._method.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave. Raises ValueError where it is no such thing."""
        self._method.load_state_dict(state)

    def _spread(self, values: list[float] | Tensor) -> list[float] | Tensor:
        """Zeros for the parameters without a gradient."""
        there = [p.grad is not None for p in self.parameters]
        if isinstance(values, list):
            left = iter(values)
            return [next(left) if used else 0.0 for used in there]
        whole = values.new_zeros(len(there))
        places = torch.tensor([i for i, used in enumerate(there) if used], dtype=torch.int64)
        return whole.index_copy_(0, places.to(values.device), values)


def build_clip(
    spec: ClipSpec,
    parameters: Iterable[nn.Parameter],
    kept: Collection[nn.Parameter] = (),
    *,
    on_host: bool | None = None,
) -> Clip:
    """The clipping that `spec` names, of these parameters; `kept` are those of the last linear layer."""
    given = clips.entry(spec.method).complete(spec.parameters)
    return Clip(clips[spec.method](**given), parameters, kept, on_host=on_host)


def has_moving_threshold(spec: ClipSpec) -> bool:
    """Whether the threshold moves from step to step and is worth recording."""
    return build_clip(spec, ()).moving


def clip_threshold(spec: ClipSpec) -> float:
    """The threshold of a method that has one."""
    return float(clips.entry(spec.method).complete(spec.parameters)["threshold"])  # type: ignore[arg-type]


def last_linear(model: nn.Module, layers: Iterable[LayerInfo]) -> list[nn.Parameter]:
    """The parameters of the last linear layer, none where there is no such layer."""
    linear = [layer for layer in layers if layer.kind == "Linear" and layer.parameters]
    return parameters_by_layer(model, linear[-1:])[0] if linear else []
