"""One step with its eyes open: which operation of which layer first gave a value that is not finite.

Forward, every torch function that is called is looked at; backward, every node of the graph. torch's own
anomaly detection looks at NaN only and says no layer, so it runs beside and stops the pass.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import compress
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from gradviz.records.layer import LayerInfo

_CHECKPOINT = "CheckpointFunctionBackward"
_ANOMALY = re.compile(r"Function '(\w+)' returned nan values")
_TWICE = "a part that is computed twice"
"""What lies in torch.utils.checkpoint(use_reentrant=True) has a graph of its own, which nobody sees here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """An operation by torch's name, its layer (None for the loss), and what it gave: “NaN” or “Inf”."""

    operation: str
    layer: str | None
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """The backward operation that enlarges the gradient on its way more than any other, and by what factor.

    Gradients of parameters do not count: they go no further.
    """

    operation: str
    layer: str | None
    factor: float


class Operations(TorchFunctionMode):
    """Within it a network's forward passes are watched; then `backward` does and watches the other way.

    A value within a layer that its output shows nothing of is no finding: masks are made of infinity.
    """

    def __init__(self, model: nn.Module, layers: Sequence[LayerInfo]) -> None:
        super().__init__()
        self.forward: Finding | None = None
        self.backward: Finding | None = None
        self.gain: Gain | None = None
        self.anomaly = ""
        """What torch's anomaly detection said."""
        self._modules = [(model.get_submodule(layer.module), layer.name) for layer in layers]
        self._inside: list[str] = []
        self._suspects: list[Finding] = []
        self._nodes: dict[Any, str | None] = {}
        self._repeated: str | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around the forward passes and the loss."""
        with ExitStack() as stack:
            for module, name in self._modules:
                stack.callback(module.register_forward_pre_hook(self._entering(name)).remove)
                stack.callback(module.register_forward_hook(self._leaving).remove)
            stack.enter_context(self)
            yield

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call it and look at what it gives."""
        result = func(*args, **(kwargs or {}))
        with torch._C.DisableTorchFunction():  # noqa: SLF001 - looking is no operation
            layer = self._inside[-1] if self._inside else None
            for tensor in _floats(result):
                if tensor.grad_fn is not None:
                    self._nodes.setdefault(tensor.grad_fn, layer)
                value = _wrong(tensor)
                if value and self.forward is None:
                    name = str(resolve_name(func) or getattr(func, "__name__", func))
                    self._suspects.append(Finding(operation=name, layer=layer, value=value))
        return result

    def end_of_loss(self, loss: Tensor) -> None:
        """The loss is there: if it alone is not finite, one of its operations made it so."""
        value = _wrong(loss)
        if value and self.forward is None:
            self.forward = self._culprit(value, None)

    def run_backward(self, loss: Tensor) -> None:
        """Do the backward pass; it ends where anomaly detection finds a NaN."""
        with ExitStack() as stack:
            for node, layer in _reached(loss, self._nodes):
                stack.callback(node.register_hook(self._looking(node, layer)).remove)
                if node.name() == _CHECKPOINT:
                    stack.callback(node.register_prehook(partial(self._repeating, layer)).remove)
            stack.enter_context(torch.autograd.set_detect_anomaly(mode=True))
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")  # it tells the line of the forward pass, which is torch's own
            try:
                loss.backward()  # type: ignore[no-untyped-call]
            except RuntimeError as error:
                within = _ANOMALY.match(str(error))
                if self.backward is None and (within is None or self._repeated is None):
                    raise
                if self.backward is None and within is not None:
                    self.backward = Finding(operation=within[1], layer=self._repeated, value="NaN")
                self.anomaly = str(error)

    def _repeating(self, layer: str | None, _before: object) -> None:
        self._repeated = layer

    def _entering(self, name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _inputs: object) -> None:
            self._inside.append(name)
            self._suspects = []

        return hook

    def _leaving(self, _module: nn.Module, _inputs: object, output: object) -> None:
        name = self._inside.pop()
        with torch._C.DisableTorchFunction():  # noqa: SLF001
            tensors = _floats(output)
            for tensor in tensors:
                if tensor.grad_fn is not None:  # of a function of somebody's own
                    self._nodes.setdefault(tensor.grad_fn, name)
            if self.forward is None:
                value = next((wrong for tensor in tensors if (wrong := _wrong(tensor))), "")
                if value:
                    self.forward = self._culprit(value, name)
        self._suspects = []

    def _culprit(self, value: str, layer: str | None) -> Finding:
        """The first operation that gave such a value; a kernel may hide it."""
        alike = [suspect for suspect in self._suspects if suspect.value == value] or self._suspects
        return alike[0] if alike else Finding(operation="", layer=layer, value=value)

    def _looking(self, node: Any, layer: str | None) -> Callable[..., None]:
        name = node.name()
        passed_on = [not _is_of_a_parameter(following) for following, _ in node.next_functions]

        def hook(after: Sequence[Tensor | None], before: Sequence[Tensor | None]) -> None:
            value = next((wrong for tensor in after if tensor is not None and (wrong := _wrong(tensor))), "")
            if value:
                if self.backward is None:
                    self.backward = Finding(operation=name, layer=layer, value=value)
                return
            large, small = _norm(compress(after, passed_on)), _norm(before)
            factor = large / small if small else 0.0
            if self.gain is None or factor > self.gain.factor:
                self.gain = Gain(operation=name, layer=layer, factor=factor)

        return hook


def _reached(loss: Tensor, known: dict[Any, str | None]) -> list[tuple[Any, str | None]]:
    """Every node that the gradient passes; what is inside an operation belongs to that operation's layer."""
    found: dict[Any, str | None] = {}
    waiting: list[tuple[Any, str | None]] = [(loss.grad_fn, None)]
    while waiting:
        node, consumer = waiting.pop()
        if node is None or node in found or not node.next_functions:
            continue
        layer = known.get(node, _TWICE if node.name() == _CHECKPOINT else consumer)
        found[node] = layer
        waiting += [(following, layer) for following, _ in node.next_functions]
    return list(found.items())


def _is_of_a_parameter(node: Any) -> bool:
    """Whether a gradient that goes there is a parameter's, perhaps transposed, and goes no further."""
    while node is not None and len(node.next_functions) == 1:
        node = node.next_functions[0][0]
    return node is not None and not node.next_functions


def _floats(result: object) -> list[Tensor]:
    parts = result if isinstance(result, tuple | list) else (result,)
    return [part for part in parts if isinstance(part, Tensor) and part.is_floating_point()]


def _wrong(tensor: Tensor) -> str:
    tensor = tensor.detach()  # looking must keep nothing for the backward pass
    if bool(torch.isfinite(tensor).all()):
        return ""
    return "NaN" if bool(torch.isnan(tensor).any()) else "Inf"


def _norm(tensors: Iterable[Tensor | None]) -> float:
    squares = [float((tensor.double() ** 2).sum()) for tensor in tensors if tensor is not None]
    return float(sum(squares) ** 0.5)
