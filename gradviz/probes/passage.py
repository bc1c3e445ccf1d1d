"""What flows back through one module: read from the graph that autograd made, which is left as it is.

A hook on a module's input would tell the gradient of everything that uses this input. Here the graph is
followed from the module's output to its input, and the functions at the end of the way tell what they hand
on: the module's own part alone, which for the branch of a residual block is Jᵀδ of that branch. Nothing is
put into the graph (a module's full backward hooks do that), so sums are taken in the same order as without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node, get_gradient_edge

from gradviz.probes.hooks import Hooks

Edge = tuple[Node, int]
"""Where a gradient arrives: a function of the graph and the number of its output."""


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors of a module's arguments or result, however nested."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from tensors_in(part)


def edges_of(value: Any) -> list[Edge]:
    """Where the gradients of these tensors arrive, as the graph stands; none where there is no gradient."""
    edges = [get_gradient_edge(tensor) for tensor in tensors_in(value) if tensor.requires_grad]
    return list(dict.fromkeys((edge.node, edge.output_nr) for edge in edges))


def follow(
    outputs: Iterable[Edge], inputs: Iterable[Edge], tell: Callable[[list[Tensor]], None], hooks: Hooks
) -> None:
    """Have the gradients told that come to `inputs` from `outputs`: a list of those that were reached.

    It is told once, in the backward pass or at its end. What is an output and an input at once is not
    followed: nothing lies between.
    """
    _Passage(_ends(outputs, set(inputs)), tell, hooks)


class _Passage:
    """Adds up what the last functions on the way hand on."""

    def __init__(
        self, ends: dict[Node, list[tuple[int, Edge]]], tell: Callable[[list[Tensor]], None], hooks: Hooks
    ) -> None:
        self._tell: Callable[[list[Tensor]], None] | None = tell
        self._sums: dict[Edge, Tensor] = {}
        self._left = len(ends)
        for node, places in ends.items():
            hooks.on_function(node, partial(self._take, places))
        hooks.at_end(self._finish)  # an output that nothing used keeps some from being called

    def _take(self, places: list[tuple[int, Edge]], handed_on: tuple[Tensor | None, ...]) -> None:
        for place, edge in places:
            gradient = handed_on[place]
            if gradient is not None:
                so_far = self._sums.get(edge)
                self._sums[edge] = gradient if so_far is None else so_far + gradient
        self._left -= 1
        if not self._left:
            self._finish()

    def _finish(self) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            sums, self._sums = self._sums, {}
            tell(list(sums.values()))


def norm(tensors: Iterable[Tensor]) -> Tensor:
    """Frobenius norm of all together, a float64 scalar where they lie; 0 of nothing."""
    norms: list[Tensor] = [torch.linalg.vector_norm(each.detach(), dtype=torch.float64) for each in tensors]
    if len(norms) == 1:
        return norms[0]
    together: Tensor = torch.linalg.vector_norm(torch.stack(norms)) if norms else torch.zeros(()).double()
    return together


def _ends(outputs: Iterable[Edge], inputs: set[Edge]) -> dict[Node, list[tuple[int, Edge]]]:
    """The functions that hand something on to an input, and in which of their places."""
    found: dict[Node, list[tuple[int, Edge]]] = {}
    seen: set[Node] = set()
    ahead = [edge[0] for edge in outputs if edge not in inputs]
    while ahead:
        node = ahead.pop()
        if node in seen:
            continue
        seen.add(node)
        for place, edge in enumerate(node.next_functions):
            if edge in inputs:
                found.setdefault(node, []).append((place, edge))
            elif edge[0] is not None:
                ahead.append(edge[0])
    return found
