"""The true output shape and size of one layer, found by running it on nothing.

A layer with parameters is made on torch's meta device, one without is run on a CPU batch of no samples:
nothing is allocated and nothing is drawn. Measured: filling meta tensors takes longer than all else (0.8 of
1.3 ms for a Linear), so drawing is skipped; the batch of no samples takes 0.01 ms where an activation on the
meta device takes up to 1.1. Answers are kept, since deep nets repeat.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from gradviz.nets.multiply_adds import multiply_adds
from gradviz.nets.output_shape import told
from gradviz.nets.registry import Shape, ShapeError, Tokens, layers

NUMBERS = "numbers, but these are token ids: put an Embedding first"
"""What a ShapeError says to everything that is no Embedding."""

Given = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Output shape (without batch), parameters, and multiply-adds of one sample's forward pass."""

    output_shape: Shape
    parameters: int
    multiply_adds: int


@lru_cache(maxsize=8192)
def measure(kind: str, shape: Shape, given: Given) -> Size:
    """The size of a layer for samples of `shape`.

    `given` are its complete parameters, hashable. Raises ShapeError where the layer does not take `shape`.
    """
    if isinstance(shape, Tokens) and not layers.entry(kind).tokens:
        raise ShapeError(NUMBERS)
    try:
        # Torch says once a process that “same” padding for an even kernel costs a copy: here, unheard.
        with warnings.catch_warnings(action="ignore"):
            return _run_on_nothing(kind, shape, given)
    except ShapeError:
        raise
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        raise ShapeError(f"something else; torch says: {_first_line(error)}") from error


@contextmanager
def without_values() -> Iterator[None]:
    """Modules made in here have shapes but no values: nothing is allocated and nothing is drawn."""
    with torch.device("meta"), _Undrawn():
        yield


def _run_on_nothing(kind: str, shape: Shape, given: Given) -> Size:
    with without_values():
        module: nn.Module = layers[kind](shape, **dict(given)).eval()
    output_shape = told(module, shape) or _tried(module, shape)
    parameters = sum(p.numel() for p in module.parameters())
    work = multiply_adds(module, tuple(shape), output_shape)
    return Size(output_shape=output_shape, parameters=parameters, multiply_adds=work)


def _tried(module: nn.Module, shape: Shape) -> Shape:
    stateless = not any(True for _ in chain(module.parameters(), module.buffers()))
    sample = torch.empty(
        (0 if stateless else 2, *shape),
        device="cpu" if stateless else "meta",
        dtype=torch.int64 if isinstance(shape, Tokens) else torch.float32,
    )
    with torch.no_grad():
        return tuple(module(sample).shape[1:])


class _Undrawn(TorchFunctionMode):
    """Leaves new parameters as they are: values of meta tensors do not exist."""

    SKIPPED = frozenset(
        {
            torch.Tensor.uniform_,
            torch.Tensor.normal_,
            torch.Tensor.fill_,
            torch.Tensor.zero_,
            nn.init.kaiming_uniform_,
            nn.init.uniform_,
            nn.init.normal_,
            nn.init.constant_,
        }
    )

    def __torch_function__(
        self,
        func: Callable[..., Any],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func in self.SKIPPED:
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
