"""Hooks for one pass: put on before it, gone after it, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from types import TracebackType
from typing import Any, Protocol, Self

from torch import Tensor, nn
from torch.autograd.graph import Node

from gradviz.probes.recomputation import Calls


class Handle(Protocol):
    """What torch gives for a hook."""

    def remove(self) -> None:
        """Take the hook away."""


class Hooks:
    """Puts hooks on and removes them on leaving; what was to be done `at_end` is done if all went well.

    A pass that only repeats what was done is not heard of; with `gradients`, one that gradients pass is (see
    `recomputation.py`).
    """

    def __init__(self, *, gradients: bool = False) -> None:
        self.seconds = 0.0
        """What they took so far."""
        self._gradients = gradients
        self._handles: list[Handle] = []
        self._at_end: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        start = perf_counter()
        handles, self._handles = self._handles, []
        for handle in handles:
            handle.remove()
        ends, self._at_end = self._at_end, []
        if kind is None:
            for end in ends:
                end()
        self.seconds += perf_counter() - start

    def at_end(self, act: Callable[[], None]) -> None:
        """Do something when all hooks are gone."""
        self._at_end.append(act)

    def before(self, module: nn.Module, hear: Callable[[Any], None]) -> None:
        """Have `hear` called with the arguments of each call of the module."""
        calls = Calls(gradients=self._gradients)

        def hook(_module: nn.Module, arguments: Any, named: Any) -> None:
            if not calls.count():
                return
            start = perf_counter()
            hear((arguments, named) if named else arguments)
            self.seconds += perf_counter() - start

        self._keep(module.register_forward_pre_hook(hook, with_kwargs=True))

    def after(self, module: nn.Module, hear: Callable[[Any], None]) -> None:
        """Have `hear` called with the result of each call of the module, before anybody can change it."""
        calls = Calls(gradients=self._gradients)

        def hook(_module: nn.Module, _arguments: Any, result: Any) -> None:
            if not calls.count():
                return
            start = perf_counter()
            hear(result)
            self.seconds += perf_counter() - start

        self._keep(module.register_forward_hook(hook, prepend=True))

    def on_gradient(self, tensor: Tensor, hear: Callable[[Tensor], None]) -> None:
        """Have `hear` called with the gradient with respect to the tensor, as it is now."""

        def hook(gradient: Tensor) -> None:
            start = perf_counter()
            hear(gradient)
            self.seconds += perf_counter() - start

        self._keep(tensor.register_hook(hook))  # type: ignore[no-untyped-call]

    def on_function(self, node: Node, hear: Callable[[tuple[Tensor | None, ...]], None]) -> None:
        """Have `hear` called with the gradients that a function of the graph hands on."""

        def hook(handed_on: Any, _arrived: Any) -> None:
            start = perf_counter()
            hear(handed_on)
            self.seconds += perf_counter() - start

        self._keep(node.register_hook(hook))

    def _keep(self, handle: Handle) -> None:
        self._handles.append(handle)
