"""Activation checkpointing: which calls of a module are its forward pass, and which only repeat it.

A part that is wrapped in `torch.utils.checkpoint` runs twice (Chen et al. 2016): the second time within the
backward pass, for the values that the first one did not keep. With `use_reentrant=False` gradients pass the
first graph, and the second one is thrown away unused. With `use_reentrant=True` the first run makes no graph,
and gradients pass the second one.
"""

from __future__ import annotations

import torch


def in_backward() -> bool:
    """Whether autograd is at work in this thread, so that a forward pass is one that was done before."""
    return torch._C._current_graph_task_id() >= 0  # noqa: SLF001 - as torch.utils.checkpoint itself asks


class Calls:
    """Tells at each call of one module whether it counts.

    Where outputs are looked at, every call counts once, the first time. Where `gradients` are, a repetition
    counts too if gradients pass it: if the first run made no graph.
    """

    def __init__(self, *, gradients: bool) -> None:
        self._gradients = gradients
        self._without_graph = 0

    def count(self) -> bool:
        """Ask once at each call."""
        graph = torch.is_grad_enabled()
        if not in_backward():
            self._without_graph += not graph
            return True
        if not (self._gradients and graph and self._without_graph):
            return False
        self._without_graph -= 1
        return True
